// Names for what Django's and django-unfold's pages leave without one.
function nameThem() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const label = select.labels[0]?.innerText.trim() || select.title || select.name;
    const box = select.nextElementSibling;
    for (const each of box?.querySelectorAll("[role='combobox'], [role='textbox'], [role='searchbox']") ?? []) {
      each.setAttribute("aria-label", label);
      each.removeAttribute("aria-labelledby"); // what is chosen is no name, least of all while nothing is
    }
  }
  for (const field of document.querySelectorAll("input:is(.vDateField, .vTimeField):not([aria-label])")) {
    const row = field.closest(".form-row")?.querySelector("label, legend")?.innerText.trim();
    field.setAttribute("aria-label", [row, field.placeholder].filter(Boolean).join(", "));
  }
}

// Django's own scripts make some of the fields when the page is there, and more with each row.
new MutationObserver(nameThem).observe(document.documentElement, { childList: true, subtree: true });
nameThem();
