// The import of a file: sent as soon as it is chosen; columns that are left out are counted.
const form = document.querySelector("[data-import]");
form?.querySelector("input[type=file]").addEventListener("change", (event) => {
  if (!event.target.files.length) return;
  form.setAttribute("aria-busy", "true");
  form.requestSubmit();
});
// Back from the next page, the form waits for another file.
addEventListener("pageshow", () => form?.removeAttribute("aria-busy"));

const said = document.querySelector("[data-left-out]");
document.querySelector("#plan")?.addEventListener("change", (event) => {
  const select = event.target.closest("[data-target]");
  if (!select) return;
  select.closest("tr").classList.toggle("is-left-out", !select.value);
  said.textContent = [...document.querySelectorAll("[data-target]")].filter((each) => !each.value).length;
});
