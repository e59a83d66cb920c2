// A document's answer as it comes in: its pages, their rows, and what can be made of them. Nothing of the page is touched here.

import * as answers from "./answers.js";

export const DONE = "done";

export class Book {
  /** What is known before the first page. */
  head = {};
  /** By number from 1; a page that has not come yet is missing. */
  pages = new Map();
  /** How it ended; null while it has not. */
  last = null;
  /** What it is made of; of an answer that comes page by page, lines. */
  kind = answers.LINES;
  /** Of an answer of keys. */
  findings = [];

  get total() {
    return this.head.total_pages ?? 1;
  }

  /** Pages that were read. */
  get done() {
    return [...this.pages.values()].filter((page) => page.status === DONE);
  }

  get lines() {
    return this.done.flatMap((page) => page.results);
  }

  /** The next object of an answer that comes page by page, or all of one that does not. */
  add(object) {
    if ("page" in object) this.pages.set(object.page, object);
    else if ("status" in object) this.last = object;
    else if ("request_id" in object) this.head = object;
    else this.#whole(object);
  }

  /** What it was taken to be in, where nobody said; undefined where somebody did. */
  get detected() {
    return (this.last?.whole ?? this.last)?.language_detection;
  }

  /** The text of all pages, as the API's own answer joins them. */
  text() {
    return this.done.map((page) => page.text).join("\n\n");
  }

  /** The API's whole answer; pages that were not read are in a key of their own. */
  json() {
    if (this.last?.whole) return this.last.whole;
    const { request_id: _, total_pages: total, pipeline, description, ...wish } = this.head;
    const missing = [...this.pages.values()].filter((page) => page.status !== DONE);
    return {
      pipeline,
      description,
      results: this.lines,
      total_texts: this.lines.length,
      ...wish,
      text: this.text(),
      total_pages: total,
      pages: this.done.map(({ status: _status, results: _results, timings: _timings, ...page }) => page),
      timings: this.last?.timings,
      ...(this.detected ? { language: this.detected.language, language_detection: this.detected } : {}),
      ...(missing.length ? { not_read: missing } : {}),
    };
  }

  #whole(body) {
    const pages = answers.pages(body);
    for (const page of pages) this.pages.set(page.page, { ...page, status: DONE });
    this.kind = answers.kind(body);
    this.findings = answers.findings(body);
    this.head = { total_pages: body.total_pages ?? pages.length };
    this.last = { status: DONE, whole: body };
  }
}

/** A page's lines in the rows that its text has: each row is its lines, joined by spaces. A page without lines has rows alone. */
export function rows(page) {
  const lines = page.results.map((line, index) => ({ ...line, index }));
  const texts = page.text.split("\n");
  if (!lines.length) return texts.map((text, index) => [{ text, index }]);
  const left = [...lines];
  const found = texts.map((row) => taken(left, row));
  return left.length || found.includes(null) ? lines.map((line) => [line]) : found;
}

/** The lines at the front of those that are left that make up a row; null where none do. */
function taken(left, row) {
  const mine = [left.shift()];
  for (let text = mine[0]?.text; text !== row; text += ` ${mine.at(-1).text}`) {
    if (text === undefined || !left.length || text.length > row.length) return null;
    mine.push(left.shift());
  }
  return mine;
}
