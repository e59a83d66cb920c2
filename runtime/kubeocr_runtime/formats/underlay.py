"""The text that lies under a page of a searchable PDF, as drawing operators (ISO 32000-1, 9.4). Pure; `pdf` puts it there.

Each word is drawn invisibly (render mode 3) by a transformation that makes it exactly as large as its box, wherever and however
its page is turned. Letters have numbers in the order in which they come, which the font's ToUnicode map tells back.
"""

import dataclasses
import math
from collections.abc import Iterator

from kubeocr_contract import polygons
from kubeocr_runtime import bidi, results
from kubeocr_runtime.formats import content

FONT = "KubeOCR"
"""Name of the font among a page's resources."""
WIDTH, DESCENT = 0.5, 0.25
"""Of each of its letters, and of what is below the line, in heights of a line: 64ths, which PDFium rounds to."""
_LONG, _RISE = 12, 0.5
"""Of its height: what is longer and rises by more is drawn as it leans, anything else level and as large as the box around it.
Poppler cuts what leans into pieces (it found 92 of 100 words of a scan that leans by three degrees). What is so long is a line
of a script without spaces, and its box would cover its neighbours."""
_LEAST = 0.01
"""Points: nothing may be drawn at no size at all."""
_MOST = 100
"""Entries of a CMap's section (Adobe technical note 5014)."""
_Point = tuple[float, float]
_Quad = tuple[_Point, _Point, _Point, _Point]


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a PDF: what of it is shown, in points from its origin, and how."""

    left: float
    bottom: float
    right: float
    top: float
    rotate: int = 0
    """Degrees clockwise that it is turned to be shown."""

    def point(self, across: float, down: float) -> _Point:
        """Where a point is that is seen so far from the left and from the top, in parts of what is shown."""
        x, y = {
            0: (across, 1 - down), 90: (down, across), 180: (1 - across, down), 270: (1 - down, 1 - across),
        }[self.rotate]  # fmt: skip
        return self.left + x * (self.right - self.left), self.bottom + y * (self.top - self.bottom)


@dataclasses.dataclass(slots=True)
class Letters:
    """Those of a document, with their numbers from 1."""

    numbers: dict[str, int] = dataclasses.field(default_factory=dict)

    def encode(self, text: str) -> str:
        """As a hexadecimal string of two bytes a letter."""
        return "".join(f"{self.numbers.setdefault(letter, len(self.numbers) + 1):04X}" for letter in text)

    def to_unicode(self) -> bytes:
        """The CMap that says which letter a number is."""
        rows = [f"<{number:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, number in self.numbers.items()]
        parts = (rows[start : start + _MOST] for start in range(0, len(rows), _MOST))
        told = "\n".join(f"{len(part)} beginbfchar\n{chr(10).join(part)}\nendbfchar" for part in parts)
        return _CMAP.format(told).encode("ascii")


_CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def /CMapType 2 def
1 begincodespacerange <0000> <FFFF> endcodespacerange
{}
endcmap CMapName currentdict /CMap defineresource pop end end
"""


def stream(page: results.PageResult, sheet: Sheet, letters: Letters, font: str = f"/{FONT}") -> bytes:
    """A page's words, each with the white space behind it; `font` is its name among the page's resources."""
    drawn = " ".join(
        f"{_matrix(quad, len(text))} Tm <{letters.encode(text)}> Tj"
        for text, quad in _pieces(page, sheet)
        if text and _is_shown(quad)
    )
    return f"q BT 3 Tr {font} 1 Tf {drawn} ET Q\n".encode("ascii")


def _pieces(page: results.PageResult, sheet: Sheet) -> Iterator[tuple[str, _Quad]]:
    for line in page.lines:
        spaced = list(content.spaced(line)) or [(results.Word(line.text, 1.0, line.polygon), False)]
        quads = [_quad(word.polygon, page, sheet) for word, _ in spaced]
        for i, (word, is_spaced) in enumerate(spaced):
            # `logical` is its own inverse; readers of PDFs take what is drawn for what stands there from left to right
            yield bidi.logical(word.text), quads[i]
            if is_spaced and i + 1 < len(spaced):
                gap = _between(quads[i], quads[i + 1])
                yield " ", gap if _is_shown(gap) else quads[i]


def _quad(polygon: results.Polygon, page: results.PageResult, sheet: Sheet) -> _Quad:
    a, b, c, d = (sheet.point(x / page.width, y / page.height) for x, y in levelled(polygon))
    return a, b, c, d


def levelled(polygon: results.Polygon) -> results.Polygon:
    """The upright rectangle around a word, from the word's own top left; a long one that leans much as it is."""
    (left, top, right, bottom), (a, b, _, d) = polygons.around(polygon), polygon
    across, down, height = b[0] - a[0], b[1] - a[1], math.dist(a, d)
    if math.dist(a, b) > _LONG * height and min(abs(across), abs(down)) > _RISE * height:
        return polygon
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    first = (0 if across > 0 else 2) if abs(across) >= abs(down) else (1 if down > 0 else 3)
    a, b, c, d = (*corners[first:], *corners[:first])
    return a, b, c, d


def _between(one: _Quad, other: _Quad) -> _Quad:
    """The gap after a word, on whichever side the next one is."""
    along = (one[1][0] - one[0][0], one[1][1] - one[0][1])
    is_right = sum((b - a) * way for a, b, way in zip(one[0], other[0], along, strict=True)) >= 0
    left, right = (one, other) if is_right else (other, one)
    return left[1], right[0], right[3], left[2]


def _is_shown(quad: _Quad) -> bool:
    return min(math.dist(quad[0], quad[1]), math.dist(quad[0], quad[3])) >= _LEAST


def _matrix(quad: _Quad, letters: int) -> str:
    """Takes so many letters of the font's size to the quadrangle's."""
    top_left, top_right, _, bottom_left = quad
    a, b = ((q - p) / (letters * WIDTH) for p, q in zip(top_left, top_right, strict=True))
    c, d = (p - q for p, q in zip(top_left, bottom_left, strict=True))
    e, f = (q + DESCENT * up for q, up in zip(bottom_left, (c, d), strict=True))
    return " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in (a, b, c, d, e, f))
