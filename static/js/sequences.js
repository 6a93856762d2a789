// The sequence editor: steps are opened, moved, counted and tried as they are written. The server draws them.
import { announce } from "./workspace.js";
import { count } from "./sms.js";
import { say } from "./words.js";

const steps = () => document.getElementById("steps");
const form = document.getElementById("editor");
const still = matchMedia("(prefers-reduced-motion: reduce)");

// — Counts: a text's parts as it is written, and as this lead would read it —
function showCounts() {
  for (const area of document.querySelectorAll("[data-counts]")) {
    const channel = area.closest(".step__form").querySelector("[data-channel]").value;
    const { value } = area;
    document.getElementById(area.dataset.counts).textContent = value && channel === "sms" ? say("before-names", { count: count(value) }) : "";
  }
  for (const line of document.querySelectorAll("[data-parts]")) {
    const text = line.closest(".msg").querySelector(".msg__body").innerText;
    line.textContent = line.dataset.parts === "sms" ? count(text) : "";
  }
}

// — What has not been published is not lost by a slip —
function setUnsaved(isUnsaved) {
  if (!form) return;
  form.toggleAttribute("data-unsaved", isUnsaved);
  document.getElementById("unsaved").hidden = !isUnsaved;
}

addEventListener("beforeunload", (event) => {
  if (form?.hasAttribute("data-unsaved") && !form.dataset.sent) event.preventDefault();
});

form?.addEventListener("submit", () => { form.dataset.sent = "yes"; });
addEventListener("pageshow", () => { if (form) delete form.dataset.sent; });

form?.addEventListener("input", () => {
  setUnsaved(true);
  showCounts();
});

// — The step that is open is the one that is tried —
document.addEventListener("toggle", (event) => {
  const details = event.target;
  if (!details.matches?.(".step__open")) return;
  const field = document.getElementById("open-step");
  if (details.open) {
    field.value = details.dataset.key;
    rehearse();
  } else if (field.value === details.dataset.key) {
    field.value = "";
  }
}, true);

let waiting;
function rehearse() {
  clearTimeout(waiting);
  waiting = setTimeout(() => htmx.trigger(document.body, "rehearse"), 50);
}

// — Variables go where the cursor is —
let into;
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-into]");
  if (opener) into = document.getElementById(opener.dataset.into);
  const choice = event.target.closest("[data-insert]");
  if (!choice || !into) return;
  document.getElementById("variables").hidePopover();
  into.focus();
  into.setRangeText(choice.dataset.insert, into.selectionStart, into.selectionEnd, "end");
  into.dispatchEvent(new Event("input", { bubbles: true }));
});

// — Moving steps: by the menu, by Alt and an arrow key, by the handle —
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const step = event.target.closest?.(".seq-step[data-step]");
  const button = step?.querySelector(`[data-move=${event.key === "ArrowUp" ? "up" : "down"}]`);
  if (!button || event.target.matches("select")) return;
  event.preventDefault();
  button.click();
});

// For a moment the old steps and the new ones are both there, and of one name only one may be open: the old give it up.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "steps") return;
  for (const details of event.target.querySelectorAll(".step__open")) details.removeAttribute("name");
});

function drawAnew() {
  const list = steps();
  setUnsaved(true);
  htmx.ajax("POST", list.dataset.sketch, { source: form, target: "#steps", swap: "outerHTML" });
}

function makeSortable() {
  const list = steps();
  if (!list?.dataset.sketch || !window.Sortable || window.Sortable.get(list)) return;
  new window.Sortable(list, {
    draggable: ".seq-step",
    handle: "[data-grip]",
    animation: still.matches ? 0 : 120,
    ghostClass: "is-ghost-step",
    onEnd: ({ oldDraggableIndex, newDraggableIndex }) => { if (oldDraggableIndex !== newDraggableIndex) drawAnew(); },
  });
}

document.addEventListener("steps-drawn", (event) => {
  const { focus, says } = event.detail;
  const target = document.getElementById(focus);
  const step = document.querySelector(`.seq-step[data-step="${focus.replace("text-", "")}"]`);
  // A new step: the field that its kind has.
  const first = step && [...step.querySelectorAll("textarea, .step__form input.input")].find((area) => area.checkVisibility());
  (first ?? target)?.focus();
  if (says) {
    setUnsaved(true);
    announce(says);
  }
  makeSortable();
  showCounts();
  rehearse();
});

document.addEventListener("htmx:afterSettle", showCounts);
setUnsaved(form?.hasAttribute("data-unsaved") ?? false);
makeSortable();
addEventListener("load", makeSortable);
showCounts();
document.querySelector("#conflict, #editor [aria-invalid=true]")?.focus();
