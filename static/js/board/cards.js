// Cards and columns as the page knows them.
export const board = () => document.getElementById("board");
export const columns = () => [...document.querySelectorAll(".col[data-stage]")];
export const columnOf = (item) => item?.closest(".col[data-stage]");
export const listOf = (column) => column.querySelector("[data-cards]");
export const cardsOf = (column) => [...column.querySelectorAll("[data-lead]")];
export const cardOf = (lead) => document.querySelector(`#board [data-lead="${lead}"]`);
export const nameOf = (item) => item.querySelector(".card__name").textContent.trim();
export const linkOf = (item) => item.querySelector(".card__name a");
export const focusedCard = () => document.activeElement?.closest?.("#board [data-lead]");

export function neighbour(item, direction) {
  let next = item;
  do next = next[direction]; while (next && !next.dataset.lead);
  return next;
}

// Where a card stands, to bring it back to and to name its neighbours.
export function placeOf(item) {
  return {
    list: item.parentElement,
    column: columnOf(item),
    above: neighbour(item, "previousElementSibling"),
    below: neighbour(item, "nextElementSibling"),
  };
}

export function putBack(item, place) {
  const hadFocus = item.contains(document.activeElement);
  const list = place.list.isConnected ? place.list : listOf(document.getElementById(place.column.id) ?? place.column);
  if (place.above?.parentElement === list) place.above.after(item);
  else if (place.below?.parentElement === list) place.below.before(item);
  else list.prepend(item);
  if (hadFocus) linkOf(item).focus({ preventScroll: true });
}

export function putOnTop(item, column) {
  listOf(column).prepend(item);
}
