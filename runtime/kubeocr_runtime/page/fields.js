// What a pipeline can be asked, told by the server's own description: a pipeline or an option that a release brings is there at once.

const FORM = "multipart/form-data";
const FILE = "file";
const LANGUAGE = "lang";
const FORMAT = "format";
const TYPES = { boolean: "checkbox", integer: "number", number: "number" };
const LATER = "requests"; // what is tagged so answers with where to ask, and not with what was read
const PLACED = new Set([FILE, LANGUAGE, FORMAT]);
/** A value of a field with which the answer is a file, which is kept and not shown. */
export const ARCHIVE = { field: "images", value: "zip", media: "application/zip" };

/** The routes that read a document that comes in a form. */
export function pipelines(description) {
  return Object.entries(description.paths)
    .filter(([, { post }]) => post?.requestBody?.content[FORM] && FILE in formOf(description, post).properties && answers(post)["application/json"] && !post.tags?.includes(LATER))
    .map(([path, { post }]) => {
      const form = formOf(description, post);
      return {
        path,
        summary: post.summary ?? path,
        description: post.description ?? "",
        streams: "application/x-ndjson" in answers(post),
        hasLanguage: LANGUAGE in form.properties,
        formats: [...(form.properties[FORMAT]?.enum ?? []), ...(ARCHIVE.media in answers(post) ? [ARCHIVE.value] : [])],
        fields: Object.entries(form.properties)
          .filter(([name, { enum: words }]) => !PLACED.has(name) && words?.length !== 1)
          .map(([name, schema]) => ({ name, schema: shown(name, schema), needed: form.required.includes(name) })),
      };
    });
}

/** A labelled control for a field. */
export function control({ name, schema, needed }) {
  const id = `field-${name}`;
  const note = made("small", { id: `${id}-note`, textContent: schema.description ?? "" });
  const label = made("label", { htmlFor: id, textContent: titled(name) });
  const input = element(schema);
  Object.assign(input, { id, required: needed });
  input.dataset.field = name;
  input.setAttribute("aria-describedby", note.id);
  const box = made("div", { className: input.type === "checkbox" ? "field check" : "field" });
  box.append(label, input, note);
  return box;
}

/** What controls are set to, of those that differ from what the server takes anyway: [name, value] each. */
export function values(controls) {
  return [...controls].filter((input) => value(input) !== input.dataset.default).map((input) => [input.dataset.field, value(input)]);
}

export function made(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

function formOf(description, post) {
  const { schema } = post.requestBody.content[FORM];
  const found = schema.$ref ? description.components.schemas[schema.$ref.split("/").at(-1)] : schema;
  return { properties: {}, required: [], ...found };
}

/** The server hands out an archive by this field; here it is one of the formats. */
function shown(name, schema) {
  return name === ARCHIVE.field && schema.enum ? { ...schema, enum: schema.enum.filter((word) => word !== ARCHIVE.value) } : schema;
}

function answers(post) {
  return post.responses["200"]?.content ?? {};
}

function titled(name) {
  return (name[0].toUpperCase() + name.slice(1)).replaceAll("_", " ");
}

function element(schema) {
  if (schema.enum) return choice(schema);
  const type = schema.format === "password" ? "password" : (TYPES[schema.type] ?? "text");
  const input = made("input", { type, placeholder: schema.examples?.[0] ?? "" });
  if (type === "checkbox") input.checked = schema.default ?? false;
  else input.value = schema.default ?? "";
  if (type === "number") {
    Object.assign(input, { min: schema.minimum ?? "", max: schema.maximum ?? "", step: schema.type === "integer" ? "1" : "any" });
  }
  input.dataset.default = value(input);
  return input;
}

function choice(schema) {
  const select = made("select");
  select.append(...schema.enum.map((word) => new Option(word, word, false, word === schema.default)));
  if (schema.default === undefined) select.prepend(new Option("(as the server has it)", "", false, true));
  select.dataset.default = select.value;
  return select;
}

function value(input) {
  return input.type === "checkbox" ? String(input.checked) : input.value.trim();
}
