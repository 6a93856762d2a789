// Phones: the stage tab follows the column that is in view. The board works without it.
let seen = null;

export function followColumns() {
  seen?.disconnect();
  if (!matchMedia("(width < 720px)").matches) return;
  const tabs = new Map([...document.querySelectorAll("#rail a")].map((tab) => [tab.hash.slice(1), tab]));
  seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const tab = tabs.get(target.id);
      if (!isIntersecting || !tab) continue;
      for (const other of tabs.values()) other.removeAttribute("aria-current");
      tab.setAttribute("aria-current", "true");
      tab.parentElement.scrollTo({ left: tab.offsetLeft - 16, behavior: "smooth" });
    }
  }, { root: document.getElementById("board-scroll"), threshold: 0.6 });
  document.querySelectorAll("#board .col").forEach((column) => seen.observe(column));
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("#rail a");
  if (!tab) return;
  event.preventDefault();
  document.getElementById(tab.hash.slice(1))?.scrollIntoView({ inline: "center", block: "nearest", behavior: "smooth" });
});
