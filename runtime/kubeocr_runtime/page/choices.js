// What a reader chooses: pipeline, language, options, and the API key where the service wants one.

import * as api from "./api.js";
import * as fields from "./fields.js";

const $ = (id) => document.getElementById(id);
const GROUPS = [["loaded", "Loaded"], ["carried", "In this image"]];
let pipelines = [];

/** Asks the server what it has. `tell(text, kind)` says what goes wrong later on. Raises `api.Refusal`. */
export async function start(tell) {
  const description = await api.description();
  $("version").textContent = description.info.version;
  $("key-field").hidden = !description.security;
  pipelines = fields.pipelines(description);
  $("pipeline").replaceChildren(...pipelines.map(({ path, summary }) => new Option(summary, path)));
  showPipeline();
  $("pipeline").addEventListener("change", showPipeline);
  $("key").addEventListener("change", () => useKey(tell));
  await listLanguages();
}

/** The pipeline and the form's fields as they are chosen now; null where the server has told none. */
export function chosen() {
  const found = pipeline();
  if (!found) return null;
  const language = found.hasLanguage && $("language").value ? [["lang", $("language").value]] : [];
  return { pipeline: found, parts: [...language, ...fields.values(document.querySelectorAll("[data-field]"))] };
}

/** The first control that has to be filled in and is not, or holds what it may not. */
export function missing() {
  return document.querySelector("[data-field]:invalid");
}

/** Where a key is to be typed. */
export function askForKey() {
  $("key-field").hidden = false;
  $("key").focus();
}

function pipeline() {
  return pipelines.find(({ path }) => path === $("pipeline").value);
}

function showPipeline() {
  const found = pipeline();
  if (!found) return;
  $("pipeline-note").textContent = found.description;
  $("language-field").hidden = !found.hasLanguage;
  const [needed, others] = [true, false].map((wanted) => found.fields.filter((field) => field.needed === wanted).map(fields.control));
  $("needed").replaceChildren(...needed);
  $("options").replaceChildren(...others);
  $("more").hidden = !others.length;
}

async function useKey(tell) {
  api.useKey($("key").value);
  try {
    await listLanguages();
    tell("");
  } catch (error) {
    tell(error.message, "error");
  }
}

async function listLanguages() {
  const before = $("language").value || "en";
  $("language").replaceChildren(...(await languages()));
  $("language").value = before;
  if (!$("language").value) $("language").selectedIndex = 0;
}

/** A service with keys tells its languages to nobody without one: until then there is the one that the API takes anyway. */
async function languages() {
  let told;
  try {
    told = await api.languages();
  } catch (error) {
    if (error.status !== 401 || $("key").value) throw error;
    return [new Option("English", "en")];
  }
  const groups = GROUPS.map(([word, label]) => group(label, told.languages.filter(({ state }) => state === word)));
  return [new Option("Whatever it is in", told.automatic_detection), ...groups.filter((each) => each.children.length)];
}

function group(label, rows) {
  const found = fields.made("optgroup", { label });
  rows.sort((a, b) => a.name.localeCompare(b.name));
  found.append(...rows.map(({ lang, name }) => new Option(name, lang)));
  return found;
}
