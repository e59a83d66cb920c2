"""What else is on a page of a PDF: pictures, shapes, annotations, and where PDFium puts them. Asked by `letters`."""

import ctypes
import dataclasses
import itertools
import math
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

_FINE = 100
"""PDFium tells whole pixels; so many to one of ours make up for it."""
_MOST = 20_000
"""Objects that are looked at; a page of more is a drawing whatever the rest of them are."""
_DEEP = 8
"""Forms within forms."""
_WRITING = frozenset({pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_INK})
"""Kinds of annotations that put text on the page which is not in the page's own."""


@dataclasses.dataclass(frozen=True, slots=True)
class Matrix:
    """x' = a x + c y + e, y' = b x + d y + f, as PDF has it."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where it goes."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def angle(self, radians: float) -> float:
        """Which way a direction goes."""
        x, y = math.cos(radians), math.sin(radians)
        return math.atan2(self.b * x + self.d * y, self.a * x + self.c * y)

    def after(self, first: "Matrix") -> "Matrix":
        """Both, one after the other."""
        (e, f), (ax, ay), (cx, cy) = (self.point(*first.point(x, y)) for x, y in ((0, 0), (1, 0), (0, 1)))
        return Matrix(ax - e, ay - f, cx - e, cy - f, e, f)


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """What covers a page besides text."""

    pictures: float
    """Share of the page, 0 to 1."""
    shapes: int


def to_pixels(page: Any, size: tuple[int, int]) -> Matrix:
    """From a page's own points to pixels of the page drawn in this size, however it is cut and turned."""

    def seen(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        fine = size[0] * _FINE, size[1] * _FINE
        pdfium.FPDF_PageToDevice(page, 0, 0, *fine, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _FINE, down.value / _FINE

    step = max(*page.get_size(), 1.0)
    (e, f), (ax, ay), (cx, cy) = seen(0, 0), seen(step, 0), seen(0, step)
    return Matrix((ax - e) / step, (ay - f) / step, (cx - e) / step, (cy - f) / step, e, f)


def drawn(page: Any) -> Drawn:
    """How much of a page pictures cover, and how many shapes are on it."""
    left, bottom, right, top = page.get_bbox()
    area = pictures = shapes = 0.0
    area = max((right - left) * (top - bottom), 1.0)
    for kind, box in itertools.islice(_objects(page, Matrix(), 0), _MOST):
        shapes += kind in {pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING}
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            width = min(box[2], right) - max(box[0], left)
            pictures += max(width, 0) * max(min(box[3], top) - max(box[1], bottom), 0)
    return Drawn(min(pictures / area, 1.0), int(shapes))


def annotations(page: Any) -> int:
    """How many annotations write on a page."""
    kinds = (_kind(page, index) for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST)))
    return sum(kind in _WRITING for kind in kinds)


def _kind(page: Any, index: int) -> int:
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        return int(pdfium.FPDFAnnot_GetSubtype(annotation))
    finally:
        pdfium.FPDFPage_CloseAnnot(annotation)


_Box = tuple[float, float, float, float]


def _objects(container: Any, matrix: Matrix, depth: int) -> Iterator[tuple[int, _Box]]:
    """Kind and box (left, bottom, right, top) of each, those within forms too."""
    count, get = (
        (pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
        if depth
        else (pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)
    )
    for index in range(count(container)):
        piece = get(container, index)
        kind = pdfium.FPDFPageObj_GetType(piece)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEP:
            yield from _objects(piece, matrix.after(_matrix(piece)), depth + 1)
        else:
            yield kind, _box(piece, matrix)


def _matrix(piece: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    known = pdfium.FPDFPageObj_GetMatrix(piece, ctypes.byref(found))
    return Matrix(found.a, found.b, found.c, found.d, found.e, found.f) if known else Matrix()


def _box(piece: Any, matrix: Matrix) -> _Box:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(piece, *map(ctypes.byref, sides)):
        return 0, 0, 0, 0
    left, bottom, right, top = (side.value for side in sides)
    xs, ys = zip(*(matrix.point(x, y) for x in (left, right) for y in (bottom, top)), strict=True)
    return min(xs), min(ys), max(xs), max(ys)
