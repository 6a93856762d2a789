// The lead page: refreshes the conversation, counts a text's parts, sends with Ctrl+Enter, and the page's own keys.
import { isTyping } from "./workspace.js";
import { count } from "./sms.js";

const EVERY = 4000;

setInterval(() => {
  const conversation = document.getElementById("conversation");
  if (conversation?.hasAttribute("hx-get") && document.visibilityState === "visible") htmx.trigger(conversation, "refresh");
}, EVERY);

function showCount(textarea) {
  const counter = document.querySelector(textarea.dataset.counter);
  if (!counter) return;
  const isText = document.getElementById("channel")?.value === "sms";
  counter.textContent = textarea.value ? (isText ? count(textarea.value) : `${textarea.value.length} characters`) : "";
}

function showCounts() {
  document.querySelectorAll("[data-counter]").forEach(showCount);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-counter]")) showCount(event.target);
});

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.matches("[data-ctrl-enter]")) {
    event.preventDefault();
    target.form.querySelector("button.btn--primary").click();
  } else if (event.key === "Escape" && target.closest(".fact-form")) {
    target.closest(".fact-form").querySelector("[data-escape]").click();
  } else if (!event.defaultPrevented && !isTyping(event)) {
    const act = {
      m: () => document.getElementById("move-menu")?.showPopover({ source: document.querySelector("[data-key=m]") }),
      r: () => { document.getElementById("writes-message").click(); document.getElementById("body").focus(); },
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }
});

// What can't be sent says so beforehand; whoever presses all the same is led to the reason.
document.addEventListener("click", (event) => {
  if (!event.target.closest("#send[aria-disabled=true]")) return;
  event.preventDefault();
  document.getElementById("refused").focus();
});

// Browsers that do not know command="show-modal" yet.
if (!("command" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[command=show-modal]");
    if (button) document.getElementById(button.getAttribute("commandfor")).showModal();
  });
}

// A menu has done its work when a dialog opens from it.
document.addEventListener("click", (event) => {
  event.target.closest("[command=show-modal]")?.closest("[popover]")?.hidePopover();
});

document.addEventListener("htmx:afterSettle", showCounts);
showCounts();
