// django-unfold writes expressions for Alpine into its pages. Alpine's build for strict policies reads them without
// eval, but knows no globals: what the pages name is handed to it here.
document.addEventListener("alpine:init", () => {
  const { pathname, search } = window.location;
  // A text would be written into the style attribute, which the policy blocks; an object is not.
  for (const bar of document.querySelectorAll("#changelist-actions")) bar.setAttribute("x-bind:style", "{ width: changeListWidth + 'px' }");
  Alpine.data("theme", (chosen) => ({ ...theme(chosen), getCurrentTab, window: { location: { pathname, search } } }));
});
