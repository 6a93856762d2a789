// "Move to…" on every card: for the keyboard, a screen reader, and whoever does not drag.
import { announce, toast } from "../toasts.js";
import { place } from "../popovers.js";
import { board, linkOf, listOf, nameOf, placeOf, putOnTop } from "./cards.js";
import { moved } from "./moves.js";
import { state } from "./state.js";
import { say } from "../words.js";

const menu = () => document.getElementById("move-menu");
let owner = null;

export async function openMenu(item) {
  const button = item.querySelector(".card__menu");
  let response;
  try {
    response = await fetch(`${item.dataset.moves}?${board().dataset.query}`, { headers: { "HX-Request": "true" } });
  } catch {
    return toast(say("no-stages"), { icon: "alert" });
  }
  if (!response.ok || response.redirected) return toast(say("lead-gone"), { icon: "alert" });
  if (state.isDragging) return;
  owner = item;
  menu().innerHTML = await response.text();
  menu().setAttribute("aria-label", say("move-to", { name: nameOf(item) }));
  menu().dataset.align = "end";
  menu().showPopover();
  place(menu(), button);
  button.setAttribute("aria-expanded", "true");
  menu().querySelector("[aria-checked=false]:not([aria-disabled])")?.focus();
}

export function moveTo(item, column) {
  const origin = placeOf(item);
  if (origin.column === column) return;
  const isFolded = column.classList.contains("col--folded");
  const next = origin.below ?? origin.above;
  putOnTop(item, column);
  moved(item, origin);
  listOf(column).scrollTop = 0;
  if (isFolded) return next && linkOf(next).focus();
  column.scrollIntoView({ inline: "nearest", block: "nearest" });
  linkOf(item).focus({ preventScroll: true });
}

function choose(button) {
  if (button.getAttribute("aria-disabled") === "true") return announce(say("not-yet", { stage: button.textContent.trim() }));
  const item = owner;
  const column = document.querySelector(`.col[data-stage="${button.dataset.to}"]`);
  menu().hidePopover();
  if (button.getAttribute("aria-checked") === "true") linkOf(item).focus();
  else if (column && item.isConnected) moveTo(item, column);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("#board .card__menu");
  if (opener && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    return openMenu(opener.closest("[data-lead]"));
  }
  const choice = event.target.closest("#move-menu [data-to]");
  if (choice) choose(choice);
});

// The menu's opener is a link for those without script, and a button for the others: the space bar presses it.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches?.("#board .card__menu")) return;
  event.preventDefault();
  openMenu(event.target.closest("[data-lead]"));
});

menu()?.addEventListener("toggle", (event) => {
  if (event.newState !== "closed" || !owner) return;
  owner.querySelector(".card__menu")?.setAttribute("aria-expanded", "false");
  if (menu().contains(document.activeElement) || document.activeElement === document.body) linkOf(owner)?.focus({ preventScroll: true });
});

menu()?.addEventListener("keydown", (event) => {
  if (event.key === "Tab") return menu().hidePopover();
  const choice = menu().querySelector(`[data-number="${CSS.escape(event.key)}"]`);
  if (choice) choose(choice);
});
