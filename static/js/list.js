// The list of leads: its keyboard, its columns, and where it stands after a filter.
import { isTyping } from "./workspace.js";
import "./board/dialogs.js";
import "./board/filters.js";

const rows = () => [...document.querySelectorAll("#list tbody tr")];
const linkOf = (row) => row.querySelector("th a");
const current = () => document.activeElement?.closest?.("#list tbody tr");

function go(row) {
  if (!row) return;
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(current());
  go(at < 0 ? all[0] : all[Math.max(0, Math.min(all.length - 1, at + by))]);
}

const turn = (page) => document.querySelector(`#list [data-page=${page}]`)?.click();

const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  "]": () => turn("next"),
  "[": () => turn("previous"),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isTyping(event)) return;
  const act = ACTS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// The columns stand in the address only when somebody has chosen them: the server remembers the choice.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id !== "filters") return;
  const chosen = event.detail.triggeringEvent?.target?.name === "columns";
  if (!chosen && !new URLSearchParams(location.search).has("columns")) event.detail.formData.delete("columns");
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "list") document.getElementById("list-scroll")?.scrollTo(0, 0);
});

// Picking: by click, with Shift a range, by x; the bar counts, and hands what is picked to a dialog.
const picks = () => [...document.querySelectorAll("#picks input[name=lead]")];
let lastPicked = null;

function count() {
  const all = picks();
  const picked = all.filter((box) => box.checked).length;
  const said = document.querySelector("[data-picked]");
  if (said) said.textContent = picked;
  const page = document.querySelector("[data-pick-page]");
  if (page) {
    page.checked = picked > 0 && picked === all.length;
    page.indeterminate = picked > 0 && picked < all.length;
  }
  if (!picked) document.querySelector("#picks input[name=all]")?.removeAttribute("checked");
}

function pickAll(on) {
  for (const box of picks()) box.checked = on;
  const everything = document.querySelector("#picks input[name=all]");
  if (everything && !on) everything.checked = false;
  count();
}

function pickRange(box) {
  const all = picks();
  const [from, to] = [all.indexOf(lastPicked), all.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) for (const each of all.slice(from, to + 1)) each.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches("#picks input[name=lead]")) {
    if (event.shiftKey && lastPicked) pickRange(target);
    lastPicked = target;
    count();
  } else if (target.matches("[data-pick-page]")) pickAll(target.checked);
  else if (target.closest("[data-pick-none]")) pickAll(false);
  const bulk = target.closest("[data-bulk]");
  if (bulk) {
    event.preventDefault();
    openBulk(bulk);
  }
  const put = target.closest("[data-put]");
  if (put) put.closest("form").querySelector("input.input").value = put.dataset.put;
});

async function openBulk(button) {
  const form = document.getElementById("picks");
  const given = new FormData(form);
  if (given.get("all")) given.delete("lead");
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren();
  await window.htmx.ajax("GET", `${button.formAction}?${new URLSearchParams(given)}`, { target: "#dialog", swap: "innerHTML" });
  if (dialog.firstElementChild) dialog.showModal();
}

ACTS.x = () => {
  const box = current()?.querySelector("input[name=lead]");
  if (!box) return;
  box.checked = !box.checked;
  lastPicked = box;
  count();
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !isTyping(event) && picks().some((box) => box.checked)) pickAll(false);
});
document.addEventListener("htmx:afterSettle", count);

// An export is of what the filters say now, and its dialog has done its work when the file comes.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-with-filters]");
  if (link) link.search = location.search;
}, true);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-export]")) setTimeout(() => document.getElementById("dialog")?.close(), 0);
});
count();
