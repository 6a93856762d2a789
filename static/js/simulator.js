// The simulator: Enter sends, as it does on a phone; Shift and Enter make a new line.
import "./workspace.js";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.id !== "say") return;
  event.preventDefault();
  event.target.form.requestSubmit(event.target.form.querySelector(".btn--primary"));
});

// After an answer the next one is written in the same field.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "pad") document.getElementById("say")?.focus();
});

document.querySelector("#phones [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
