"""What the OpenAPI document says of PP-StructureV3's routes. Pure; `openapi` takes it in."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kubeocr_contract import detected, outputs, structured, wire
from kubeocr_runtime.formats import schemas as formats

_TEXT: Mapping[str, Any] = {"type": "string"}
_COUNT: Mapping[str, Any] = {"type": "integer"}
_ANYTHING: Mapping[str, Any] = {"type": "object"}
_NAMES = {structured.MARKDOWN: "StructureMarkdown", structured.JSON: "StructureJson"}
_SEEN = "regions are found by how a page looks, so that its own text is never taken"
_PICTURES = {
    structured.INLINE: "inline: pictures as data URLs",
    structured.ZIP: "zip: beside the Markdown in a ZIP file",
    structured.NONE: "none: no pictures",
}
_BOX = {"type": "array", "items": _COUNT, "description": "left, top, right, bottom"}


def paths(parameters: list[dict[str, Any]], failures: Mapping[str, Any]) -> dict[str, Any]:
    """Of each route, with the header and the errors that all reading routes have."""
    return {path: {"post": _route(path, parameters, failures)} for path in structured.ROUTES}


def schemas(form: dict[str, Any]) -> dict[str, Any]:
    """Of their forms and answers; `form` is the schema of a route that reads text."""
    common = {
        "pipeline": {"const": structured.PIPELINE}, "description": _TEXT, "total_pages": _COUNT,
        "pipeline_flags": {"type": "object", "additionalProperties": {"type": "boolean"}}, "language": _TEXT,
        "models": _ANYTHING, "timings": _ANYTHING,
    }  # fmt: skip
    pages = {"type": "array", "items": {"$ref": "#/components/schemas/StructurePage"}}
    told = {detected.KEY: detected.schema()}
    return {
        _NAMES[structured.MARKDOWN] + "Form": _form(form, (outputs.FORMAT_FIELD, outputs.WORDS_FIELD), structured.IMAGES),
        _NAMES[structured.JSON] + "Form": _form(form, (outputs.WORDS_FIELD,), structured.ONE_PIECE),
        "StructureMarkdown": _object({**common, "markdown": _TEXT, "pages": {"type": "array", "items": _TEXT}}, **told),
        "StructureJson": _object({**common, "pages": pages}, **told),
        "StructurePage": _object({"res": _page()}),
    }


def _page() -> dict[str, Any]:
    block = _object({"block_label": _TEXT, "block_content": _TEXT, "block_bbox": _BOX, "block_id": _COUNT})
    block["properties"]["block_order"] = {"type": ["integer", "null"]}
    table = _object({"table_region_id": _COUNT, "pred_html": _TEXT})
    return _object({
        "page_index": _COUNT, "width": _COUNT, "height": _COUNT, "angle": {"enum": [0, 90, 180, 270]},
        "model_settings": _ANYTHING, "parsing_res_list": {"type": "array", "items": block},
        "layout_det_res": _ANYTHING, "overall_ocr_res": _ANYTHING, "table_res_list": {"type": "array", "items": table},
        "images": {"type": "object", "additionalProperties": _TEXT, "description": "a data URL for each picture"},
    }, language=_TEXT, **{detected.KEY: detected.schema()})  # fmt: skip


def _route(path: str, parameters: list[dict[str, Any]], failures: Mapping[str, Any]) -> dict[str, Any]:
    is_markdown = path == structured.MARKDOWN
    name = _NAMES[path]
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    if is_markdown:
        content[structured.ARCHIVE] = {"schema": {"type": "string", "contentMediaType": structured.ARCHIVE}}
    else:
        content.update(formats.media())
    form = {"multipart/form-data": {"schema": {"$ref": f"#/components/schemas/{name}Form"}}}
    return {
        "summary": f"Structure as {'Markdown' if is_markdown else 'blocks'}",
        "description": structured.ROUTES[path],
        "operationId": "structure_markdown" if is_markdown else "structure_json",
        "tags": ["structure"],
        "parameters": parameters if is_markdown else [*parameters, formats.QUERY],
        "requestBody": {"required": True, "content": form},
        "responses": {"200": {"description": "what was read", "content": content}, **failures},
    }


def _form(form: dict[str, Any], without: Collection[str], images: Sequence[str]) -> dict[str, Any]:
    """What a route that reads text takes, with what structure asks besides."""
    common = {name: schema for name, schema in form["properties"].items() if name not in without}
    common[wire.TEXT_LAYER_FIELD] = {"type": "string", "enum": [wire.NEVER], "default": wire.NEVER, "description": _SEEN}
    return {**form, "properties": {**common, **_fields(images)}}


def _fields(images: Sequence[str]) -> dict[str, Any]:
    never = {"type": "boolean", "enum": [False], "default": False}
    unread = {
        field: {**never, "description": f"no release runs {model} yet, and true is answered 422"}
        for field, model in structured.UNREAD_FIELDS.items()
    }
    return {
        structured.TABLES_FIELD: {"type": "boolean", "default": True, "description": "tables as HTML, not as pictures"},
        **unread,
        structured.IMAGES_FIELD: {
            "type": "string",
            "enum": list(images),
            "default": images[0],
            "description": "; ".join(_PICTURES[each] for each in images),
        },
    }


def _object(properties: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": {**properties, **optional}}
