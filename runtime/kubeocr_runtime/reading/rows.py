"""Lines read as one row: pieces of a line, cells of a table, a number and what it counts; but not two columns of prose."""

import itertools
import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box

# Columns of prose are wider than this many line heights, some 20 Latin letters; cells of a table mostly are not
_PROSE = 8.0
_MARK = 3.0  # heights; bullets, numbers and other marks beside a text are narrower
_COLUMN = 3  # lines
_FULL = 0.9  # of a column's width
_GAP = 0.8  # heights between the lines of a paragraph
_FAR = 1.5  # heights; a single word this far from a column's line is a note beside it
_LEVEL = 0.25  # of a height; centres of one row differ by no more
_MOSTLY = 0.75
_STACK_GAP = 3.0  # heights between a table's rows


def join(placed: Sequence[Box]) -> list[tuple[int, ...]]:
    """Indices grouped in rows, each from left to right; every index once."""
    stacks = {i: [placed[k] for k in chain] for chain in boxes.chains(placed, _STACK_GAP) for i in chain}
    rightwards = {a: b for a, b in _neighbours(placed).items() if _is_row(placed[a], placed[b], stacks[a], stacks[b])}
    starts = [i for i in range(len(placed)) if i not in set(rightwards.values())]
    return [_follow(start, rightwards) for start in starts]


def _follow(start: int, rightwards: dict[int, int]) -> tuple[int, ...]:
    row = [start]
    while row[-1] in rightwards:
        row.append(rightwards[row[-1]])
    return tuple(row)


def _neighbours(placed: Sequence[Box]) -> dict[int, int]:
    """Box -> the nearest one right of it at the same height, where it is in turn that one's nearest on the left."""
    edges = boxes.Edges.of(placed)
    right = [_first(edges.left, _beside(edges, box, 1)) for box in placed]
    left = [_first(-edges.right, _beside(edges, box, -1)) for box in placed]
    return {a: b for a, b in enumerate(right) if b is not None and left[b] == a}


def _first(place: NDArray[np.float64], among: NDArray[np.bool_]) -> int | None:
    return int(np.where(among, place, np.inf).argmin()) if among.any() else None


def _beside(edges: boxes.Edges, box: Box, side: int) -> NDArray[np.bool_]:
    """For each box whether it stands right (side 1) or left (side -1) of one at the same height."""
    height = np.minimum(edges.bottom - edges.top, box.height)
    shared = np.minimum(edges.bottom, box.bottom) - np.maximum(edges.top, box.top)
    gap = edges.left - box.right if side > 0 else box.left - edges.right
    further = side * (edges.left + edges.right - box.left - box.right) > 0
    beside: NDArray[np.bool_] = further & (gap >= -boxes.SLACK * height) & (shared >= height / 2)
    return beside


def _is_row(a: Box, b: Box, stack_a: list[Box], stack_b: list[Box]) -> bool:
    """Whether b carries on a's row; the stacks are what stands above and below each in its own column."""
    shorter, longer = sorted((stack_a, stack_b), key=len)
    if len(longer) < _COLUMN:
        return True
    if _are_columns(stack_a, stack_b) or _are_columns(stack_b, stack_a):
        return False
    if len(shorter) == 1 and -boxes.shared_width(a, b) > _FAR * min(a.height, b.height):
        return False
    return _are_level(shorter, longer)


def _are_columns(text: list[Box], other: list[Box]) -> bool:
    """Whether two stacks are read one after the other: both are prose, or one is a full column and the other no marks."""
    return _is_prose(text) and (_is_prose(other) or (_is_full(text) and _is_dense(other) and _shape(other) >= _MARK))


def _is_prose(stack: list[Box]) -> bool:
    return _shape(stack) >= _PROSE


def _is_full(stack: list[Box]) -> bool:
    """Whether most lines go all the way to the right, as running text does and cells do not."""
    width = boxes.around(stack).width
    return len(stack) >= _COLUMN and sum(box.width >= _FULL * width for box in stack) >= _MOSTLY * len(stack)


def _is_dense(stack: list[Box]) -> bool:
    """Whether the lines follow one another as in a paragraph."""
    gaps = [-boxes.shared_height(a, b) / max(b.height, 1) for a, b in itertools.pairwise(stack)]
    return bool(gaps) and statistics.median(gaps) <= _GAP


def _shape(stack: list[Box]) -> float:
    """How many times its height a line is wide, at the median."""
    return statistics.median(box.width / max(box.height, 1) for box in stack)


def _are_level(cells: list[Box], column: list[Box]) -> bool:
    a, b = boxes.Edges.of(cells), boxes.Edges.of(column)
    apart = np.abs(np.subtract.outer(a.top + a.bottom, b.top + b.bottom)) / 2
    level = apart <= _LEVEL * np.minimum.outer(a.bottom - a.top, b.bottom - b.top)
    return bool(level.any(axis=1).sum() >= _MOSTLY * len(cells))
