// The number at the bell: each answer that a page asks for in the background brings it along.
export function showUnread(text) {
  if (text === null || !/^\d+$/.test(text)) return;
  for (const badge of document.querySelectorAll("[data-unread]")) {
    badge.hidden = text === "0";
    badge.querySelector("[data-unread-number]").textContent = text;
  }
}

document.addEventListener("htmx:afterRequest", (event) => {
  showUnread(event.detail.xhr?.getResponseHeader("Unread-Notifications") ?? null);
});
