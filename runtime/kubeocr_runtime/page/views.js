// What stands beside a page's picture, and the shapes on it, for each kind of answer: `{title, role, label, nodes, items, shapes}`.
// The item of an index and the shapes `at` that index are one thing in two places.

import { KEYS, MARKDOWN, REGIONS } from "./answers.js";
import { rows } from "./book.js";
import { made } from "./fields.js";
import * as prose from "./prose.js";

const STATES = {
  found: ["✓", "found", "It stands in the document."],
  unverified: ["?", "unverified", "The language model says so, but it was not found in the document."],
  not_found: ["✗", "not found", "The language model found no value."],
};

/** Of a page that was read. */
export function of(book, page) {
  const view = { [REGIONS]: ofRegions, [MARKDOWN]: ofMarkdown, [KEYS]: ofKeys }[book.kind];
  if (view) return view(page, book);
  return page.text ? ofLines(page) : said("There is no text on this page.");
}

/** Of one that was not. */
export function said(text) {
  const item = option({ text });
  return { ...listbox([row([item], "said")]), items: [item], shapes: [] };
}

function ofLines(page) {
  const items = [];
  const nodes = rows(page).map((lines) => row(lines.map((line) => (items[line.index] = option(line)))));
  return { ...listbox(nodes), items, shapes: page.results.map(({ bbox }, at) => ({ bbox, at })) };
}

function listbox(nodes) {
  return { title: "Text", role: "listbox", label: "Lines of the page", nodes };
}

function row(options, kind = "") {
  const box = made("div", { className: `line-row ${kind}`, dir: "auto", role: "presentation" });
  options.forEach((each, place) => box.append(...(place ? [" "] : []), each));
  return box;
}

function option({ text, confidence, language = "", index = 0 }) {
  const told = { id: `item-${index}`, textContent: text || "\u00a0", lang: language };
  const element = made("span", { ...told, role: "option", ariaSelected: "false" });
  if (confidence !== undefined) element.title = `${(confidence * 100).toFixed(1)} % sure`;
  return element;
}

function ofRegions({ regions }) {
  const items = regions.map(part);
  const shapes = regions.map((each, at) => ({ bbox: each.bbox, at, kind: prose.family(each) }));
  return { ...article(items.length ? items : [empty()]), items, shapes };
}

function ofMarkdown({ markdown }) {
  const nodes = prose.markdown(markdown);
  return { ...article(nodes.length ? nodes : [empty()]), items: [], shapes: [] };
}

function article(nodes) {
  for (const node of nodes) node.dir = "auto";
  return { title: "Structure", role: "group", label: "Contents of the page", nodes };
}

function part(region, index) {
  const name = prose.named(region.label);
  const box = made("div", { id: `item-${index}`, className: `part ${prose.family(region)}`, role: "group", ariaLabel: name, title: name });
  box.append(...prose.region(region));
  return box;
}

function empty() {
  return made("p", { className: "soft", textContent: "There is nothing on this page." });
}

function ofKeys(page, { findings }) {
  const table = made("table", { className: "keys" });
  const head = table.createTHead().insertRow();
  for (const title of ["Key", "Value", "Status"]) head.append(made("th", { scope: "col", textContent: title }));
  const body = table.createTBody();
  const items = findings.map(finding);
  body.append(...items);
  const shapes = findings.flatMap(({ places }, at) => on(page.page, places).map(({ bbox }) => ({ bbox, at })));
  return { title: "Keys", role: "group", label: "Keys and their values", nodes: [table], items, shapes };
}

function on(number, places) {
  return places.filter(({ page }) => page === number).flatMap(({ lines }) => lines);
}

function finding({ key, status, value, answer, places }, index) {
  const [mark, word, why] = STATES[status] ?? ["", status, ""];
  const line = made("tr", { id: `item-${index}`, className: status });
  const told = status === "found" ? value : (answer ?? "");
  const badge = made("span", { className: "badge", textContent: `${mark} ${word}`, title: why });
  const cells = [made("th", { scope: "row", textContent: key, dir: "auto" }), made("td", { textContent: told, dir: "auto" }), made("td")];
  cells[2].append(badge, ...[...new Set(places.map(({ page }) => page))].flatMap((page) => [" ", turn(page)]));
  line.append(...cells);
  return line;
}

function turn(page) {
  const button = made("button", { type: "button", className: "turn", textContent: `page ${page}` });
  button.dataset.page = page;
  return button;
}
