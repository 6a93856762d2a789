// Files: dropped or chosen, sent by htmx, with progress. A form says data-upload, a place to drop data-drops="#form".
import { toast } from "./toasts.js";
import { say } from "./words.js";

const MOST_AT_ONCE = 100_000_000;

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const placeOf = (event) => hasFiles(event) && event.target.closest?.("[data-drops]");

function light(place) {
  for (const lit of document.querySelectorAll(".is-dropping")) if (lit !== place) lit.classList.remove("is-dropping");
  place?.classList.add("is-dropping");
}

document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault(); // else a file dropped beside its place would replace the page
  const place = placeOf(event);
  event.dataTransfer.dropEffect = place ? "copy" : "none";
  light(place);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) light(null); });
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  const place = placeOf(event);
  light(null);
  if (!place) return;
  const form = place.dataset.drops === "this" ? place : document.querySelector(place.dataset.drops);
  const input = [...form.querySelectorAll("input[type=file]")].at(-1);
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

// What is too large is said before it is sent: a server that hangs up in the middle can't say why.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target;
  if (!form.matches?.("[data-upload]")) return;
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  if (!files.length) event.preventDefault();
  else if (files.reduce((sum, file) => sum + file.size, 0) > MOST_AT_ONCE) {
    event.preventDefault();
    form.reset();
    toast(form.dataset.tooLarge ?? say("too-large"), { icon: "alert" });
  } else begin(form);
});

function begin(form) {
  form.setAttribute("aria-busy", "true");
  form.closest("[popover]")?.hidePopover();
  const bar = form.querySelector("progress");
  if (bar) bar.hidden = false;
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.matches?.("[data-upload]") && event.target.querySelector("progress");
  if (!bar || !event.detail.lengthComputable) return;
  const share = Math.round((event.detail.loaded / event.detail.total) * 100);
  if (share < 100) bar.value = share;
  else bar.removeAttribute("value"); // sent; the server looks at it
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.target.matches?.("[data-upload]")) return;
  event.target.removeAttribute("aria-busy");
  event.target.reset();
  const bar = event.target.querySelector("progress");
  if (bar) bar.hidden = true;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const input = document.querySelector(button.dataset.copy);
  input.select();
  await navigator.clipboard?.writeText(input.value);
  button.closest("[popover]")?.hidePopover();
  toast(input.dataset.copied);
});

// The checklist follows what others do, unless somebody is at it: when it is asked for, and when the answer is there.
function isAtIt(checklist) {
  return checklist.contains(document.activeElement) || checklist.querySelector("[aria-busy], details[open], .request, :popover-open");
}

document.addEventListener("conversation-changed", () => {
  const checklist = document.getElementById("checklist");
  if (checklist && !isAtIt(checklist)) htmx.trigger(checklist, "refresh");
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig } = detail;
  if (target.id === "checklist" && requestConfig.triggeringEvent?.type === "refresh" && isAtIt(target)) detail.shouldSwap = false;
});
