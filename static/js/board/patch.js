// Brings the page up to date with what the server sent, touching only what differs, so that scrolling, focus
// and everything that nobody changed stay as they are.
import { toast } from "../toasts.js";
import { board, cardOf, listOf } from "./cards.js";

// Returns the toast and the question that came along, if any.
export function patch(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const came = { toast: null, question: null };
  for (const part of [...template.content.children]) {
    if (part.matches(".toast")) came.toast = toast(part);
    else if (part.matches("[data-question]")) came.question = part;
    else if (part.id === "board") patchBoard(part);
    else if (part.matches(".col")) patchColumn(part);
    else if (part.matches("[data-lead]")) patchCard(part);
    else if (part.dataset.gone) cardOf(part.dataset.gone)?.remove();
    else replace(part);
  }
  document.dispatchEvent(new Event("board:fresh"));
  return came;
}

function replace(part) {
  const old = document.getElementById(part.id);
  if (!old || old.isEqualNode(part)) return;
  old.replaceWith(part);
  window.htmx.process(part);
}

function patchBoard(fresh) {
  const old = board();
  const ids = (root) => [...root.querySelectorAll(".col")].map((column) => column.id).join();
  if (ids(old) !== ids(fresh)) return replace(fresh);
  old.dataset.mark = fresh.dataset.mark;
  replace(fresh.querySelector("#rail"));
  for (const column of [...fresh.querySelectorAll(".col")]) patchColumn(column);
}

function patchColumn(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  const isFolded = (column) => column.classList.contains("col--folded");
  if (isFolded(old) !== isFolded(fresh)) return replace(fresh);
  if (isFolded(fresh)) {
    if (!old.firstElementChild.isEqualNode(fresh.firstElementChild)) old.firstElementChild.replaceWith(fresh.firstElementChild);
    return listOf(old).replaceChildren();
  }
  replace(fresh.querySelector(".col__head"));
  const list = listOf(old);
  list.setAttribute("aria-label", listOf(fresh).getAttribute("aria-label"));
  patchList(list, [...listOf(fresh).children]);
}

function patchList(list, items) {
  const focus = focusIn(list);
  let cursor = list.firstElementChild;
  for (const item of items) {
    const node = kept(list, item) ?? arrived(item);
    if (node === cursor) cursor = cursor.nextElementSibling;
    else list.insertBefore(node, cursor);
  }
  while (cursor) {
    const gone = cursor;
    cursor = cursor.nextElementSibling;
    gone.remove();
  }
  restore(focus);
}

// The element that is on the page already, when it says the same.
function kept(list, item) {
  if (item.dataset.lead) {
    const old = cardOf(item.dataset.lead);
    const isSame = old?.firstElementChild.isEqualNode(item.firstElementChild);
    if (isSame) old.dataset.version = item.dataset.version;
    return isSame ? old : null;
  }
  return [...list.children].find((old) => !old.dataset.lead && old.getAttribute("hx-get") === item.getAttribute("hx-get") && old.className === item.className);
}

function arrived(item) {
  if (item.dataset.lead) {
    const old = cardOf(item.dataset.lead);
    if (old) old.remove();
    else markNew(item);
  }
  queueMicrotask(() => item.isConnected && window.htmx.process(item));
  return item;
}

function markNew(item) {
  const card = item.firstElementChild;
  card.classList.add("is-new");
  setTimeout(() => card.classList.remove("is-new"), 1000);
}

// One card, where it stands on the page now.
function patchCard(fresh) {
  const old = cardOf(fresh.dataset.lead);
  if (!old) return;
  const focus = focusIn(old);
  old.replaceWith(fresh);
  restore(focus);
}

function focusIn(root) {
  const element = document.activeElement;
  const item = root.contains(element) ? element.closest("[data-lead]") : null;
  return item && { lead: item.dataset.lead, selector: element.matches(".card__menu") ? ".card__menu" : element.matches(".light") ? ".light" : ".card__name a" };
}

function restore(focus) {
  if (focus) cardOf(focus.lead)?.querySelector(focus.selector)?.focus({ preventScroll: true });
}
