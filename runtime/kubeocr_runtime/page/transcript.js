// A page's lines as text, in reading order: a list of which one line is picked, by pointer or by arrow keys.

import { rows } from "./book.js";
import { made } from "./fields.js";
import { bring } from "./sheet.js";

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

export class Transcript {
  #list;
  #pick;
  #options = [];
  #picked = -1;

  constructor(list, { point, pick }) {
    this.#list = list;
    this.#pick = pick;
    list.addEventListener("pointerover", (event) => point(this.#options.indexOf(event.target)));
    list.addEventListener("pointerleave", () => point(-1));
    list.addEventListener("click", (event) => pick(this.#options.indexOf(event.target)));
    list.addEventListener("keydown", (event) => this.#step(event));
  }

  /** A page that was read, or what to say in place of it. */
  show(page, otherwise) {
    this.#picked = -1;
    this.#options = [];
    this.#list.removeAttribute("aria-activedescendant");
    const lines = page ? rows(page).map((row) => this.#row(row)) : [];
    this.#list.replaceChildren(...(page ? lines : [this.#row([{ text: otherwise }], "said")]));
    this.#list.scrollTop = 0;
  }

  mark(at, { scroll }) {
    for (const each of this.#list.querySelectorAll(".at")) each.classList.remove("at");
    this.#options[at]?.classList.add("at");
    if (scroll && this.#options[at]) bring(this.#list, this.#options[at]);
  }

  /** The line that stays marked when the pointer is gone. */
  pick(at) {
    this.#options[this.#picked]?.setAttribute("aria-selected", "false");
    this.#picked = at;
    const option = this.#options[at];
    if (!option) return this.#list.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    return this.#list.setAttribute("aria-activedescendant", option.id);
  }

  #row(lines, kind = "") {
    const row = made("div", { className: `line-row ${kind}`, dir: "auto", role: "presentation" });
    lines.forEach((line, place) => row.append(...(place ? [" "] : []), this.#option(line)));
    return row;
  }

  #option({ text, confidence, language = "", index = this.#options.length }) {
    const option = made("span", { id: `line-${index}`, textContent: text || "\u00a0", role: "option", ariaSelected: "false", lang: language });
    if (confidence !== undefined) option.title = `${(confidence * 100).toFixed(1)} % sure`;
    this.#options[index] = option;
    return option;
  }

  #step(event) {
    const step = STEPS[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || !this.#options.length) return;
    event.preventDefault();
    this.#pick(Math.max(0, Math.min(this.#options.length - 1, this.#picked + step)));
  }
}
