// The page: a document comes in, is read, and is shown as its answer comes.

import { KEYS, MARKDOWN, REGIONS } from "./answers.js";
import * as api from "./api.js";
import { Book, DONE } from "./book.js";
import * as choices from "./choices.js";
import * as formats from "./formats.js";
import { Pictures } from "./pictures.js";
import * as theme from "./theme.js";
import { Viewer } from "./viewer.js";

const $ = (id) => document.getElementById(id);
const PATIENCE_MS = 600_000; // for the document in another format
const viewer = new Viewer();
let file = null;
let book = new Book();
/** What the book was read with: pipeline, file, parts of the form. */
let asked = null;
let running = null;

theme.start($("theme"));
listen();
try {
  await choices.start(tell);
} catch (error) {
  tell(error.message, "error");
}

function listen() {
  $("file").addEventListener("change", ({ target }) => target.files.length && open(target.files[0]));
  $("read").addEventListener("click", read);
  $("stop").addEventListener("click", () => running?.abort());
  $("copy").addEventListener("click", () => handOver(copy));
  $("download").addEventListener("click", () => handOver(download));
  addEventListener("paste", ({ clipboardData }) => clipboardData.files.length && open(clipboardData.files[0]));
  addEventListener("dragover", (event) => dragged(event, true));
  addEventListener("dragleave", (event) => event.relatedTarget ?? dragged(event, false));
  addEventListener("drop", (event) => {
    dragged(event, false);
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
}

function dragged(event, over) {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  document.body.classList.toggle("dragged", over);
}

function open(chosen) {
  file = chosen;
  $("file").value = "";
  $("name").textContent = `${file.name} · ${size(file.size)}`;
  $("read").disabled = false;
  document.body.classList.add("opened");
  viewer.open(new Pictures(file), file.name);
  return read();
}

async function read() {
  running?.abort();
  const wish = choices.chosen();
  const missing = choices.missing();
  if (!wish || missing) {
    tell(missing ? "An option is missing, or not as it may be." : "The server has not told yet what it can do.", "error");
    missing?.focus();
    return;
  }
  const mine = begin({ ...wish, file });
  try {
    for await (const object of api.read(asked.pipeline, form(asked), mine.signal)) {
      if (running !== mine) return;
      came(object);
    }
    ended();
  } catch (error) {
    if (running === mine) failed(error, mine.signal);
  } finally {
    if (running === mine) busy(false);
  }
}

function begin(wish) {
  running = new AbortController();
  book = new Book();
  asked = wish;
  busy(true);
  tell("Reading…");
  listFormats();
  viewer.fill(book);
  return running;
}

function form({ file: read, parts }) {
  const sent = new FormData();
  for (const [name, text] of parts) sent.append(name, text);
  sent.append("file", read, read.name);
  return sent;
}

function came(object) {
  book.add(object);
  if (object.page === viewer.number || !("status" in object)) viewer.show(viewer.number);
  const come = book.pages.size;
  $("progress").max = book.total;
  if (come) $("progress").value = come;
  $("count").textContent = `${come} of ${counted(book.total, "page")}`;
}

function ended() {
  if (!book.last) {
    tell("The answer broke off: the connection was lost.", "error");
    return;
  }
  listFormats();
  const what = summary();
  if (book.last.status === DONE) {
    tell([`Read: ${what}.${language(book.detected)}`, ...(book.last.whole?.warnings ?? [])].join(" "));
    return;
  }
  const why = book.last.detail ?? [...book.pages.values()].find((page) => page.detail)?.detail ?? "";
  tell(`Read in part: ${what} of ${book.total}. ${why}`, "error");
}

/** What was read, in figures. */
function summary() {
  const pages = counted(book.done.length, "page");
  const found = book.findings.filter(({ status }) => status === "found").length;
  const regions = book.done.reduce((sum, page) => sum + (page.regions?.length ?? 0), 0);
  const said = {
    [KEYS]: `${found} of ${counted(book.findings.length, "key")} found on ${pages}`,
    [REGIONS]: `${counted(regions, "region")} on ${pages}`,
    [MARKDOWN]: pages,
  };
  return said[book.kind] ?? `${counted(book.lines.length, "line")} on ${pages}`;
}

function failed(error, signal) {
  tell(signal.aborted ? "Stopped." : error.message, signal.aborted ? "" : "error");
  if (error.status === 401) choices.askForKey();
}

function busy(on) {
  $("running").hidden = $("stop").hidden = !on;
  $("count").textContent = "Waiting for the server";
  $("progress").removeAttribute("value");
  for (const id of ["copy", "download"]) $(id).disabled = on || !book.done.length;
}

function listFormats() {
  const before = $("format").value;
  const known = formats.known(asked.pipeline, book.kind);
  $("format").replaceChildren(...known.map((each) => new Option(formats.title(each), each)));
  if (known.includes(before)) $("format").value = before;
}

/** Makes the document in the chosen format and does something with it. */
async function handOver(how) {
  const format = $("format").value;
  const again = () => form(asked);
  try {
    const made = await formats.made(format, { book, pipeline: asked.pipeline, again, signal: AbortSignal.timeout(PATIENCE_MS) });
    tell(await how(made, format));
  } catch (error) {
    tell(error.message, "error");
  }
}

async function copy(blob, format) {
  if (!formats.isText(blob)) throw new Error(`${formats.title(format)} is no text: download it.`);
  await formats.copy(await blob.text());
  return `Copied as ${formats.title(format)}.`;
}

async function download(blob, format) {
  const name = formats.fileName(asked.file.name, format);
  formats.keep(blob, name);
  return `Saved as ${name}.`;
}

function tell(text, kind = "") {
  $("told").textContent = text;
  $("told").className = kind;
}

function language(detected) {
  if (!detected) return "";
  const name = new Intl.DisplayNames("en", { type: "language" }).of(detected.language);
  return ` Taken for ${name}, ${(detected.confidence * 100).toFixed(0)} % sure.`;
}

function counted(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
