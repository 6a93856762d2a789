// One line, one action; it stays while the pointer or the focus is on it.
import { say } from "./words.js";
const SECONDS = 8;
const sprite = document.querySelector("link[rel=icon]").href.replace("favicon.svg", "icons.svg");

function svgIcon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon icon--sm");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

function made(words, icon) {
  const element = document.createElement("div");
  element.className = "toast";
  const line = document.createElement("p");
  line.textContent = words;
  const close = document.createElement("button");
  close.className = "toast__act toast__close";
  close.type = "button";
  close.dataset.closeToast = "";
  close.setAttribute("aria-label", say("close"));
  close.append(svgIcon("close"));
  element.append(svgIcon(icon), line, close);
  return element;
}

export function closeToast(element) {
  element?.remove();
}

export function toast(wordsOrElement, { icon = "check" } = {}) {
  const element = typeof wordsOrElement === "string" ? made(wordsOrElement, icon) : wordsOrElement;
  const box = document.getElementById("toasts");
  if (element.parentElement !== box) box.append(element);
  while (box.children.length > 3) box.firstElementChild.remove();
  const wait = () => setTimeout(() => (element.matches(":hover, :focus-within") ? wait() : element.remove()), SECONDS * 1000);
  wait();
  return element;
}

export function announce(words) {
  const box = document.getElementById("announcer");
  box.textContent = "";
  requestAnimationFrame(() => { box.textContent = words; });
}
