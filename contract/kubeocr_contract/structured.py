"""PP-StructureV3 as the PaddleOCR API's callers know it: routes, form fields and JSON shapes. Keys that are ours only add."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from kubeocr_contract import models, polygons

PIPELINE = "PP-StructureV3"
MARKDOWN, JSON = "/ocr/structurev3/markdown", "/ocr/structurev3/json"
ROUTES: Mapping[str, str] = {
    MARKDOWN: "Pages as Markdown: headings, paragraphs in reading order, lists, tables, pictures",
    JSON: "Pages as blocks: what each is, where it stands and what it says",
}
"""Path -> what it answers with."""

TABLES_FIELD = "use_table_recognition"
UNREAD_FIELDS: Mapping[str, str] = {f"use_{kind}_recognition": model for kind, model in models.UNREAD.items()}
"""Form field -> the model that it asks for."""
IMAGES_FIELD = "images"
INLINE, ZIP, NONE = "inline", "zip", "none"
IMAGES = (INLINE, ZIP, NONE)
ONE_PIECE = (INLINE, NONE)
"""What becomes of pictures, with Markdown and with all else; the first is what a request has that says nothing."""
ARCHIVE = "application/zip"
_NUMBERED = frozenset(
    "text formula algorithm reference content abstract paragraph_title doc_title abstract_title refer_title "
    "content_title".split()
)
"""Labels of blocks that have a place in the order (PaddleX: visualize_index_labels, less what Markdown leaves out)."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An entry of `parsing_res_list`."""

    label: str
    content: str
    box: tuple[int, int, int, int]
    """Left, top, right, bottom in pixels of the page as it was sent."""
    confidence: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, as PaddleX's own JSON has it."""

    number: int
    size: tuple[int, int]
    angle: int
    flags: Mapping[str, bool]
    blocks: Sequence[Block]
    lines: Sequence[tuple[str, float, Sequence[tuple[int, int]]]]
    """Text, confidence and polygon of each."""
    images: Mapping[str, str]
    """Name of a picture -> a URL that holds it."""
    languages: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Keys that tell what it is in, where that was not said."""

    def json(self) -> dict[str, Any]:
        """An entry of `pages`."""
        tables = [block.content for block in self.blocks if block.label == "table" and block.content.startswith("<html")]
        result = {
            "input_path": None,
            "page_index": self.number - 1,
            "width": self.size[0],
            "height": self.size[1],
            "angle": self.angle,
            "model_settings": dict(self.flags),
            "parsing_res_list": parsed(self.blocks),
            "layout_det_res": {"boxes": [_found(block) for block in self.blocks]},
            "overall_ocr_res": {
                "rec_texts": [text for text, _, _ in self.lines],
                "rec_scores": [round(score, 4) for _, score, _ in self.lines],
                "rec_polys": [[list(point) for point in polygon] for _, _, polygon in self.lines],
                "rec_boxes": [list(polygons.around(polygon)) for _, _, polygon in self.lines],
            },
            "table_res_list": [{"table_region_id": i, "pred_html": html} for i, html in enumerate(tables, 1)],
            "images": dict(self.images),
            **self.languages,
        }
        return {"res": result}


def parsed(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """`parsing_res_list`: blocks in reading order, those of running text numbered from 1."""
    told: list[dict[str, Any]] = []
    number = 0
    for index, block in enumerate(blocks):
        is_numbered = block.label in _NUMBERED
        number += is_numbered
        place = {"block_id": index, "block_order": number if is_numbered else None}
        told.append({"block_label": block.label, "block_content": block.content, "block_bbox": list(block.box), **place})
    return told


def _found(block: Block) -> dict[str, Any]:
    return {"label": block.label, "score": round(block.confidence, 4), "coordinate": list(block.box)}


def heading(path: str) -> dict[str, Any]:
    """Keys that stand before the pages."""
    return {"pipeline": PIPELINE, "description": ROUTES[path]}
