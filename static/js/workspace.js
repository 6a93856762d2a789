// What every page has: toasts, menus, colours, the keyboard's common keys.
import { announce, closeToast, toast } from "./toasts.js";
import "./bell.js";
import "./popovers.js";
import "./search.js";
import { say } from "./words.js";

const root = document.documentElement;

function showTheme() {
  const chosen = root.dataset.theme ?? "";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }
}

function chooseTheme(theme) {
  if (theme) {
    root.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  } else {
    delete root.dataset.theme;
    localStorage.removeItem("theme");
  }
  showTheme();
}

// Where tabs don't all fit, as on a phone, the one that is open is seen.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.closest(".tabs");
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-theme-choice], [data-shortcuts], [data-close-toast], [data-close-dialog]");
  if (!target) return;
  if ("themeChoice" in target.dataset) chooseTheme(target.dataset.themeChoice);
  else if ("shortcuts" in target.dataset) document.getElementById("shortcuts")?.showModal();
  else if ("closeToast" in target.dataset) closeToast(target.closest(".toast"));
  else target.closest("dialog")?.close("cancel");
});

export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.isComposing
    || event.target.closest?.("input, textarea, select, [contenteditable], dialog[open], [popover]:popover-open");
}

// The page's own filter, where it has one; else the search in everything.
function search() {
  const own = document.querySelector("[data-key='/']");
  if (own) own.focus();
  else document.querySelector("[data-search]")?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isTyping(event)) return;
  const act = {
    "?": () => document.getElementById("shortcuts")?.showModal(),
    "n": () => document.querySelector("[data-key=n]")?.click(),
    "/": search,
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// htmx says nothing to the person when a request fails: we do.
document.addEventListener("htmx:sendError", () => toast(say("offline"), { icon: "alert" }));
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  const words = say({ 403: "forbidden", 404: "gone", 429: "too-many" }[status] ?? "broken");
  toast(words, { icon: "alert" });
});
// What a part of the page fetches by itself is let go when somebody is at that part by then: a click is under way in it,
// a menu is open, a field has the focus. Whatever they do brings it up to date.
const BY_ITSELF = ["refresh", "conversation-changed", "lead-changed"];
const AT_IT = ".htmx-request, :popover-open, input:focus, textarea:focus, select:focus";
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (BY_ITSELF.includes(detail.requestConfig.triggeringEvent?.type) && detail.target.querySelector(AT_IT)) detail.shouldSwap = false;
});
// A session that has ended answers with the log-in page: go there instead of pasting it into this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL || location.href).pathname === "/sign-in") location.reload();
});
// So does a page that asks for nothing by itself: nobody reads on in it, or on somebody's screen, when the session is over.
const [OFTEN, A_WHILE] = [5 * 60000, 60000];
let left = Date.now();
async function leaveIfOver() {
  const answer = await fetch("/account/language", { method: "HEAD" }).catch(() => null);
  if (answer?.redirected && new URL(answer.url).pathname === "/sign-in") location.reload();
}
if (document.querySelector("[data-unread]")) {
  setInterval(() => document.visibilityState === "visible" && leaveIfOver(), OFTEN);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") left = Date.now();
    else if (Date.now() - left > A_WHILE) leaveIfOver();
  });
}

showTheme();
document.querySelectorAll(".toast").forEach((element) => toast(element));
export { announce };

// Makes the site installable, and tells somebody without a network so in our own words.
if (navigator.serviceWorker && isSecureContext) navigator.serviceWorker.register("/service-worker.js");
