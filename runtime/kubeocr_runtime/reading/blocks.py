"""Rows gathered in blocks, and blocks in the order they are read.

The order is that of T. Breuel, "High Performance Document Layout Analysis" (2003): of two blocks that share some width the
upper goes first; of two that share none the left one does, unless something between them spans both.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box

# Lines of a block are closer, the margin to a page's header or footer is wider than this many heights of a line, or than this
# many times the page's usual gap where that is more
_GAP, _GAPS = 0.8, 1.5
# An inset is at most this much of the height of the block that it stands in
_INSET = 0.75

Relation = NDArray[np.bool_]
"""Count x count: whether something holds from the first block to the second."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, and what is usual on it."""

    rows: Sequence[Box]
    gap: float
    """Most white between two lines of a block, in heights of a line."""
    height: float
    """Of a line, in pixels."""

    @property
    def slack(self) -> float:
        """Overlaps of up to this many pixels do not count."""
        return boxes.SLACK * self.height

    def around(self, block: Sequence[int]) -> Box:
        """The box around some of the rows."""
        return boxes.around([self.rows[i] for i in block])

    def blocks(self, wanted: Sequence[int]) -> list[list[int]]:
        """Some of the rows, those that follow one another down a column together."""
        return [[wanted[i] for i in chain] for chain in boxes.chains([self.rows[i] for i in wanted], self.gap)]


def order(rows: Sequence[Box]) -> list[int]:
    """Indices of rows in reading order."""
    page = Page(rows, max(_GAP, _GAPS * boxes.usual_gap(rows)), boxes.typical_height(rows))
    header, body, footer = _margins(page)
    return [*header, *_columns(page, body), *footer]


def _columns(page: Page, body: list[int]) -> list[int]:
    insets = {i for block in _insets(page, body) for i in block}
    blocks = page.blocks([i for i in body if i not in insets])
    ordered = [blocks[i] for i in sequence([page.around(block) for block in blocks], page.slack)]
    for inset in sorted(page.blocks(sorted(insets)), key=lambda block: (page.rows[block[0]].top, page.rows[block[0]].left)):
        ordered.insert(_place(page.around(inset), [page.around(block) for block in ordered]), inset)
    return [i for block in ordered for i in block]


def _margins(page: Page) -> tuple[list[int], list[int], list[int]]:
    """The first row, the rest and the last row; first and last are empty where no white over the whole width sets them off."""
    by_top = sorted(range(len(page.rows)), key=lambda i: (page.rows[i].top, page.rows[i].left))
    upside_down = dataclasses.replace(page, rows=[Box(row.left, -row.bottom, row.right, -row.top) for row in page.rows])
    first = _set_off(page, by_top)
    last = _set_off(upside_down, by_top) if len(first) < len(by_top) else []
    edge = {*first, *last}
    return first, [i for i in by_top if i not in edge], last


def _set_off(page: Page, body: list[int]) -> list[int]:
    """The first rows, those that stand at one height, from left to right, if all others are far enough below; else nothing."""
    if not body:
        return []
    first = min((page.rows[i] for i in body), key=lambda row: row.top)
    level = [i for i in body if boxes.shared_height(page.rows[i], first) >= min(page.rows[i].height, first.height) / 2]
    bottom = max(page.rows[i].bottom for i in level)
    others = [page.rows[i].top for i in body if i not in set(level)]
    far = bool(others) and min(others) - bottom >= page.gap * page.height
    return sorted(level, key=lambda i: page.rows[i].left) if far else []


def _insets(page: Page, body: list[int]) -> list[list[int]]:
    """Blocks that stand in the way of columns: inside the rectangle of a much higher block, or where two columns make room."""
    blocks = page.blocks(body)
    placed = [page.around(block) for block in blocks]
    wedges = _wedges(page.rows, body)
    return [
        block
        for block, box in zip(blocks, placed, strict=True)
        if any(_is_inset(box, other, page.slack) for other in placed) or not wedges.isdisjoint(block)
    ]


def _wedges(rows: Sequence[Box], body: list[int]) -> set[int]:
    """Rows with text on both sides that stand right under, or over, two rows of different columns."""
    placed = [rows[i] for i in body]
    touching = zip(*boxes.vertical(placed), strict=True)
    between = [i for i, (above, below) in enumerate(touching) if max(len(above), len(below)) > 1 and _has_both_sides(i, placed)]
    return {body[i] for i in between}


def _has_both_sides(index: int, placed: Sequence[Box]) -> bool:
    box = placed[index]
    level = [other for other in placed if boxes.shared_height(box, other) >= min(box.height, other.height) / 2]
    slack = boxes.SLACK * box.height
    return any(x.right <= box.left + slack for x in level) and any(x.left >= box.right - slack for x in level)


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
