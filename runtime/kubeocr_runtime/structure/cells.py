"""The lines of a table in its cells, as HTML. Which cell a line goes to follows PaddleX 3.7 (pipelines/table_recognition)."""

import html
from collections.abc import Sequence

from kubeocr_runtime import structure
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import placing, tables

_ONE_ROW = 0.7  # of the lower one's height; lines of a cell that share more stand side by side
_END = "</td>"
_HEAD, _TAIL = "<html><body><table>", "</table></body></html>"
"""What PaddleOCR has around every table."""


def written(table: tables.Table, lines: Sequence[placing.Placed]) -> str:
    """A table with its lines, as HTML."""
    texts = iter(_texts(table.cells, lines))
    filled = (piece.replace(_END, f"{next(texts, '')}{_END}") if _END in piece else piece for piece in table.pieces)
    return _HEAD + "".join(filled) + _TAIL


def _texts(cells: Sequence[Box], lines: Sequence[placing.Placed]) -> list[str]:
    """What each cell says."""
    held: list[list[placing.Placed]] = [[] for _ in cells]
    for line in lines if cells else ():
        held[_nearest(line[0], cells)].append(line)
    return [html.escape(_joined(each), quote=False) for each in held]


def _joined(lines: Sequence[placing.Placed]) -> str:
    rows = placing.in_rows([box for box, _ in lines], _ONE_ROW)
    return " ".join(lines[i][1] for row in rows for i in row if lines[i][1])


def _nearest(box: Box, cells: Sequence[Box]) -> int:
    """The cell that has the most in common with a line; of those with as much, or with nothing, the nearest."""
    return min(range(len(cells)), key=lambda index: (1 - _alike(cells[index], box), _distance(cells[index], box)))


def _alike(a: Box, b: Box) -> float:
    shared = structure.inside(a, b)
    return shared / max(structure.area(a) + structure.area(b) - shared, 1e-9)


def _distance(a: Box, b: Box) -> float:
    first, last = abs(a.left - b.left) + abs(a.top - b.top), abs(a.right - b.right) + abs(a.bottom - b.bottom)
    return first + last + min(first, last)
