"""What the OpenAPI document says of PP-StructureV3's routes. Pure; `openapi` takes it in."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import detected, structured

_TEXT: Mapping[str, Any] = {"type": "string"}
_COUNT: Mapping[str, Any] = {"type": "integer"}
_ANYTHING: Mapping[str, Any] = {"type": "object"}
_BOX = {"type": "array", "items": _COUNT, "description": "left, top, right, bottom"}


def paths(parameters: list[dict[str, Any]], failures: Mapping[str, Any]) -> dict[str, Any]:
    """Of each route, with the header and the errors that all reading routes have."""
    return {path: {"post": _route(path, parameters, failures)} for path in structured.ROUTES}


def schemas() -> dict[str, Any]:
    """Of their forms and answers."""
    common = {
        "pipeline": {"const": structured.PIPELINE}, "description": _TEXT, "total_pages": _COUNT,
        "pipeline_flags": {"type": "object", "additionalProperties": {"type": "boolean"}}, "language": _TEXT,
        "models": _ANYTHING, "timings": _ANYTHING,
    }  # fmt: skip
    pages = {"type": "array", "items": {"$ref": "#/components/schemas/StructurePage"}}
    told = {detected.KEY: detected.schema()}
    return {
        "StructureForm": {"allOf": [{"$ref": "#/components/schemas/OcrForm"}, {"type": "object", "properties": _fields()}]},
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
    name = "StructureMarkdown" if is_markdown else "StructureJson"
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    if is_markdown:
        content[structured.ARCHIVE] = {"schema": {"type": "string", "contentMediaType": structured.ARCHIVE}}
    form = {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/StructureForm"}}}
    return {
        "summary": structured.ROUTES[path],
        "operationId": "structure_markdown" if is_markdown else "structure_json",
        "tags": ["structure"],
        "parameters": parameters,
        "requestBody": {"required": True, "content": form},
        "responses": {"200": {"description": "what was read", "content": content}, **failures},
    }


def _fields() -> dict[str, Any]:
    unread = {
        field: {"type": "boolean", "default": False, "description": f"no release runs {model} yet, and true is answered 422"}
        for field, model in structured.UNREAD_FIELDS.items()
    }
    return {
        structured.TABLES_FIELD: {"type": "boolean", "default": True, "description": "tables as HTML, not as pictures"},
        **unread,
        structured.IMAGES_FIELD: {
            "type": "string",
            "enum": list(structured.IMAGES),
            "default": structured.IMAGES[0],
            "description": "pictures in the Markdown as data URLs, beside it in a ZIP file, or not at all",
        },
    }


def _object(properties: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": {**properties, **optional}}
