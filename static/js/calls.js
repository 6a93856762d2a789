// Calls: the link opens when the gate has said so, the clock runs, numbers choose how it ended; also the dialer's keys.
import { isTyping } from "./workspace.js";
import { toast } from "./toasts.js";

const panel = () => document.getElementById("call");
const two = (number) => String(number).padStart(2, "0");
const inWords = (seconds) => `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;

let begun = 0; // when the call began, by this machine's clock
let ended = 0;

function elapsed() {
  return Math.max(0, Math.floor(((ended || Date.now()) - begun) / 1000));
}

function tick() {
  const clock = document.querySelector("[data-clock]");
  if (clock) clock.textContent = inWords(elapsed());
}

function hangUp() {
  if (!document.querySelector("[data-clock]") || ended) return;
  ended = Date.now();
  const length = document.querySelector("[data-length]");
  if (length && !length.value) length.value = inWords(elapsed());
  panel()?.classList.remove("call--open");
  tick();
}

function begin() {
  const clock = document.querySelector("[data-clock]");
  if (!clock || clock.dataset.begun) return;
  clock.dataset.begun = "yes";
  begun = Date.now() - Number(clock.dataset.clock) * 1000;
  ended = 0;
  tick();
  const link = document.querySelector("[data-dial-now]");
  link?.removeAttribute("data-dial-now");
  link?.click();
}

setInterval(tick, 1000);
begin();
document.addEventListener("htmx:afterSettle", begin);

function showToasts() {
  for (const element of document.querySelectorAll("#toasts [data-toast]")) {
    element.removeAttribute("data-toast");
    toast(element);
  }
}

document.addEventListener("htmx:oobAfterSwap", showToasts);
document.addEventListener("htmx:afterSwap", (event) => {
  if (!["call", "dialer"].includes(event.detail.target?.id)) return;
  showToasts();
  const place = document.querySelector("#call [aria-invalid=true], #call #call-why, #call #call-lost, #call #call-funded");
  (place ?? document.querySelector("#dialer [data-call], #dialer [data-next]") ?? panel())?.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-hang-up], [data-call-close], [data-call-fold], [data-fill]");
  if (!target) return;
  if ("hangUp" in target.dataset) hangUp();
  else if ("callClose" in target.dataset) panel().replaceChildren();
  else if ("callFold" in target.dataset) {
    const isFolded = panel().classList.toggle("call--folded");
    target.setAttribute("aria-expanded", String(!isFolded));
  } else document.querySelector(target.dataset.fill).value = target.dataset.value;
});

// Whoever says how it ended has hung up.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-call-form] [name=disposition]")) hangUp();
});

const press = (selector) => {
  const button = document.querySelector(selector);
  button?.click();
  return Boolean(button);
};

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (key === "Enter" && (event.ctrlKey || event.metaKey) && target.closest?.("[data-call-form]")) {
    event.preventDefault();
    target.closest("form").requestSubmit(target.closest("form").querySelector("[value=log]"));
    return;
  }
  if (event.defaultPrevented || isTyping(event)) return;
  const dispositions = document.querySelectorAll("[data-call-form] [name=disposition]");
  let isDone = false;
  if (/^[1-9]$/.test(key) && dispositions[key - 1]) {
    dispositions[key - 1].click();
    dispositions[key - 1].focus();
    isDone = true;
  } else if (key === "c" && !document.getElementById("queue")) isDone = press("[data-call]");
  else if (document.getElementById("dialer")) {
    isDone = { s: () => press("[data-skip]"), p: () => press("[data-pause]"), Enter: () => target === document.body && press("[data-next]") }[key]?.();
  }
  if (isDone) event.preventDefault();
});
