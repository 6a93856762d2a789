// The keyboard: arrows go from card to card, [ and ] move a card, m opens its menu, z undoes.
import { isTyping } from "../workspace.js";
import { cardsOf, columnOf, columns, focusedCard, linkOf, neighbour } from "./cards.js";
import { moveTo, openMenu } from "./menu.js";

function focus(item) {
  if (!item) return;
  linkOf(item).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function sideways(item, step) {
  const all = columns();
  const from = all.indexOf(columnOf(item));
  const rank = cardsOf(columnOf(item)).indexOf(item);
  for (let at = from + step; all[at]; at += step) {
    const cards = cardsOf(all[at]);
    if (cards.length) return focus(cards[Math.min(rank, cards.length - 1)]);
  }
}

function shift(item, step) {
  const all = columns();
  const column = all[all.indexOf(columnOf(item)) + step];
  if (column) moveTo(item, column);
}

const ACTS = {
  ArrowDown: (item) => focus(neighbour(item, "nextElementSibling")),
  ArrowUp: (item) => focus(neighbour(item, "previousElementSibling")),
  ArrowLeft: (item) => sideways(item, -1),
  ArrowRight: (item) => sideways(item, 1),
  "[": (item) => shift(item, -1),
  "]": (item) => shift(item, 1),
  m: openMenu,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isTyping(event)) return;
  if (event.key === "z") return [...document.querySelectorAll("#toasts [data-undo]")].at(-1)?.requestSubmit();
  const act = ACTS[event.key];
  if (!act) return;
  const item = focusedCard();
  if (item) {
    event.preventDefault();
    act(item);
  } else if (event.key.startsWith("Arrow") && document.activeElement === document.body) {
    event.preventDefault();
    focus(document.querySelector("#board [data-lead]"));
  }
});
