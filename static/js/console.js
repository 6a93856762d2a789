// The reference's console: sends a request with the key that was typed in or made, and shows what comes back.
// The key lives in this tab's sessionStorage and leaves it only to the contract's own addresses.

const page = document.querySelector("[data-contract]");

function keyField() {
  return document.querySelector("#console-key");
}

function storedName() {
  return `console-key:${page.dataset.contract}`;
}

function prepareKey() {
  const field = keyField();
  if (field.value) sessionStorage.setItem(storedName(), field.value);
  else field.value = sessionStorage.getItem(storedName()) ?? "";
  field.closest("[data-trial]").hidden = false;
}

function open(hash) {
  const details = document.getElementById(decodeURIComponent(hash.slice(1)))?.closest("details");
  if (!details) return;
  details.open = true;
  details.scrollIntoView({ block: "start" });
}

function requestOf(form) {
  const { base, keyPlace, keyName, keyPrefix } = page.dataset;
  const key = keyField().value.trim();
  const headers = new Headers();
  const query = new URLSearchParams();
  let path = form.dataset.path;
  let body;
  for (const field of form.querySelectorAll("[data-in]")) {
    const { in: place, name } = field.dataset;
    if (place === "body") body = field.value;
    else if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(field.value));
    else if (field.value && place === "query") query.set(name, field.value);
    else if (field.value) headers.set(name, field.value);
  }
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (key && !("public" in form.dataset)) {
    if (keyPlace === "query") query.set(keyName, key);
    else headers.set(keyName, keyPrefix + key);
  }
  const url = `${base}${path}${query.size ? `?${query}` : ""}`;
  return new Request(url, { method: form.dataset.method, headers, body, credentials: "omit", cache: "no-store" });
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(form, { status, isGood, about, headers, body }) {
  const result = form.querySelector("[data-result]");
  const badge = result.querySelector("[data-status]");
  badge.textContent = status;
  badge.className = `badge badge--${isGood ? "ok" : "bad"}`;
  result.querySelector("[data-about]").textContent = about;
  result.querySelector("[data-headers]").textContent = headers;
  result.querySelector("[data-body]").textContent = body;
  result.hidden = false;
}

async function send(form) {
  const button = form.querySelector("[type=submit]");
  button.setAttribute("aria-busy", "true");
  const begun = performance.now();
  try {
    const answer = await fetch(requestOf(form));
    const text = await answer.text();
    show(form, {
      status: `${answer.status} ${answer.statusText}`.trim(),
      isGood: answer.ok,
      about: `${Math.round(performance.now() - begun)} ms`,
      headers: [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n"),
      body: readable(text),
    });
  } catch (error) {
    show(form, { status: "—", isGood: false, about: error.message, headers: "", body: "" });
  } finally {
    button.removeAttribute("aria-busy");
  }
}

if (page) {
  prepareKey();
  for (const form of document.querySelectorAll("[data-console]")) form.hidden = false;
  open(location.hash);

  addEventListener("hashchange", () => open(location.hash));
  // An address that is there already changes no hash.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) open(link.hash);
    const reveal = event.target.closest("[data-reveal]");
    if (!reveal) return;
    const isHidden = keyField().classList.toggle("is-veiled");
    reveal.setAttribute("aria-pressed", String(!isHidden));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-console]")) return;
    event.preventDefault();
    if (!event.target.querySelector("[aria-busy]")) send(event.target);
  });
  document.addEventListener("input", (event) => {
    if (event.target === keyField()) sessionStorage.setItem(storedName(), event.target.value);
  });
  document.addEventListener("htmx:afterSettle", prepareKey);
  // What opens with a click tells its address.
  document.addEventListener("toggle", (event) => {
    const body = event.target.matches?.(".op[open]") && event.target.querySelector(".op__body");
    if (body) history.replaceState(null, "", `#${body.id}`);
  }, true);
}
