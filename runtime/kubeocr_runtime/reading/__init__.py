"""The order in which a page's lines are read. Pure; `pipelines` gives the lines as the detector found them.

reading: down each column, columns in the script's direction, headings over several columns between what is above and below
them, rows of a table across, what stands in the way of a column (a caption, a quotation) after it, a page's header first and
its footer last.

raster: PaddleOCR's own order, top to bottom over the whole width.
"""

from collections.abc import Callable, Mapping, Sequence

from kubeocr_runtime import results
from kubeocr_runtime.reading import blocks, boxes, rows

READING, RASTER = "reading", "raster"
LEFT_TO_RIGHT, RIGHT_TO_LEFT = "ltr", "rtl"
_SAME_HEIGHT = 10  # pixels; PaddleX's SortQuadBoxes

Rows = tuple[tuple[results.Line, ...], ...]


def order(lines: Sequence[results.Line], by: str, direction: str = LEFT_TO_RIGHT) -> Rows:
    """Lines in one of `ORDERS`, grouped in the rows that are read as one; every line once."""
    return ORDERS[by](lines, direction)


def _reading(lines: Sequence[results.Line], direction: str) -> Rows:
    placed = boxes.level([line.polygon for line in lines], mirrored=direction == RIGHT_TO_LEFT)
    joined = rows.join(placed)
    ordered = blocks.order([boxes.around([placed[i] for i in row]) for row in joined])
    return tuple(tuple(lines[i] for i in joined[row]) for row in ordered)


def _raster(lines: Sequence[results.Line], _: str) -> Rows:
    return tuple((line,) for line in raster(lines))


def raster(lines: Sequence[results.Line]) -> list[results.Line]:
    """As PaddleX's SortQuadBoxes: by the first corner's y, then x; what is up to 10 px lower but further left goes first."""
    done: list[results.Line] = []
    for line in sorted(lines, key=lambda line: (line.polygon[0][1], line.polygon[0][0])):
        place = len(done)
        while place and _goes_first(line, done[place - 1]):
            place -= 1
        done.insert(place, line)
    return done


def _goes_first(line: results.Line, other: results.Line) -> bool:
    (x, y), (other_x, other_y) = line.polygon[0], other.polygon[0]
    return abs(y - other_y) < _SAME_HEIGHT and x < other_x


ORDERS: Mapping[str, Callable[[Sequence[results.Line], str], Rows]] = {READING: _reading, RASTER: _raster}
