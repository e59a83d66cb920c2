// Shows a page of a book: its picture with boxes, and what was read; what is pointed at in one is found in the other.

import { Book, DONE } from "./book.js";
import { Pane } from "./pane.js";
import { Sheet } from "./sheet.js";
import * as views from "./views.js";

const $ = (id) => document.getElementById(id);
const ZOOMS = [25, 50, 75, 100, 150, 200, 300, 400];
const SHEET = "sheet";
const TEXT = "text";
const BOTH = "both";

export class Viewer {
  number = 1;
  #book = new Book();
  #pictures = null;
  #name = "";
  #picked = -1;
  #zoom = 100;
  #sheet = new Sheet($("sheet"), { point: (at) => this.#point(at, TEXT), pick: (at) => this.#pick(at, TEXT) });
  #pane = new Pane($("lines"), { point: (at) => this.#point(at, SHEET), pick: (at, page) => this.#find(at, page) });

  constructor() {
    $("before").addEventListener("click", () => this.show(this.number - 1));
    $("after").addEventListener("click", () => this.show(this.number + 1));
    $("number").addEventListener("change", ({ target }) => this.show(target.valueAsNumber || this.number));
    $("smaller").addEventListener("click", () => this.#resize(ZOOMS.findLast((each) => each < this.#zoom)));
    $("larger").addEventListener("click", () => this.#resize(ZOOMS.find((each) => each > this.#zoom)));
  }

  /** Another document, of which nothing is read yet. */
  open(pictures, name) {
    this.#pictures?.close();
    this.#pictures = pictures;
    this.#name = name;
    for (const id of ["page", "text"]) $(id).hidden = false;
    $("empty").hidden = true;
    this.#sheet.picture(null, "");
    this.#resize(100);
    this.fill(new Book(), 1);
  }

  /** Another reading of it. */
  fill(book, number = this.number) {
    this.#book = book;
    this.show(number);
  }

  async show(wanted) {
    const number = Math.max(1, Math.min(wanted, this.#book.total));
    if (number !== this.number) {
      $("sheet").scrollTop = 0;
      this.#sheet.picture(null, "");
    }
    this.number = number;
    this.#turn();
    this.#write(this.#book.pages.get(number));
    const pictures = this.#pictures;
    const address = await pictures.of(number);
    if (this.number === number && this.#pictures === pictures) this.#sheet.picture(address, `Page ${number} of ${this.#name}`);
  }

  #turn() {
    const { total } = this.#book;
    $("page-title").textContent = total > 1 ? `Page ${this.number}` : "Page";
    $("turning").hidden = total < 2;
    Object.assign($("number"), { value: this.number, max: total });
    $("of").textContent = `of ${total}`;
    $("before").disabled = this.number === 1;
    $("after").disabled = this.number === total;
  }

  #write(page) {
    const read = page?.status === DONE ? page : null;
    const view = read ? views.of(this.#book, read) : views.said(page?.detail ?? "This page is not read.");
    this.#picked = -1;
    $("text-title").textContent = view.title;
    this.#sheet.boxes(read, view.shapes);
    this.#pane.show(view);
  }

  #point(at, other) {
    this.#mark(at < 0 ? this.#picked : at, at < 0 ? "" : other);
  }

  /** Picks something that may stand on another page: the one that is named, else the first that has it. */
  #find(at, named) {
    const pages = this.#book.findings[at]?.places.map(({ page }) => page) ?? [];
    const page = named ?? (pages.includes(this.number) ? this.number : pages[0]);
    if (page && page !== this.number) this.show(page);
    this.#pick(at, BOTH);
  }

  #pick(at, scrolled) {
    this.#picked = at;
    this.#pane.pick(at);
    this.#mark(at, scrolled);
  }

  #mark(at, scrolled) {
    this.#sheet.mark(at, { scroll: [SHEET, BOTH].includes(scrolled) });
    this.#pane.mark(at, { scroll: [TEXT, BOTH].includes(scrolled) });
  }

  #resize(percent = this.#zoom) {
    this.#zoom = percent;
    $("zoom").textContent = `${percent} %`;
    this.#sheet.zoom(percent);
  }
}
