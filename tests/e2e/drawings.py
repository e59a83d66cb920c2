"""Pages that are drawn for the tests."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont


def lines(said: Sequence[str]) -> bytes:
    """A PNG of lines below one another."""
    page = Image.new("RGB", (1000 if max(map(len, said)) > 40 else 640, 45 + 65 * len(said)), "white")
    for number, line in enumerate(said):
        ImageDraw.Draw(page).text((40, 30 + 65 * number), line, font=ImageFont.load_default(32), fill="black")
    return _png(page)


def table(rows: Sequence[Sequence[str]], above: str) -> bytes:
    """A PNG of a ruled table, with a sentence above it."""
    page = Image.new("RGB", (1000, 240 + 80 * len(rows)), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(32)
    pen.text((100, 60), above, "black", font)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            left, top = 100 + 800 // len(cells) * column, 160 + 80 * row
            pen.rectangle((left, top, left + 800 // len(cells), top + 80), outline="black", width=3)
            pen.text((left + 20, top + 20), cell, "black", font)
    return _png(page)


def _png(page: Image.Image) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()
