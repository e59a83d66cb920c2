"""Rows gathered in blocks, and blocks in the order they are read.

The order is that of T. Breuel, "High Performance Document Layout Analysis" (2003): of two blocks that share some width the
upper goes first; of two that share none the left one does, unless something between them spans both.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box

# In heights of a line: lines of a block are closer, the margin to a page's header or footer is wider
_GAP = 0.8
# An inset is at most this much of the height of the block that it stands in
_INSET = 0.75

Relation = NDArray[np.bool_]
"""Count x count: whether something holds from the first block to the second."""


def order(rows: Sequence[Box]) -> list[int]:
    """Indices of rows in reading order."""
    header, body, footer = _margins(rows)
    return [*header, *_columns(rows, body), *footer]


def _columns(rows: Sequence[Box], body: list[int]) -> list[int]:
    insets = {i for block in _insets(rows, _blocks(rows, body)) for i in block}
    blocks = _blocks(rows, [i for i in body if i not in insets])
    ordered = [
        blocks[i] for i in sequence([_around(rows, block) for block in blocks], boxes.SLACK * boxes.typical_height(rows))
    ]
    for inset in sorted(_blocks(rows, sorted(insets)), key=lambda block: (rows[block[0]].top, rows[block[0]].left)):
        ordered.insert(_place(_around(rows, inset), [_around(rows, block) for block in ordered]), inset)
    return [i for block in ordered for i in block]


def _blocks(rows: Sequence[Box], wanted: Sequence[int]) -> list[list[int]]:
    return [[wanted[i] for i in chain] for chain in boxes.chains([rows[i] for i in wanted], _GAP)]


def _around(rows: Sequence[Box], block: Sequence[int]) -> Box:
    return boxes.around([rows[i] for i in block])


def _margins(rows: Sequence[Box]) -> tuple[list[int], list[int], list[int]]:
    """The first row, the rest and the last row; first and last are empty where no white over the whole width sets them off."""
    order = sorted(range(len(rows)), key=lambda i: (rows[i].top, rows[i].left))
    least = _GAP * boxes.typical_height(rows)
    upside_down = [Box(row.left, -row.bottom, row.right, -row.top) for row in rows]
    first = _set_off(order, rows, least)
    last = _set_off(order, upside_down, least) if len(first) < len(order) else []
    edge = {*first, *last}
    return first, [i for i in order if i not in edge], sorted(last, key=lambda i: rows[i].left)


def _set_off(order: list[int], rows: Sequence[Box], least: float) -> list[int]:
    """The first rows of `order` that stand at one height, if all others are at least `least` pixels below; else nothing."""
    if not order:
        return []
    first = min((rows[i] for i in order), key=lambda row: row.top)
    level = [i for i in order if boxes.shared_height(rows[i], first) >= min(rows[i].height, first.height) / 2]
    bottom = max(rows[i].bottom for i in level)
    others = [rows[i].top for i in order if i not in set(level)]
    return sorted(level, key=lambda i: rows[i].left) if others and min(others) - bottom >= least else []


def _insets(rows: Sequence[Box], blocks: list[list[int]]) -> list[list[int]]:
    """Blocks that stand inside the rectangle of a much higher one, which flows around them."""
    placed = [_around(rows, block) for block in blocks]
    slack = boxes.SLACK * boxes.typical_height(rows)
    return [block for block, box in zip(blocks, placed, strict=True) if any(_is_inset(box, other, slack) for other in placed)]


def _is_inset(box: Box, other: Box, slack: float) -> bool:
    inside = boxes.shared_height(box, other) >= box.height - slack
    return inside and box.height <= _INSET * other.height and boxes.shared_width(box, other) > slack


def _place(inset: Box, ordered: Sequence[Box]) -> int:
    """Where an inset goes: behind the last block that it stands in or beside."""
    touched = [i for i, box in enumerate(ordered) if boxes.shared_width(inset, box) > 0 and boxes.shared_height(inset, box) > 0]
    return touched[-1] + 1 if touched else len(ordered)


def sequence(blocks: Sequence[Box], slack: float) -> list[int]:
    """Indices of blocks in reading order; overlaps of up to `slack` pixels do not count."""
    if not blocks:
        return []
    before = _before(np.array([[b.left, b.top, b.right, b.bottom] for b in blocks]), slack)
    left: list[int] = list(range(len(blocks)))
    done: list[int] = []
    while left:
        free = [i for i in left if not before[left, i].any()] or left
        done.append(
            min(
                free,
                key=lambda i: (
                    not done or boxes.shared_width(blocks[done[-1]], blocks[i]) <= slack,
                    blocks[i].top,
                    blocks[i].left,
                ),
            )
        )
        left.remove(done[-1])
    return done


def _before(edges: NDArray[np.float64], slack: float) -> Relation:
    left, top, right, bottom = edges.T
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left) > slack
    np.fill_diagonal(shared, val=False)
    middle = (top + bottom) / 2
    above = shared & np.less.outer(middle, middle)
    beside = ~shared & np.less.outer(left + right, left + right)
    beside &= ~_spanned(shared, top, bottom, slack)
    before: Relation = above | (beside & ~_closure(above).T)
    return before


def _spanned(shared: Relation, top: NDArray[np.float64], bottom: NDArray[np.float64], slack: float) -> Relation:
    """Whether a third block lies between two and shares some width with both."""
    spanned = np.zeros_like(shared)
    upper, lower = np.minimum.outer(bottom, bottom) - slack, np.maximum.outer(top, top) + slack
    for third in range(len(top)):
        both = np.logical_and.outer(shared[third], shared[third])
        spanned |= both & (top[third] >= upper) & (bottom[third] <= lower)
    return spanned


def _closure(relation: Relation) -> Relation:
    reached = relation.copy()
    for through in range(len(relation)):
        reached |= np.logical_and.outer(reached[:, through], reached[through])
    return reached
