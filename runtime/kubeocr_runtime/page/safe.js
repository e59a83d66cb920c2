// HTML and pictures out of a document, which may be hostile: what is shown is made anew, of what is listed here and nothing else.

import { made } from "./fields.js";

const KEPT = new Set(["table", "thead", "tbody", "tfoot", "tr", "th", "td", "br"]);
const DROPPED = new Set(["script", "style", "template", "noscript", "iframe", "object", "textarea", "title"]);
const REACHES = ["rowspan", "colspan"];
const MOST = 1000; // that a cell may reach over, as in HTML itself for columns
const PICTURE = /^data:(image\/(?:png|jpeg|webp));base64,([A-Za-z0-9+/=\s]+)$/;
const XHTML = "http://www.w3.org/1999/xhtml";

/** Nodes of a piece of HTML: tables, their texts, and pictures that it holds itself. Of anything else the text. */
export function nodes(html) {
  return [...parsed(html).childNodes].flatMap(copy);
}

/** A table's text: a line a row, cells parted by tabs. */
export function cells(html) {
  const rows = [...parsed(html).querySelectorAll("tr")];
  return rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim()).join("\t")).join("\n");
}

/** A picture out of a data URL, which the page's policy does not let in; null for anything else. */
export function picture(url, alt) {
  const [, type, base64] = PICTURE.exec(url) ?? [];
  if (!type) return null;
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return made("img", { src: URL.createObjectURL(new Blob([bytes], { type })), alt });
  } catch {
    return null;
  }
}

/** Gives back the pictures in an element that goes. */
export function forget(element) {
  for (const image of element.querySelectorAll("img")) URL.revokeObjectURL(image.src);
}

/** In a document of its own, in which nothing runs and nothing is loaded. */
function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE || node.namespaceURI !== XHTML || DROPPED.has(node.localName)) return [];
  if (node.localName === "img") return [picture(node.getAttribute("src") ?? "", "Picture") ?? ""];
  const inside = [...node.childNodes].flatMap(copy);
  if (!KEPT.has(node.localName)) return inside;
  const element = document.createElement(node.localName);
  for (const name of REACHES) reach(element, name, Number(node.getAttribute(name)));
  element.append(...inside);
  return [element];
}

function reach(element, name, count) {
  if (Number.isInteger(count) && count > 1) element.setAttribute(name, Math.min(count, MOST));
}
