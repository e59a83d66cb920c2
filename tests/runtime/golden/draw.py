"""The pages of this folder, drawn again; and how PaddleOCR's result for them was made (in an environment with paddleocr 3.7.0).

    python tests/runtime/golden/draw.py
    kubeocr models bake --models PP-OCRv6_small_det,PP-OCRv6_small_rec --out MODELS
    PYTHON benchmarks/paddleocr_reference.py MODELS PP-OCRv6_small_det PP-OCRv6_small_rec \
        tests/runtime/golden/paddleocr.json tests/runtime/golden/*.png

The pictures are kept because a font that Pillow carries may change with Pillow.
"""

import pathlib
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFont

HERE = pathlib.Path(__file__).parent
Write = Callable[[tuple[int, int], str, int], None]

LEFT = (
    "The committee met on Tuesday and",
    "heard three reports. The first one",
    "was about the new harbour, which",
    "will open in spring.",
    "Members asked who would pay for",
    "the crane; 1,250 euros are missing.",
)
RIGHT = (
    "The second report dealt with boats",
    "that nobody has claimed since 2019.",
    "They will be sold on 14 October at",
    "half past nine.",
    "There was no third report, because",
    "its author had lost his glasses.",
)
RECEIPT = (
    ("Item", "Qty", "Price"),
    ("Coffee", "2", "5.80"),
    ("Apple pie", "1", "4.20"),
    ("Mineral water", "3", "7.50"),
    ("Total", "", "17.50"),
)
LETTER = (
    "Dear Ms. Sorensen,",
    "thank you for your letter of 3 March.",
    "The river rises (see below), and so do we!",
    "Yours sincerely, J. O'Neill",
)


def main() -> None:
    """Write the pictures."""
    columns().save(HERE / "columns.png", optimize=True)
    receipt().save(HERE / "receipt.png", optimize=True)
    letter().save(HERE / "letter.png", optimize=True)


def columns() -> Image.Image:
    """A heading over two columns."""
    page, write = blank(1100, 480)
    write((250, 40), "Minutes of the harbour committee", 40)
    for x, column in ((60, LEFT), (580, RIGHT)):
        for i, line in enumerate(column):
            write((x, 140 + 52 * i), line, 28)
    return page


def receipt() -> Image.Image:
    """Rows of three cells."""
    page, write = blank(700, 420)
    for i, row in enumerate(RECEIPT):
        for x, cell in zip((50, 400, 540), row, strict=True):
            write((x, 40 + 72 * i), cell, 30)
    return page


def letter() -> Image.Image:
    """Lines that lean by two degrees."""
    page, write = blank(900, 460)
    for i, line in enumerate(LETTER):
        write((70, 60 + 90 * i), line, 34)
    return page.rotate(2, Image.Resampling.BICUBIC, fillcolor=255)


def blank(width: int, height: int) -> tuple[Image.Image, Write]:
    """A white page and what writes on it."""
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    return page, lambda at, text, size: draw.text(at, text, fill=0, font=ImageFont.load_default(size))


if __name__ == "__main__":
    main()
