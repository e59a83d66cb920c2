"""A page's own text out of PDFium: characters with their boxes, joined into lines as a detector would find them."""

import ctypes
import dataclasses
import math
from collections.abc import Iterable, Iterator
from typing import Any

import pypdfium2.raw as pdfium

from kubeocr_runtime import results, spans
from kubeocr_runtime.pdfs import layers, objects

_MOST = 100_000
"""Characters of a page. A page of small print has a tenth of it; whoever writes more wants to keep us busy."""
_GAP = 1.5
"""Heights of a line. What stands further apart is another line, as it is to the models: cells of a table, columns."""
_RAISED = 0.6
"""Heights by which a letter may stand higher or lower than the one before it."""
_TURNED = 0.1
"""Radians."""
_CLEAR = 0
"""Opacity of what is not seen."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Letter:
    """A character, in pixels along and across its own line's direction."""

    text: str
    angle: float
    """Radians clockwise from rightwards."""
    start: float
    end: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1.0)

    def goes_on(self, other: "_Letter") -> bool:
        """Whether another stands next to it in one line, on either side: some scripts run leftwards."""
        gap = max(other.start - self.end, self.start - other.end)
        raised = abs((other.top + other.bottom) - (self.top + self.bottom)) / 2
        height = max(self.height, other.height)
        return abs(other.angle - self.angle) < _TURNED and gap <= _GAP * height and raised <= _RAISED * height


def layer(page: Any, size: tuple[int, int]) -> layers.Layer | None:
    """The layer of a page (a `pypdfium2.PdfPage`) that is `size` pixels wide and high; None for one of too many characters."""
    text = pdfium.FPDFText_LoadPage(page)
    try:
        count = pdfium.FPDFText_CountChars(text)
        if count > _MOST:
            return None
        characters = _Characters(text, objects.to_pixels(page, size), size)
        lines = tuple(_line(group) for group in _groups(characters.each(range(count))) if any(x.text.strip() for x in group))
        drawn = objects.drawn(page)
        facts = layers.Facts(characters.hidden, characters.unmapped, drawn.pictures, drawn.shapes, objects.annotations(page))
        return layers.Layer(size, lines, facts)
    finally:
        pdfium.FPDFText_ClosePage(text)


class _Characters:
    """The characters of a page that are on it, and what they tell of themselves on the way."""

    def __init__(self, text: Any, to_pixels: objects.Matrix, size: tuple[int, int]) -> None:
        self.hidden = self.unmapped = 0
        self._text, self._to_pixels, self._size = text, to_pixels, size
        self._seen: dict[int, bool] = {}

    def each(self, indices: Iterable[int]) -> Iterator[_Letter | None]:
        """None where PDFium says that a line ends."""
        for index in indices:
            character = chr(pdfium.FPDFText_GetUnicode(self._text, index))
            if character in "\r\n":
                yield None
            elif (letter := self._letter(index, character)) is not None:
                yield letter

    def _letter(self, index: int, character: str) -> _Letter | None:
        if pdfium.FPDFText_IsGenerated(self._text, index) == 1:  # a space that PDFium puts between two words
            return _Letter(character, math.nan, 0, 0, 0, 0)
        if pdfium.FPDFText_IsHyphen(self._text, index) == 1:  # of a word that goes on in the next line: U+0002 to PDFium
            character = "-"
        placed = self._placed(index, character)
        if placed is not None and not character.isspace():
            self.hidden += not self._is_seen(index)
            self.unmapped += pdfium.FPDFText_HasUnicodeMapError(self._text, index) == 1
        return placed

    def _placed(self, index: int, character: str) -> _Letter | None:
        """None for what is beside the page."""
        box = pdfium.FS_RECTF()
        if not pdfium.FPDFText_GetLooseCharBox(self._text, index, ctypes.byref(box)):
            return None
        corners = [self._to_pixels.point(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        middle = [sum(values) / len(corners) for values in zip(*corners, strict=True)]
        if not all(0 <= value <= side for value, side in zip(middle, self._size, strict=True)):
            return None
        angle = self._to_pixels.angle(-pdfium.FPDFText_GetCharAngle(self._text, index))  # clockwise, whatever else in a PDF is
        along, across = zip(*(_turned(corner, -angle) for corner in corners), strict=True)
        return _Letter(character, angle, min(along), max(along), min(across), max(across))

    def _is_seen(self, index: int) -> bool:
        piece = pdfium.FPDFText_GetTextObject(self._text, index)
        key = ctypes.cast(piece, ctypes.c_void_p).value or 0
        if key not in self._seen:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(piece) if key else pdfium.FPDF_TEXTRENDERMODE_FILL
            hidden = mode in {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}
            self._seen[key] = not hidden and self._opacity(index) != _CLEAR
        return self._seen[key]

    def _opacity(self, index: int) -> int:
        red, green, blue, opacity = (ctypes.c_uint() for _ in range(4))
        known = pdfium.FPDFText_GetFillColor(self._text, index, *map(ctypes.byref, (red, green, blue, opacity)))
        return opacity.value if known else 255


def _groups(each: Iterable[_Letter | None]) -> Iterator[list[_Letter]]:
    """Letters of one line each; spaces of PDFium's own go with what stands before them."""
    group: list[_Letter] = []
    last: _Letter | None = None
    for letter in each:
        if letter is None or (last is not None and _is_placed(letter) and not last.goes_on(letter)):
            yield group
            group, last = [], None
        if letter is not None:
            group.append(letter)
            last = letter if _is_placed(letter) else last
    yield group


def _line(group: list[_Letter]) -> results.Line:
    placed = [letter for letter in group if _is_placed(letter) and letter.text.strip()]
    angle, top, bottom = placed[0].angle, min(x.top for x in placed), max(x.bottom for x in placed)

    def polygon(letters: list[_Letter]) -> results.Polygon:
        start, end = min(x.start for x in letters), max(x.end for x in letters)
        a, b, c, d = (_turned(corner, angle) for corner in ((start, top), (end, top), (end, bottom), (start, bottom)))
        return _whole(a), _whole(b), _whole(c), _whole(d)

    text = "".join(x.text for x in group)
    found = [(text[a:b], [x for x in group[a:b] if _is_placed(x)]) for a, b in spans.split(text)]
    words = tuple(results.Word(word, 1.0, polygon(letters)) for word, letters in found if letters)
    return results.Line(" ".join(text.split()), 1.0, polygon(placed), words)


def _is_placed(letter: _Letter) -> bool:
    """PDFium's own spaces are nowhere."""
    return not math.isnan(letter.angle)


def _turned(point: tuple[float, float], angle: float) -> tuple[float, float]:
    """Clockwise, as the page's second axis goes down."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine


def _whole(point: tuple[float, float]) -> results.Point:
    return round(point[0]), round(point[1])
