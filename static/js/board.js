// The pipeline board. Each part is a module of its own; this one ties them to the page, again after every swap.
import "./board/dialogs.js";
import "./board/filters.js";
import "./board/keys.js";
import "./board/menu.js";
import { watch } from "./board/watch.js";
import { followColumns } from "./board/rail.js";
import { makeSortable } from "./board/drag.js";

function settle() {
  makeSortable();
  followColumns();
}

document.addEventListener("board:fresh", settle);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest?.("#board, #filters") || document.getElementById("board")?.contains(event.target)) settle();
});
settle();
watch();
