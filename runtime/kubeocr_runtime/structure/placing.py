"""Which of a page's lines stand in which region. Before lines are read: one that runs through two columns is cut in two."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import structure
from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box

Quad = NDArray[np.int32]
Placed = tuple[Box, str]
"""A line's box and what it says."""
_TOUCH = 3.0
"""Pixels that a line and a region have to share in both directions (PaddleX: get_overlap_boxes_idx)."""
_LEVEL = 0.5  # of a line's height; a line that leans more is not cut
_BESIDE = 0.5  # of a line's height; a region that shares less of it is above the line, or below


def around(quad: Quad) -> Box:
    """The upright rectangle around a line."""
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def cut(quads: Iterable[Quad], regions: Sequence[structure.Region]) -> list[Quad]:
    """The lines, those that run through several regions side by side cut in the middle between them."""
    return [piece for quad in quads for piece in _pieces(quad, regions)]


def homes(lines: Sequence[Box], regions: Sequence[structure.Region]) -> list[int | None]:
    """For each line the index of the region that it is in; None for one that is in none.

    What overlaps is rarely meant to: a line belongs where most of it is, and to a formula only where nothing else has it.
    """
    return [_home(line, regions) for line in lines]


def in_rows(placed: Sequence[Box], share: float) -> list[list[int]]:
    """Indices of boxes from top to bottom, those that share so much of the lower one's height in one row from left to right."""
    rows: list[list[int]] = []
    for index in sorted(range(len(placed)), key=lambda index: placed[index].top):
        box = placed[index]
        before = boxes.around([placed[i] for i in rows[-1]]) if rows else box
        if rows and boxes.shared_height(before, box) >= share * min(before.height, box.height):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda index: placed[index].left) for row in rows]


def _home(line: Box, regions: Sequence[structure.Region]) -> int | None:
    touching = [index for index, region in enumerate(regions) if _touches(line, region.box)]
    return max(touching, key=lambda index: _claim(line, regions[index]), default=None)


def _claim(line: Box, region: structure.Region) -> tuple[bool, float, float]:
    return region.label != structure.FORMULA, round(structure.inside(line, region.box)), -structure.area(region.box)


def _touches(line: Box, box: Box) -> bool:
    return boxes.shared_width(line, box) > _TOUCH and boxes.shared_height(line, box) > _TOUCH


def _pieces(quad: Quad, regions: Sequence[structure.Region]) -> list[Quad]:
    line = around(quad)
    if abs(int(quad[1, 1]) - int(quad[0, 1])) > _LEVEL * line.height or line.width <= line.height:
        return [quad]
    through = [region.box for region in regions if _runs_through(line, region)]
    edges = _edges(sorted(through, key=lambda box: box.left))
    return [_piece(line, *pair) for pair in zip([line.left, *edges], [*edges, line.right], strict=True)] if edges else [quad]


def _runs_through(line: Box, region: structure.Region) -> bool:
    # a table's lines go to its cells whole, as PaddleX has it
    if region.label in {structure.TABLE, structure.FORMULA}:
        return False
    beside = boxes.shared_height(line, region.box) >= _BESIDE * line.height
    return beside and boxes.shared_width(line, region.box) > max(_TOUCH, line.height / 2)


def _edges(through: Sequence[Box]) -> list[float]:
    """Where a line is cut: between one region and the next, unless they overlap by more than slack."""
    pairs = itertools.pairwise(through)
    return [(a.right + b.left) / 2 for a, b in pairs if b.left - a.right > -_TOUCH]


def _piece(line: Box, left: float, right: float) -> Quad:
    corners = [(left, line.top), (right, line.top), (right, line.bottom), (left, line.bottom)]
    return np.asarray(np.rint(np.array(corners)), np.int32)
