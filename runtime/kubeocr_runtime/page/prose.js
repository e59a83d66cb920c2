// Regions and Markdown as elements. Text of a document becomes text; its tables and pictures come by way of `safe`.

import { made } from "./fields.js";
import * as safe from "./safe.js";

const HEADINGS = { doc_title: "h3", paragraph_title: "h4", abstract_title: "h4", reference_title: "h4", content_title: "h4" };
const CAPTIONS = new Set(["figure_title", "table_title", "chart_title"]);
const EDGES = new Set(["header", "footer", "footnote", "aside_text", "number", "formula_number", "header_image", "footer_image"]);
const HEADING = /^(#{1,6}) ([^\n]*)$/;
/** A style in the text would be refused by the page's policy, with a complaint in the console. */
const CENTRED = /^<div style="text-align: center;">/;
const ITEM = /^(?:-|(\d{1,9})[.)]) /;

/** The elements of a region. */
export function region({ label, content, isTable, image }) {
  if (image) return [safe.picture(image, content || named(label)) ?? paragraph(named(label))];
  if (isTable) return safe.nodes(content);
  if (!content.trim()) return [made("p", { className: "soft", textContent: `(${named(label)})` })];
  if (label in HEADINGS) return [made(HEADINGS[label], { textContent: content.replaceAll("\n", " ") })];
  const className = EDGES.has(label) ? "soft" : CAPTIONS.has(label) ? "caption" : "";
  return content.split("\n").map((text) => paragraph(text, className));
}

/** A label in a person's words. */
export function named(label) {
  return label.replaceAll("_", " ");
}

/** The kind of thing that a region is, for its colour. */
export function family(region) {
  if (region.isTable) return "table";
  if (region.image) return "picture";
  if (region.label in HEADINGS) return "heading";
  return EDGES.has(region.label) ? "edge" : "text";
}

/** The elements of Markdown as the server writes it: headings, lists, paragraphs, and HTML for tables and pictures. */
export function markdown(text) {
  return text.trim().split(/\n{2,}/).filter((piece) => piece.trim()).map(piece);
}

function piece(text) {
  const bare = text.trim();
  const [, marks, title] = HEADING.exec(bare) ?? [];
  if (marks) return made(`h${Math.min(marks.length + 2, 6)}`, { textContent: plain(title) });
  if (bare === "---") return made("hr");
  if (bare.startsWith("<")) return html(bare);
  const lines = bare.split("\n");
  return lines.every((line) => ITEM.test(line)) ? list(lines) : paragraph(lines.map((line) => plain(line.trimEnd())).join("\n"));
}

function html(text) {
  const box = made("div", { className: "caption" });
  box.append(...safe.nodes(text.replace(CENTRED, "<div>")));
  return box;
}

function list(lines) {
  const box = made(ITEM.exec(lines[0])[1] ? "ol" : "ul");
  for (const line of lines) {
    const [mark, number] = ITEM.exec(line);
    const item = made("li", { textContent: plain(line.slice(mark.length)) });
    if (number) item.value = Number(number);
    box.append(item);
  }
  return box;
}

function paragraph(text, className = "") {
  return made("p", { textContent: text, className });
}

/** What the server escapes: a `<` that would begin a tag. */
function plain(text) {
  return text.replaceAll("\\<", "<");
}
