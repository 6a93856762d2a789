// Places a popover at the button that opened it; on a phone the style sheet makes it a bottom sheet.
const GAP = 4;
const phone = matchMedia("(width < 720px)");

export function place(popover, anchor) {
  popover.style.inset = "";
  if (phone.matches || !anchor) return;
  const at = anchor.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const fitsBelow = at.bottom + GAP + height <= innerHeight;
  const above = popover.dataset.place === "above" || (!fitsBelow && at.top > innerHeight - at.bottom);
  const top = above ? at.top - GAP - height : at.bottom + GAP;
  const left = popover.dataset.align === "end" ? at.right - width : at.left;
  popover.style.inset = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px auto auto ${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
}

document.addEventListener("toggle", (event) => {
  const popover = event.target;
  if (!popover.matches?.("[popover]")) return;
  const isOpen = event.newState === "open";
  const anchors = [...document.querySelectorAll(`[popovertarget="${popover.id}"]`)];
  for (const anchor of anchors) anchor.setAttribute("aria-expanded", String(isOpen));
  if (isOpen && anchors.length) place(popover, anchors.find((anchor) => anchor.checkVisibility()));
}, true);

// Arrow keys inside an open menu.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[role=menu]");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const items = [...menu.querySelectorAll(".menu__item")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  event.preventDefault();
  items[to % items.length]?.focus();
});
