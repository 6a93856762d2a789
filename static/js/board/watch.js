// Other people's changes, within seconds: a cheap question, and a careful patch when the answer is yes.
import { showUnread } from "../bell.js";
import { board } from "./cards.js";
import { patch } from "./patch.js";
import { state } from "./state.js";

const EVERY = 4000; // milliseconds: with its answer it is no more than five seconds
const RENEW = 60000; // "4 min ago" grows old even when nothing happens
let renewed = Date.now();
let timer = 0;
let isAsking = false;

function address(force) {
  const { changes, mark, query } = board().dataset;
  const parameters = new URLSearchParams(query);
  parameters.set("mark", force ? "" : mark);
  for (const column of document.querySelectorAll(".col:not(.col--folded)")) {
    parameters.append("shown", `${column.dataset.key}:${column.querySelectorAll("[data-lead]").length}`);
  }
  return `${changes}?${parameters}`;
}

export async function refresh({ force = false } = {}) {
  if (isAsking || (!force && state.isBusy())) return;
  isAsking = true;
  const { query } = board().dataset;
  try {
    const response = await fetch(address(force), { headers: { "HX-Request": "true" } });
    if (response.redirected) return signedOut();
    showUnread(response.headers.get("Unread-Notifications"));
    if (response.status !== 200) return;
    const html = await response.text();
    await state.handIsFree();
    // A filter or a move since then has made the answer old.
    if (board().dataset.query !== query || (!force && state.isBusy())) return;
    patch(html);
    renewed = Date.now();
  } catch {
    // Offline: the next time will do.
  } finally {
    isAsking = false;
  }
}

function signedOut() {
  clearInterval(timer);
  location.reload(); // nothing of anybody's stays to be seen
}

export function watch() {
  timer = setInterval(() => {
    if (document.visibilityState === "visible") refresh({ force: Date.now() - renewed > RENEW && !state.isBusy() });
  }, EVERY);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
}
