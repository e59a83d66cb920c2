"""Pages with tables, drawn here: real ones are rarely free to pass on."""

import pathlib
from collections.abc import Sequence

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

Cells = Sequence[Sequence[str]]
_PAGE = (1240, 1754)
_SIZE = 30
PRICES: Cells = (
    ("Item", "Quantity", "Unit price", "Total"),
    ("Hexagon bolts", "120", "0.12", "14.40"),
    ("Washers", "80", "0.04", "3.20"),
    ("Threaded rod", "6", "7.25", "43.50"),
    ("Wing nuts", "300", "0.03", "9.00"),
)
STAFF: Cells = (
    ("Name", "Office", "Since"),
    ("A. Berger", "Vienna", "2011"),
    ("C. Dahl", "Oslo", "2019"),
    ("E. Fuchs", "Graz", "2023"),
)
NOTE = "All figures are in euro and were taken from the books at the end of the year."


def draw(folder: pathlib.Path) -> list[pathlib.Path]:
    """Write the pages into a folder."""
    pages = {"ruled.png": (PRICES, True), "bare.png": (STAFF, False), "two.png": (STAFF, True)}
    for name, (cells, ruled) in pages.items():
        page = PIL.Image.new("RGB", _PAGE, "white")
        pen = PIL.ImageDraw.Draw(page)
        _write(pen, (100, 90), "Yearly report", 52)
        _table(pen, 220, cells, ruled=ruled)
        _write(pen, (100, 240 + 70 * len(cells)), NOTE, _SIZE)
        if name == "two.png":
            _table(pen, 900, PRICES, ruled=True)
        page.save(folder / name)
    return [folder / name for name in pages]


def _table(pen: PIL.ImageDraw.ImageDraw, top: int, cells: Cells, *, ruled: bool) -> None:
    width = 1040 // len(cells[0])
    for row, texts in enumerate(cells):
        for column, text in enumerate(texts):
            left, upper = 100 + width * column, top + 70 * row
            if ruled:
                pen.rectangle((left, upper, left + width, upper + 70), outline="black", width=3)
            _write(pen, (left + 20, upper + 16), text, _SIZE)


def _write(pen: PIL.ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int) -> None:
    pen.text(at, text, "black", PIL.ImageFont.load_default(size))
