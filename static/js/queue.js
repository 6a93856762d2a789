// The queue: arrows choose a row, Enter takes it, e is done, s puts it off, j skips, z goes back; it refreshes itself.
import { isTyping } from "./workspace.js";
import { toast } from "./toasts.js";

const EVERY = 10000;
const phone = matchMedia("(width < 720px)");

const rows = () => [...document.querySelectorAll("#queue > .split .queue:not(.queue--later) > .q")];
const current = () => document.querySelector("#queue .q[aria-current]");
const panel = () => document.getElementById("queue-panel");
const isBusy = () => document.querySelector("#queue [popover]:popover-open, #queue .htmx-request");

function choose(row) {
  if (!row) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  document.querySelector("#queue-asked [name=at]").value = row.dataset.lead;
  const link = row.querySelector("[data-entry]");
  link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return link;
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  choose(all[Math.min(Math.max(at + by, 0), all.length - 1)])?.click();
}

const ACTS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  j: () => step(1),
  k: () => step(-1),
  Enter: () => (panel()?.querySelector("[data-take]") ?? panel()?.querySelector("[data-open]"))?.click(),
  o: () => panel()?.querySelector("[data-open]")?.click(),
  c: () => panel()?.querySelector("[data-call]")?.click(),
  e: () => panel()?.querySelector("[data-done]")?.click(),
  s: () => panel()?.querySelector("[data-later]")?.click(),
  z: () => [...document.querySelectorAll("#toasts [data-queue-undo]")].at(-1)?.requestSubmit(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isTyping(event)) return;
  // Enter on anything but a row does what that thing does.
  if (event.key === "Enter" && event.target !== document.body && !event.target.matches("[data-entry]")) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("htmx:confirm", (event) => {
  // A telephone has no room for the panel: the row leads to the lead.
  if (event.target.matches("[data-entry]") && phone.matches) {
    event.preventDefault();
    location.assign(event.target.href);
  }
});

document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-entry]")?.closest(".q");
  if (row && !phone.matches) choose(row);
});

// The focus stays on the row that is looked at, whatever is swapped in around it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "queue") event.detail.hadFocus = document.getElementById("queue").contains(document.activeElement);
});
document.addEventListener("htmx:afterSwap", (event) => {
  for (const element of document.querySelectorAll("#toasts [data-toast]")) {
    element.removeAttribute("data-toast");
    toast(element);
  }
  if (event.detail.hadFocus) current()?.querySelector("[data-entry]")?.focus({ preventScroll: true });
});

// A call that is logged settles what the queue knew of its lead; one that is placed takes it. An answer that is still
// under way may have been made before that.
function refreshNow() {
  const queue = document.getElementById("queue");
  if (queue.matches(".htmx-request")) htmx.trigger(queue, "htmx:abort");
  htmx.trigger(queue, "refresh");
}
for (const name of ["call-placed", "call-logged"]) document.addEventListener(name, refreshNow);

setInterval(() => {
  const queue = document.getElementById("queue");
  if (queue && document.visibilityState === "visible" && !isBusy()) htmx.trigger(queue, "refresh");
}, EVERY);
