// What was read, in a format that can be copied or kept. Some are made here; the server makes those that it lists.

import * as api from "./api.js";
import { KEYS, LINES, MARKDOWN, REGIONS } from "./answers.js";
import * as csv from "./csv.js";
import { ARCHIVE } from "./fields.js";

const HERE = {
  text: { ending: "txt", media: "text/plain", make: (book) => book.text() },
  markdown: { ending: "md", media: "text/markdown", make: (book) => book.last.whole.markdown },
  csv: { ending: "csv", media: "text/csv", make: (book) => csv.table(book.findings) },
  json: { ending: "json", media: "application/json", make: (book) => JSON.stringify(book.json(), null, 2) },
};
/** What is made here of each kind of answer. */
const MADE = { [LINES]: ["text", "json"], [REGIONS]: ["text", "json"], [MARKDOWN]: ["markdown", "json"], [KEYS]: ["csv", "json"] };
const ENDINGS = { alto: "xml", ndjson: "jsonl" };
const TEXTUAL = /^(text\/|application\/([\w.-]+\+)?(json|xml)\b|application\/(x-ndjson|alto))/;

/** Their names, those that need no second reading first. */
export function known(pipeline, kind = LINES) {
  return [...new Set([...MADE[kind], ...pipeline.formats])];
}

export function title(format) {
  return { text: "Text", markdown: "Markdown" }[format] ?? format.toUpperCase();
}

/** The document in a format; `again` makes the form that it was read with anew. */
export async function made(format, { book, pipeline, again, signal }) {
  if (MADE[book.kind].includes(format)) return new Blob([HERE[format].make(book)], { type: HERE[format].media });
  const form = again();
  if (format === ARCHIVE.value) form.set(ARCHIVE.field, ARCHIVE.value);
  else form.append("format", format);
  return api.render(pipeline, form, signal);
}

export function isText(blob) {
  return TEXTUAL.test(blob.type);
}

export function fileName(name, format) {
  return `${name.replace(/\.[^.]*$/, "") || "document"}.${HERE[format]?.ending ?? ENDINGS[format] ?? format}`;
}

/** Browsers have a clipboard for pages that came by HTTPS or from this machine; the others let a selection be copied. */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!copied) throw new Error("The browser did not let this page copy.");
  return undefined;
}

/** Hands a file to the browser. */
export function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // not at once: the browser fetches it after this turn
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
