// Pictures of a document's pages: the browser's own of a file that it can show, else the server's.

import * as api from "./api.js";

const KEPT = 8;

export class Pictures {
  #file;
  #shown = new Map();
  #own = null;
  #ending = new AbortController();

  constructor(file) {
    this.#file = file;
  }

  /** The address of a page's picture; null where nobody can draw it. */
  async of(page) {
    this.#own ??= this.#try();
    const own = await this.#own;
    if (own) return page === 1 ? own : null;
    if (!this.#shown.has(page)) this.#shown.set(page, this.#drawn(page));
    this.#forget();
    return this.#shown.get(page);
  }

  /** Gives back what is kept. */
  async close() {
    this.#ending.abort();
    for (const address of await Promise.all([this.#own, ...this.#shown.values()])) if (address) URL.revokeObjectURL(address);
  }

  async #try() {
    const address = URL.createObjectURL(this.#file);
    const image = new Image();
    image.src = address;
    try {
      await image.decode();
      return address;
    } catch {
      URL.revokeObjectURL(address);
      return null;
    }
  }

  async #drawn(page) {
    try {
      return URL.createObjectURL(await api.preview(this.#file, page, this.#ending.signal));
    } catch {
      this.#shown.delete(page); // the next look may have more luck: a full queue, or no key yet
      return null;
    }
  }

  async #forget() {
    while (this.#shown.size > KEPT) {
      const [oldest, address] = this.#shown.entries().next().value;
      this.#shown.delete(oldest);
      const found = await address;
      if (found) URL.revokeObjectURL(found);
    }
  }
}
