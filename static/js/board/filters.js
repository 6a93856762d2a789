// Filters, folds and their place in the address. All of it is links and one GET form; this spares the page load.
const form = () => document.getElementById("filters");

function apply() {
  window.htmx.trigger(form(), "submit");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-clear], [data-fold], [data-unfold]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.clear) for (const name of link.dataset.clear.split(" ")) clear(name);
  if (link.dataset.fold) form().querySelector(`input[name=open][value="${link.dataset.fold}"]`)?.remove();
  if (link.dataset.unfold) form().append(opened(link.dataset.unfold));
  apply();
});

function clear(name) {
  for (const input of form().querySelectorAll(`[name="${name}"]`)) {
    if (input.type === "checkbox") input.checked = false;
    else input.value = "";
  }
}

function opened(key) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: "open", value: key });
  return input;
}

// Typing has asked already: leaving the field must not ask, and fill the history, a second time.
document.getElementById("q")?.addEventListener("change", (event) => event.stopPropagation());

// An empty search is no filter, and has no place in the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target !== form()) return;
  for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
});

// The board keeps its place when it is filtered.
let left = 0;
document.addEventListener("htmx:beforeSwap", () => { left = document.getElementById("board-scroll")?.scrollLeft ?? 0; });
document.addEventListener("htmx:afterSwap", () => {
  const board = document.getElementById("board-scroll");
  if (board && board.scrollLeft !== left) board.scrollLeft = left;
});
