// One dialog for the board: a stage's question, or the form for a new lead.
const dialog = () => document.getElementById("dialog");

// Shows a stage's question; resolves to the answers, or to null when it was cancelled.
export function ask(question) {
  const box = dialog();
  box.replaceChildren(question);
  box.returnValue = "";
  box.showModal();
  return new Promise((resolve) => {
    let answers = null;
    question.querySelector("[data-answer]").addEventListener("submit", (event) => {
      event.preventDefault();
      const given = new FormData(event.target);
      answers = {};
      for (const name of ["lost_reason", "funded_amount"]) if (given.has(name)) answers[name] = given.get(name);
      box.close("answered");
    });
    box.addEventListener("close", () => resolve(answers), { once: true });
  });
}

document.addEventListener("click", async (event) => {
  const pick = event.target.closest("[data-pick]");
  if (pick) {
    const input = pick.closest(".field").querySelector("input");
    input.value = pick.dataset.pick;
    return input.form.querySelector("[type=submit]").focus();
  }
  const opener = event.target.closest("[data-dialog]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  dialog().replaceChildren();
  await window.htmx.ajax("GET", opener.href, { target: "#dialog", swap: "innerHTML" });
  if (dialog().firstElementChild) dialog().showModal();
});

// After a refusal the first wrong field is where to go on.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "dialog") dialog().querySelector("[aria-invalid=true], .known button")?.focus();
});
