// A page's picture, with a shape around each thing that was read on it.

import { made } from "./fields.js";

const SVG = "http://www.w3.org/2000/svg";

export class Sheet {
  #frame;
  #paper = made("div", { className: "paper" });
  #image = made("img", { alt: "" });
  #boxes = document.createElementNS(SVG, "svg");

  /** `point(index)` is called for what the pointer is at (-1: nothing), `pick(index)` for what is clicked. */
  constructor(frame, { point, pick }) {
    this.#frame = frame;
    this.#boxes.setAttribute("preserveAspectRatio", "none");
    this.#boxes.setAttribute("aria-hidden", "true");
    this.#paper.append(this.#image, this.#boxes);
    frame.append(this.#paper);
    this.#boxes.addEventListener("pointerover", (event) => point(index(event.target)));
    this.#boxes.addEventListener("pointerleave", () => point(-1));
    this.#boxes.addEventListener("click", (event) => pick(index(event.target)));
  }

  /** The page's picture (null: none, and its boxes stand on white), under this name. */
  picture(address, name) {
    this.#image.hidden = !address;
    this.#paper.hidden = !address && !this.#paper.style.aspectRatio;
    this.#image.alt = name;
    if (address) this.#image.src = address;
    else this.#image.removeAttribute("src");
  }

  /** The shapes `{bbox, at, kind}` on a page that was read, or null for none yet. */
  boxes(page, shapes = []) {
    this.#boxes.replaceChildren();
    this.#paper.style.aspectRatio = page?.width ? `${page.width} / ${page.height}` : "";
    this.#paper.hidden = this.#image.hidden && !page?.width;
    if (!page?.width) return;
    this.#boxes.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
    this.#boxes.append(...shapes.map(box));
  }

  zoom(percent) {
    this.#paper.style.width = `${percent}%`;
  }

  mark(at, { scroll }) {
    for (const each of this.#boxes.querySelectorAll(".at")) each.classList.remove("at");
    const found = this.#boxes.querySelectorAll(`[data-at="${at}"]`);
    for (const each of found) each.classList.add("at");
    if (scroll && found.length) bring(this.#frame, found[0]);
  }
}

/** Scrolls a pane, and nothing around it, so that something in it is seen. */
export function bring(pane, element) {
  const outer = pane.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  pane.scrollTop += past(inner.top, inner.bottom, outer.top, outer.bottom);
  pane.scrollLeft += past(inner.left, inner.right, outer.left, outer.right);
}

function past(from, to, low, high) {
  if (from >= low && to <= high) return 0;
  return (from + to) / 2 - (low + high) / 2;
}

function box({ bbox, at, kind = "" }) {
  const shape = document.createElementNS(SVG, "polygon");
  shape.setAttribute("points", bbox.map((point) => point.join(",")).join(" "));
  shape.setAttribute("class", kind);
  shape.dataset.at = at;
  return shape;
}

function index(target) {
  return Number(target.dataset.at ?? -1);
}
