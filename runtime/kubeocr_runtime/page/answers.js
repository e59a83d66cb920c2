// An answer that comes whole, as pages that can be shown: of lines, of regions, of Markdown, of values of keys.

import * as safe from "./safe.js";

export const LINES = "lines";
export const REGIONS = "regions";
export const MARKDOWN = "markdown";
export const KEYS = "keys";
const TABLE = "table";

/** What an answer is made of. */
export function kind(body) {
  if (body.details && body.requested_keys) return KEYS;
  const [first] = listed(body);
  if (first?.res?.parsing_res_list) return REGIONS;
  return typeof first === "string" || typeof first?.markdown === "string" ? MARKDOWN : LINES;
}

/** Its pages: each with its number, its text and its lines, and with what its kind has besides. */
export function pages(body) {
  const found = listed(body);
  return (found.length ? found : [body]).map((page, index) => READERS[kind(body)](page, index + 1, body));
}

/** Keys in the order in which they were asked for: `{key, status, value, answer, places}`. */
export function findings(body) {
  return (body.requested_keys ?? []).map((key) => ({ key, ...body.details[key] }));
}

const READERS = { [LINES]: ofLines, [REGIONS]: ofRegions, [MARKDOWN]: ofMarkdown, [KEYS]: ofKeys };

function listed(body) {
  return Array.isArray(body.pages) ? body.pages : [];
}

function ofLines(page, index, body) {
  const number = page.page ?? index;
  const results = (body.results ?? []).filter((line) => line.page === number);
  return { ...page, page: number, results, text: typeof page.text === "string" ? page.text : JSON.stringify(page, null, 2) };
}

function ofMarkdown(page, index) {
  const markdown = page.markdown ?? page;
  return { page: index, results: [], markdown, text: markdown };
}

function ofKeys(page, index) {
  const { page: number, width, height } = page;
  return { page: number ?? index, width, height, results: [], text: "" };
}

function ofRegions({ res }, index) {
  const regions = res.parsing_res_list.map((block) => region(block, res.images ?? {}));
  const text = regions.map((each) => (each.isTable ? safe.cells(each.content) : each.content)).filter(Boolean).join("\n\n");
  return { page: index, width: res.width, height: res.height, results: [], regions, text };
}

function region({ block_label: label, block_content: content, block_bbox: [left, top, right, bottom] }, images) {
  return {
    label,
    content,
    isTable: label === TABLE && content.startsWith("<html"),
    image: images[`imgs/img_in_${label}_box_${left}_${top}_${right}_${bottom}.png`],
    bbox: [[left, top], [right, top], [right, bottom], [left, bottom]],
  };
}
