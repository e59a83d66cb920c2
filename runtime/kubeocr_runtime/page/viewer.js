// Shows a page of a book: its picture with boxes, and its text; what is pointed at in one is found in the other.

import { Book, DONE } from "./book.js";
import { Sheet } from "./sheet.js";
import { Transcript } from "./transcript.js";

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
  #transcript = new Transcript($("lines"), { point: (at) => this.#point(at, SHEET), pick: (at) => this.#pick(at, BOTH) });

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
    this.#picked = -1;
    this.#sheet.boxes(read);
    const blank = read && !read.text && "There is no text on this page.";
    this.#transcript.show(blank ? null : read, blank || (page?.detail ?? "This page is not read."));
  }

  #point(at, other) {
    this.#mark(at < 0 ? this.#picked : at, at < 0 ? "" : other);
  }

  #pick(at, scrolled) {
    this.#picked = at;
    this.#transcript.pick(at);
    this.#mark(at, scrolled);
  }

  #mark(at, scrolled) {
    this.#sheet.mark(at, { scroll: [SHEET, BOTH].includes(scrolled) });
    this.#transcript.mark(at, { scroll: [TEXT, BOTH].includes(scrolled) });
  }

  #resize(percent = this.#zoom) {
    this.#zoom = percent;
    $("zoom").textContent = `${percent} %`;
    this.#sheet.zoom(percent);
  }
}
