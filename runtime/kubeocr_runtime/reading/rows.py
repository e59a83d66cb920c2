"""Lines read as one row: pieces of a line, cells of a table, a number and what it counts; but not two columns of prose."""

import statistics
from collections.abc import Sequence

from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box

# Columns of prose are wider than this many line heights, some 20 Latin letters; cells of a table mostly are not
_PROSE = 8.0
_COLUMN = 3  # lines
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
    right = {i: _nearest(i, placed, rightwards=True) for i in range(len(placed))}
    left = {i: _nearest(i, placed, rightwards=False) for i in range(len(placed))}
    return {a: b for a, b in right.items() if b is not None and left[b] == a}


def _nearest(index: int, placed: Sequence[Box], *, rightwards: bool) -> int | None:
    box = placed[index]
    beside = [i for i, other in enumerate(placed) if i != index and _beside(*((box, other) if rightwards else (other, box)))]
    return min(beside, key=lambda i: placed[i].left if rightwards else -placed[i].right, default=None)


def _beside(left: Box, right: Box) -> bool:
    height = min(left.height, right.height)
    return boxes.shared_height(left, right) >= height / 2 and right.left >= left.right - boxes.SLACK * height


def _is_row(a: Box, b: Box, stack_a: list[Box], stack_b: list[Box]) -> bool:
    """Whether b carries on a's row; the stacks are what stands above and below each in its own column."""
    shorter, longer = sorted((stack_a, stack_b), key=len)
    if len(longer) < _COLUMN:
        return True
    if _is_prose(stack_a) and _is_prose(stack_b):
        return False
    if len(shorter) == 1 and -boxes.shared_width(a, b) > _FAR * min(a.height, b.height):
        return False
    return _are_level(shorter, longer)


def _is_prose(stack: list[Box]) -> bool:
    return statistics.median(box.width / max(box.height, 1) for box in stack) >= _PROSE


def _are_level(cells: list[Box], column: list[Box]) -> bool:
    level = sum(any(abs(c.middle - o.middle) <= _LEVEL * min(c.height, o.height) for o in column) for c in cells)
    return level >= _MOSTLY * len(cells)
