// What is asked of the server. Addresses are relative to the page's own, so that it works behind a path of a proxy.

const LINES = "application/x-ndjson";
let key = "";

/** What the server refuses, in its own words. */
export class Refusal extends Error {
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The API key that requests carry from now on: it is held by this module alone. */
export function useKey(text) {
  key = text.trim();
}

export const description = async () => (await ask("openapi.json")).json();
export const languages = async () => (await ask("languages")).json();

/** A document's answer, object by object where the pipeline answers page by page, else as the one that it is. */
export async function* read(pipeline, form, signal) {
  const accept = pipeline.streams ? LINES : "application/json";
  const response = await ask(pipeline.path, { method: "POST", body: form, headers: { Accept: accept }, signal });
  if (pipeline.streams) yield* objects(response.body.getReader());
  else yield await response.json();
}

/** The whole answer in another format. */
export async function render(pipeline, form, signal) {
  return (await ask(pipeline.path, { method: "POST", body: form, signal })).blob();
}

/** A page's picture as the server draws it. */
export async function preview(file, page, signal) {
  const form = new FormData();
  form.append("page", page);
  form.append("file", file, file.name);
  return (await ask("ocr/preview", { method: "POST", body: form, signal })).blob();
}

async function ask(path, { headers = {}, ...options } = {}) {
  const authorization = key ? { Authorization: `Bearer ${key}` } : {};
  let response;
  try {
    const url = new URL(path.replace(/^\//, ""), document.baseURI);
    response = await fetch(url, { ...options, headers: { ...headers, ...authorization } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The server cannot be reached, or it closed the connection.", 0, "unreachable");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Refusal(body.detail ?? `The server answered ${response.status}.`, response.status, body.code ?? "");
}

async function* objects(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const whole = rest.split("\n");
    rest = whole.pop();
    for (const line of whole) if (line) yield JSON.parse(line);
    if (done) return;
  }
}
