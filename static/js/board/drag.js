// Drag with the mouse, or by a long press: a finger that moves at once scrolls.
import { columnOf, placeOf } from "./cards.js";
import { moved } from "./moves.js";
import { state } from "./state.js";

const LONG_PRESS = 220; // milliseconds
const isStill = matchMedia("(prefers-reduced-motion: reduce)");
let origin = null;

function over(column) {
  for (const other of document.querySelectorAll(".col.is-over")) if (other !== column) other.classList.remove("is-over");
  column?.classList.add("is-over");
}

const options = {
  group: "board",
  draggable: "[data-lead]",
  filter: ".card__menu, .light",
  preventOnFilter: false,
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 5,
  delay: LONG_PRESS,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
  animation: isStill.matches ? 0 : 120,
  ghostClass: "is-ghost-item",
  dragClass: "is-dragging-item",
  scroll: true,
  bubbleScroll: true,
  scrollSensitivity: 70,
  scrollSpeed: 14,
  onStart({ item }) {
    origin = placeOf(item);
    state.dragStarts();
    document.body.classList.add("has-drag");
    document.getElementById("move-menu")?.hidePopover?.();
  },
  onChange({ to }) {
    over(columnOf(to));
  },
  onEnd({ item }) {
    over(null);
    document.body.classList.remove("has-drag");
    moved(item, origin);
    state.dragEnds();
  },
};

export function makeSortable() {
  for (const list of document.querySelectorAll("#board [data-cards]")) {
    if (!window.Sortable.get(list)) new window.Sortable(list, options);
  }
}

// A long press on a link would open the browser's own menu over the card.
document.addEventListener("contextmenu", (event) => {
  if (event.target.closest("#board .card") && (event.pointerType === "touch" || matchMedia("(pointer: coarse)").matches)) event.preventDefault();
});
