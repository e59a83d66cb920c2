"""What a page is made of: regions found by a model, the page's lines in them, tables as HTML, and all of it as Markdown.

`looking` looks at a page before its lines are read: `layouts` finds regions, `tables` the cells of a table. `placing` says
which line belongs to which region, `paragraphs` makes text of a region's lines, `cells` HTML of a table's, `blocks` puts them
together in reading order (`ordering`), and `markdown` writes that down. `asked`, `answers` and `routes` are the HTTP side.
"""

import dataclasses

from kubeocr_runtime.reading.boxes import Box

TEXT, TABLE, FORMULA = "text", "table", "formula"
TITLE, SUBTITLE = "doc_title", "paragraph_title"
PICTURES = frozenset({"image", "figure", "seal", "chart", "header_image", "footer_image"})
"""Labels of what is shown as it looks."""
HEADERS = frozenset({"header", "header_image"})
FOOTERS = frozenset({"footer", "footer_image", "footnote"})
ASIDE = frozenset({"aside_text", "number", "formula_number"})
"""Labels of what stands outside of the order."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What of a page's structure is wanted."""

    tables: bool = True
    """Find the cells of tables; otherwise they are pictures."""
    pictures: bool = True
    """Cut out what is shown as it looks."""


@dataclasses.dataclass(frozen=True, slots=True)
class Region:
    """A part of a page, as a model found it."""

    label: str
    """Of PP-StructureV3's names."""
    box: Box
    """In pixels of the page as it was turned."""
    confidence: float


def inside(a: Box, b: Box) -> float:
    """Pixels that two boxes have in common."""
    width, height = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    return max(width, 0.0) * max(height, 0.0)


def area(box: Box) -> float:
    """In pixels."""
    return box.width * box.height
