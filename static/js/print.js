// The print view: one button, for those who don't know the browser's own.
document.querySelector("[data-print]").addEventListener("click", () => print());
