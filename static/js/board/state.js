// What is going on on the board right now.
let free = Promise.resolve();
let release = () => {};

export const state = {
  pending: 0,
  isDragging: false,
  dragStarts() {
    this.isDragging = true;
    free = new Promise((resolve) => { release = resolve; });
  },
  dragEnds() {
    this.isDragging = false;
    release();
  },
  // Nothing changes under a hand that holds a card.
  handIsFree: () => free,
  isBusy() {
    return this.isDragging || this.pending > 0 || Boolean(document.querySelector("dialog[open], #move-menu:popover-open"));
  },
};
