// What was read, beside the page's picture: things of which one is picked, by pointer or by arrow keys.

import * as safe from "./safe.js";
import { bring } from "./sheet.js";

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
/** How an item says that it is the one. */
const CHOSEN = { listbox: "aria-selected", group: "aria-current" };

export class Pane {
  #box;
  #pick;
  #view = { items: [], role: "listbox" };
  #picked = -1;

  /** `point(at)` is called for what the pointer is at (-1: nothing), `pick(at, page)` for what is clicked; a page may be named. */
  constructor(box, { point, pick }) {
    this.#box = box;
    this.#pick = pick;
    box.addEventListener("pointerover", ({ target }) => point(this.#at(target)));
    box.addEventListener("pointerleave", () => point(-1));
    box.addEventListener("click", ({ target }) => pick(this.#at(target), Number(target.dataset.page) || undefined));
    box.addEventListener("keydown", (event) => this.#step(event));
  }

  /** A view as `views` makes them. */
  show(view) {
    this.#picked = -1;
    this.#view = view;
    const isHere = this.#box.contains(document.activeElement);
    safe.forget(this.#box);
    this.#box.removeAttribute("aria-activedescendant");
    this.#box.setAttribute("role", view.role);
    this.#box.setAttribute("aria-label", view.label);
    this.#box.replaceChildren(...view.nodes);
    this.#box.scrollTop = 0;
    if (isHere) this.#box.focus(); // a button that turned the page went with it
  }

  mark(at, { scroll }) {
    for (const each of this.#box.querySelectorAll(".at")) each.classList.remove("at");
    const item = this.#view.items[at];
    item?.classList.add("at");
    if (scroll && item) bring(this.#box, item);
  }

  /** What stays marked when the pointer is gone. */
  pick(at) {
    const chosen = CHOSEN[this.#view.role];
    this.#view.items[this.#picked]?.setAttribute(chosen, "false");
    this.#picked = at;
    const item = this.#view.items[at];
    if (!item) return this.#box.removeAttribute("aria-activedescendant");
    item.setAttribute(chosen, "true");
    return this.#box.setAttribute("aria-activedescendant", item.id);
  }

  #at(target) {
    return this.#view.items.findIndex((item) => item.contains(target));
  }

  #step(event) {
    const step = STEPS[event.key];
    const count = this.#view.items.length;
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || !count) return;
    event.preventDefault();
    this.#pick(Math.max(0, Math.min(count - 1, this.#picked + step)));
  }
}
