// What scripts say, in the page's language: templates/crm/_words.html has it.
export const say = (key, values = {}) => {
  const words = document.getElementById("words")?.content.querySelector(`[data-say="${key}"]`)?.textContent ?? key;
  return words.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
};
