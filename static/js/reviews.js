// The page of drafts: from one to the next with j and k, into its words with Enter, sent with Ctrl+Enter.
import { isTyping } from "./workspace.js";
import { count } from "./sms.js";

const drafts = () => [...document.querySelectorAll("[data-review]")];

function step(by) {
  const all = drafts();
  const here = all.indexOf(document.activeElement.closest("[data-review]"));
  const next = all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function showCount(textarea) {
  const counter = document.querySelector(textarea.dataset.counter);
  const { value } = textarea;
  if (counter) counter.textContent = value ? ("isText" in textarea.dataset ? count(value) : `${value.length} characters`) : "";
}

const showCounts = () => document.querySelectorAll("[data-review-body]").forEach(showCount);

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-review-body]")) showCount(event.target);
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.matches("[data-review-body]")) {
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      target.form.querySelector("[value=approve]").click(); // htmx sends the name of a button that was clicked
    } else if (key === "Escape") {
      target.closest("[data-review]").focus();
    }
  } else if (target.matches("[data-review-why]")) {
    if (key === "Enter") { // the first button of the form sends: not from this field
      event.preventDefault();
      target.form.querySelector("[value=reject]").click();
    }
  } else if (!event.defaultPrevented && !isTyping(event)) {
    const act = {
      j: () => step(1),
      k: () => step(-1),
      Enter: () => target.matches("[data-review]") && target.querySelector("textarea")?.focus(),
    }[key];
    if (act && (key !== "Enter" || target.matches("[data-review]"))) {
      event.preventDefault();
      act();
    }
  }
});

// After a decision the keyboard stays where it was, and the next draft is one key away.
document.addEventListener("htmx:afterSwap", (event) => {
  const swapped = document.getElementById(event.detail.elt.id);
  if (swapped?.matches("[data-review]")) swapped.focus();
  showCounts();
});
showCounts();
