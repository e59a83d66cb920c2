"""What every format is made of: a document's pages, and each page as blocks in reading order. Below all other modules here."""

import dataclasses
import re
from collections.abc import Iterable, Iterator

from kubeocr_contract import languages, polygons
from kubeocr_runtime import reading, results, structure
from kubeocr_runtime.reading import boxes

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""
_GAP, _GAPS = 0.8, 1.5
"""Most white between two rows of a paragraph, in heights of a row, or in the page's usual gaps where that is more."""
_TALLER = 1.4
"""A row so many times as high as its neighbour is another paragraph's."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""https://www.w3.org/TR/xml/#charsets"""
PICTURES = structure.PICTURES - structure.HEADERS - structure.FOOTERS
"""Labels of blocks that are shown as they look: not what repeats on every page."""
HEADINGS = {structure.TITLE: 1, structure.SUBTITLE: 2}
"""Label of a block -> its level."""


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """A document that was read."""

    pages: tuple[results.PageResult, ...]
    language: languages.Language
    file: bytes
    """As it was sent."""

    @property
    def is_right_to_left(self) -> bool:
        """Whether its script is."""
        return self.language.direction == reading.RIGHT_TO_LEFT


def blocks(page: results.PageResult) -> tuple[results.Block, ...]:
    """A page in reading order: its layout where it is known, and paragraphs of the rows that are in no block of it."""
    inside = {(line.polygon, line.text) for block in page.blocks for line in block.lines}
    rest = (tuple(line for line in row if (line.polygon, line.text) not in inside) for row in page.rows)
    return (*page.blocks, *_paragraphs(page, [row for row in rest if row]))


def spaced(line: results.Line) -> Iterator[tuple[results.Word, bool]]:
    """A line's words, each with whether white space stands behind it."""
    place = 0
    for word in line.words:
        place = line.text.find(word.text, place) + len(word.text)
        yield word, line.text[place : place + 1].isspace()


def around(found: Iterable[Box]) -> Box:
    """The rectangle around several; nothing at all around none."""
    lefts, tops, rights, bottoms = zip(*found, strict=True) if (found := tuple(found)) else ((0,),) * 4
    return min(lefts), min(tops), max(rights), max(bottoms)


def clean(text: str) -> str:
    """Without what no XML may have."""
    return _NOT_XML.sub("", text)


def _paragraphs(page: results.PageResult, rows: list[tuple[results.Line, ...]]) -> Iterator[results.Block]:
    upright = [_upright(line.polygon, page) for row in rows for line in row]
    placed = iter(boxes.level(upright, mirrored=False))
    levelled = [boxes.around([next(placed) for _ in row]) for row in rows]
    gap = max(_GAP, _GAPS * boxes.usual_gap(levelled))
    begin = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or not _goes_on(levelled[end - 1], levelled[end], gap):
            yield _paragraph(rows[begin:end])
            begin = end


def _goes_on(upper: boxes.Box, lower: boxes.Box, gap: float) -> bool:
    lowest, highest = sorted((upper.height, lower.height))
    return (
        lower.middle > upper.middle
        and boxes.shared_width(upper, lower) > 0
        and -boxes.shared_height(upper, lower) <= gap * lower.height
        and highest <= _TALLER * lowest
    )


def _paragraph(rows: list[tuple[results.Line, ...]]) -> results.Block:
    lines = tuple(line for row in rows for line in row)
    left, top, right, bottom = around(polygons.around(line.polygon) for line in lines)
    text = "\n".join(" ".join(line.text for line in row) for row in rows)
    sure = sum(line.confidence for line in lines) / len(lines)
    return results.Block(structure.TEXT, ((left, top), (right, top), (right, bottom), (left, bottom)), sure, text, lines)


def _upright(polygon: results.Polygon, page: results.PageResult) -> results.Polygon:
    """On the page as it is read: turned counter-clockwise by its angle."""
    width, height = page.width, page.height
    for _ in range(page.angle // 90):
        a, b, c, d = ((y, width - x) for x, y in polygon)
        polygon, width, height = (a, b, c, d), height, width
    return polygon
