"""Documents as they are once they are read: one of two pages with all that a page may have, and one from right to left."""

import io

import PIL.Image

from kubeocr_contract import languages, polygons
from kubeocr_runtime import results
from kubeocr_runtime.formats import content

TABLE = '<table><tr><th>Item</th><th>Price</th></tr><tr><td colspan="2">A &amp; B &lt;b&gt;</td></tr></table>'


def box(left: int, top: int, right: int, bottom: int) -> results.Polygon:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def line(text: str, left: int, top: int, *, pitch: int = 10, height: int = 20) -> results.Line:
    """Letters of one width; white space parts words."""
    words, place = [], left
    for word in text.split(" "):
        words.append(results.Word(word, 0.5, box(place, top, place + len(word) * pitch, top + height)))
        place += (len(word) + 1) * pitch
    return results.Line(text, 0.75, box(left, top, left + len(text) * pitch, top + height), tuple(words))


def png(size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    PIL.Image.new("RGB", size, "grey").save(out, "PNG")
    return out.getvalue()


def tiff(size: tuple[int, int], frames: int) -> bytes:
    out = io.BytesIO()
    first, *rest = (PIL.Image.new("1", size, 1) for _ in range(frames))
    first.save(out, "TIFF", save_all=True, append_images=rest, compression="group4")
    return out.getvalue()


def block(label: str, text: str, *lines: results.Line, image: bytes = b"") -> results.Block:
    around = content.around(polygons.around(each.polygon) for each in lines)
    return results.Block(label, box(*around), 0.9, text, lines, image)


PLAIN = (
    (line("Dear <Sir> & Madam,", 50, 40),),
    (line("# 1. not a heading, *nor* bold", 50, 64),),
    (line("Nuts", 50, 140), line("300", 200, 140)),
)
LAID_OUT = (
    line("Annual report", 50, 20, height=40),
    line("Prices", 50, 80),
    line("Item Price", 50, 120),
    line("after it", 50, 300),
)


_TITLE, _HEADING, _CELLS, _ = LAID_OUT
BLOCKS = (
    block("doc_title", "Annual report", _TITLE),
    block("paragraph_title", "Prices", _HEADING),
    block("table", TABLE, _CELLS),
    results.Block("image", box(50, 160, 250, 280), 0.9, "", (), png()),
    results.Block("formula", box(300, 160, 400, 200), 0.9, "a^2 < b"),
)
FOUND = content.Content(
    (
        results.PageResult(1, 600, 400, 0, PLAIN),
        results.PageResult(2, 600, 400, 0, tuple((each,) for each in LAID_OUT), blocks=BLOCKS),
    ),
    languages.find("en"),
    tiff((600, 400), 2),
)
"""The first page without a layout, the second with one that leaves out a line."""

_SHALOM = results.Line(
    "שלום עולם 12.5",
    1.0,
    box(300, 100, 600, 140),
    (
        results.Word("שלום", 1.0, box(500, 100, 600, 140)),
        results.Word("עולם", 1.0, box(380, 100, 480, 140)),
        results.Word("12.5", 1.0, box(300, 100, 360, 140)),
    ),
)
HEBREW = content.Content((results.PageResult(1, 800, 600, 0, ((_SHALOM,),)),), languages.find("he"), png((800, 600)))
"""One line: a word stands further left the later it is read."""
