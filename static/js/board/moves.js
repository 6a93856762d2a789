// A move: the card is where it was dropped already; the server is asked, and its answer is always looked at.
import { announce, toast } from "../toasts.js";
import { board, cardOf, nameOf, placeOf, putBack } from "./cards.js";
import { ask } from "./dialogs.js";
import { patch } from "./patch.js";
import { state } from "./state.js";
import { refresh } from "./watch.js";
import { say } from "../words.js";

const REASONS = { 403: "move-forbidden", 404: "move-gone" };

let queue = Promise.resolve(); // moves leave one after the other, in the order in which they were made
let number = 0;
const voidUpTo = new Map(); // after a refusal, what was planned on top of it is void

// The card stands in its new place; origin is where it stood (placeOf before the move).
export function moved(item, origin) {
  const target = placeOf(item);
  const isSame = target.list === origin.list && target.above === origin.above && target.below === origin.below;
  if (isSame) return;
  const move = {
    number: ++number,
    lead: item.dataset.lead,
    name: nameOf(item),
    origin,
    fields: {
      stage: target.column.dataset.stage,
      from: origin.column.dataset.stage,
      above: target.above?.dataset.lead ?? "",
      below: target.below?.dataset.lead ?? "",
    },
  };
  state.pending += 1;
  item.setAttribute("aria-busy", "true");
  queue = queue.then(() => perform(move)).catch((error) => console.error(error)).finally(() => {
    state.pending -= 1;
    cardOf(move.lead)?.removeAttribute("aria-busy");
  });
}

async function perform(move) {
  if (move.number <= (voidUpTo.get(move.lead) ?? 0)) return;
  const item = cardOf(move.lead);
  if (!item) return;
  const fields = { ...move.fields, version: item.dataset.version };
  for (;;) {
    const answer = await post(item.dataset.moves, fields);
    await state.handIsFree();
    if (!answer.html) return giveBack(move, answer.words, true);
    if (answer.ok) return succeed(move, answer.html);
    if (!answer.html.includes("data-question")) {
      giveBack(move, "", false);
      return announce(patch(answer.html).toast?.querySelector("p").textContent ?? "");
    }
    const said = await ask(patch(answer.html).question);
    if (!said) return giveBack(move, "", false, say("stays", { name: move.name, stage: move.origin.column.dataset.label }));
    Object.assign(fields, said);
  }
}

async function post(address, fields) {
  const body = new URLSearchParams(fields);
  for (const column of document.querySelectorAll(".col:not(.col--folded)")) {
    body.append("shown", `${column.dataset.key}:${column.querySelectorAll("[data-lead]").length}`);
  }
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  let response;
  try {
    response = await fetch(`${address}?${board().dataset.query}`, { method: "POST", body, headers, signal: AbortSignal.timeout(20000) });
  } catch {
    return { words: say("move-offline") };
  }
  if (response.redirected) return { words: say("move-signed-out") };
  if (![200, 409, 422].includes(response.status)) return { words: say(REASONS[response.status] ?? "move-broken") };
  try {
    return { ok: response.ok, html: await response.text() };
  } catch {
    return { words: say("move-offline") };
  }
}

function succeed(move, html) {
  const { toast: shown } = patch(html);
  const undo = shown?.querySelector("[data-undo]");
  if (undo) {
    undo.elements.above.value = move.origin.above?.dataset.lead ?? "";
    undo.elements.below.value = move.origin.below?.dataset.lead ?? "";
  }
  announce(shown?.querySelector("p").textContent ?? "");
}

function giveBack(move, words, mayBeStale, spoken = "") {
  voidUpTo.set(move.lead, number);
  const item = cardOf(move.lead);
  if (item) putBack(item, move.origin);
  if (words) toast(words, { icon: "alert" });
  announce(words || spoken);
  if (mayBeStale) refresh({ force: true });
}

// Undo: the same way back, from the toast's form.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-undo]");
  if (!form) return;
  event.preventDefault();
  form.closest(".toast").remove();
  const item = cardOf(form.dataset.undo);
  const target = document.querySelector(`.col[data-stage="${form.elements.stage.value}"]`);
  if (!item || !target) return undoUnseen(form);
  const origin = placeOf(item);
  putBack(item, {
    list: target.querySelector("[data-cards]"),
    column: target,
    above: cardOf(form.elements.above.value),
    below: cardOf(form.elements.below.value),
  });
  moved(item, origin);
});

// The card is folded away or filtered out: the server knows it all the same.
async function undoUnseen(form) {
  const answer = await post(form.getAttribute("action"), Object.fromEntries(new FormData(form)));
  if (answer.html) patch(answer.html);
  else toast(answer.words, { icon: "alert" });
  refresh({ force: true });
}

