"""The demo's sample page: drawn, so that it comes from nowhere, and what was read drawn over it."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_SIZE = (1240, 1280)  # an A4 page's width at 150 dpi
_MARGIN, _GUTTER = 110, 50
_INK, _SOFT, _ACCENT = (28, 32, 40), (96, 104, 116), (24, 92, 168)
_COLUMN = (_SIZE[0] - 2 * _MARGIN - _GUTTER) // 2

_TITLE = "Reading Pages on Kubernetes"
_SUBTITLE = "A sample page with a heading, two columns and a table"
_LEFT = """\
An OCR service is a small thing to ask for. You name the languages that your pages are written in, and the cluster
does the rest: it picks an image that carries the models, starts a pod, waits until that pod has read a known page
correctly, and only then sends it work.

Nothing is fetched on the way. The models lie inside the image, so a pod starts as fast in a closed network as it does
anywhere else.
"""
_RIGHT = """\
Columns are where many programs stumble. They read straight across the page and join halves of sentences that have
nothing to do with each other. This text stands in the right column, and it should follow the left one whole.

When pages pile up, more pods share them; when the night is quiet, one is enough. Whoever has a single page and
whoever has a million of them speak to the same address.
"""
_TABLE = (
    ("Pages", "Pods", "Who asks"),
    ("1", "1", "a curious reader"),
    ("1,200", "2", "an archive"),
    ("1,000,000", "8", "a library"),
)


def draw() -> Image.Image:
    """The sample page, always the same."""
    page = Image.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(page)
    top = _heading(pen)
    bottom = max(_column(pen, _LEFT, _MARGIN, top), _column(pen, _RIGHT, _MARGIN + _COLUMN + _GUTTER, top))
    _table(pen, bottom + 50)
    pen.text((_SIZE[0] // 2, _SIZE[1] - 80), "page 1", font=_font(22), fill=_SOFT, anchor="mm")
    return page


def png(page: Image.Image) -> bytes:
    """The page as a PNG file."""
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()


def mark(page: Image.Image, results: Sequence[Mapping[str, Any]]) -> Image.Image:
    """The page with the polygon of each result ([[x, y] x 4] in pixels) drawn over it, numbered as they were read."""
    marked = page.copy()
    pen = ImageDraw.Draw(marked, "RGBA")
    for number, result in enumerate(results, start=1):
        corners = [(x, y) for x, y in result["bbox"]]
        pen.polygon(corners, fill=(*_ACCENT, 28), outline=_ACCENT)
        pen.text((corners[0][0] - 8, corners[0][1]), str(number), font=_font(15), fill=(200, 60, 30), anchor="ra")
    return marked


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _heading(pen: ImageDraw.ImageDraw) -> int:
    pen.text((_MARGIN, 110), _TITLE, font=_font(58), fill=_ACCENT)
    pen.text((_MARGIN, 195), _SUBTITLE, font=_font(28), fill=_SOFT)
    pen.line((_MARGIN, 255, _SIZE[0] - _MARGIN, 255), fill=_ACCENT, width=3)
    return 295


def _column(pen: ImageDraw.ImageDraw, text: str, left: int, top: int) -> int:
    """Sets the paragraphs below each other. Returns where they end."""
    for paragraph in text.split("\n\n"):
        for line in textwrap.wrap(paragraph, 39):
            pen.text((left, top), line, font=_font(25), fill=_INK)
            top += 37
        top += 22
    return top


def _table(pen: ImageDraw.ImageDraw, top: int) -> None:
    lefts, height = (_MARGIN, _MARGIN + 300, _MARGIN + 520), 58
    right = _SIZE[0] - _MARGIN
    pen.rectangle((_MARGIN, top, right, top + height), fill=(232, 240, 250))
    for number, row in enumerate(_TABLE):
        y = top + number * height
        pen.line((_MARGIN, y, right, y), fill=_SOFT)
        for left, cell in zip(lefts, row, strict=True):
            pen.text((left + 20, y + height // 2), cell, font=_font(25), fill=_INK, anchor="lm")
    bottom = top + len(_TABLE) * height
    for x in (*lefts, right):
        pen.line((x, top, x, bottom), fill=_SOFT)
    pen.line((_MARGIN, bottom, right, bottom), fill=_SOFT)
