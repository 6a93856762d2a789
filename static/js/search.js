// Search in everything: Ctrl+K or the box at the side, arrows go through what was found, Enter opens it.
const dialog = () => document.getElementById("find");
const found = () => [...document.querySelectorAll("#find .found__row")];

function open() {
  if (!dialog() || dialog().open) return;
  document.querySelectorAll("[popover]:popover-open").forEach((menu) => menu.hidePopover());
  dialog().showModal();
  document.getElementById("find-text").select();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-search]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey || !dialog()) return;
  event.preventDefault();
  open();
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    if (!dialog()) return;
    event.preventDefault();
    return open();
  }
  if (dialog()?.open && event.key === "Escape") {
    // A search field would empty itself first, and close with the second one.
    event.preventDefault();
    return dialog().close();
  }
  if (!dialog()?.open || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
  const all = found();
  const at = all.indexOf(document.activeElement);
  if (event.key === "Enter") {
    // From the field, Enter opens the first one; on a row the link does it itself.
    if (at < 0 && event.target.id === "find-text" && all.length) {
      event.preventDefault();
      all[0].click();
    }
    return;
  }
  event.preventDefault();
  const to = event.key === "ArrowDown" ? at + 1 : at - 1;
  if (to < 0) document.getElementById("find-text").focus();
  else all[Math.min(to, all.length - 1)]?.focus();
});
