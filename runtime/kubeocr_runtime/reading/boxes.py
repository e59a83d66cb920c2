"""Upright rectangles, and which of them stand above one another. Below everything else in `reading`."""

import dataclasses
import itertools
import math
import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import results

# Two boxes of one column overlap by more than this part of a line's height; less is the detector's slack
SLACK = 0.5
# Lines further apart than this many heights say nothing about one another (a picture is between them)
REACH = 4.0
_STEEPEST = math.radians(20)


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """In pixels of the levelled page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Halfway down."""
        return (self.top + self.bottom) / 2


@dataclasses.dataclass(frozen=True, slots=True)
class Edges:
    """The edges of many boxes, an array each: a page has a thousand lines at times, and each is held against every other."""

    left: NDArray[np.float64]
    top: NDArray[np.float64]
    right: NDArray[np.float64]
    bottom: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> "Edges":
        """In the boxes' order."""
        edges = np.array([(b.left, b.top, b.right, b.bottom) for b in boxes], np.float64).reshape(-1, 4)
        return cls(edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3])


def level(polygons: Sequence[results.Polygon], *, mirrored: bool) -> list[Box]:
    """Boxes around polygons after the page's skew is taken out; `mirrored` swaps left and right."""
    skew = _skew(polygons)
    return [_box(polygon, skew, -1 if mirrored else 1) for polygon in polygons]


def around(boxes: Sequence[Box]) -> Box:
    """The box around boxes."""
    return Box(min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes))


def typical_height(boxes: Sequence[Box]) -> float:
    """The median height of a page's lines; 1 for none."""
    return statistics.median(b.height for b in boxes) if boxes else 1.0


def usual_gap(boxes: Sequence[Box]) -> float:
    """The median white between a line and the nearest above it, in heights of the line; 0 where none stands above another."""
    above, _ = vertical(boxes)
    gaps = [
        -shared_height(boxes[uppers[0]], box) / max(box.height, 1) for box, uppers in zip(boxes, above, strict=True) if uppers
    ]
    return statistics.median(gaps) if gaps else 0.0


def shared_width(a: Box, b: Box) -> float:
    """Pixels that two boxes have in common from left to right; negative is a gap."""
    return min(a.right, b.right) - max(a.left, b.left)


def shared_height(a: Box, b: Box) -> float:
    """Pixels that two boxes have in common from top to bottom; negative is a gap."""
    return min(a.bottom, b.bottom) - max(a.top, b.top)


def chains(boxes: Sequence[Box], gap: float) -> list[list[int]]:
    """Indices of boxes that follow one another down a column, each the only one under the one before it.

    `gap` is the most white between two, in heights of the lower one.
    """
    above, below = vertical(boxes)
    follows = {
        upper: lowers[0]
        for upper, lowers in enumerate(below)
        if len(lowers) == 1
        and len(above[lowers[0]]) == 1
        and -shared_height(boxes[upper], boxes[lowers[0]]) <= gap * boxes[lowers[0]].height
    }
    starts = sorted(set(range(len(boxes))) - set(follows.values()))
    return [list(_walk(start, follows)) for start in starts]


def _walk(start: int, follows: dict[int, int]) -> Sequence[int]:
    chain = [start]
    while chain[-1] in follows:
        chain.append(follows[chain[-1]])
    return chain


def vertical(boxes: Sequence[Box]) -> tuple[list[list[int]], list[list[int]]]:
    """For each box the nearest ones above it, of two that share some width only the nearer; and the inverse."""
    edges = Edges.of(boxes)
    by_bottom = np.argsort(-edges.bottom, kind="stable")
    above = [_nearest([int(i) for i in by_bottom[_is_above(edges, box)[by_bottom]]], boxes) for box in boxes]
    below: list[list[int]] = [[] for _ in boxes]
    for lower, uppers in enumerate(above):
        for upper in uppers:
            below[upper].append(lower)
    return above, below


def _nearest(candidates: Sequence[int], boxes: Sequence[Box]) -> list[int]:
    taken: list[int] = []
    for candidate in candidates:
        if all(shared_width(boxes[candidate], boxes[other]) <= 0 for other in taken):
            taken.append(candidate)
    return taken


def _is_above(edges: Edges, lower: Box) -> NDArray[np.bool_]:
    """For each box whether it stands above one, within reach."""
    slack = SLACK * np.minimum(edges.bottom - edges.top, lower.height)
    middle = (edges.top + edges.bottom) / 2
    shared = np.minimum(edges.right, lower.right) - np.maximum(edges.left, lower.left)
    is_above: NDArray[np.bool_] = (
        (middle < np.minimum(lower.top + slack, lower.middle))
        & (edges.bottom < lower.middle + slack)
        & (lower.top - edges.bottom <= REACH * lower.height)
        & (shared > slack)
    )
    return is_above


def _skew(polygons: Sequence[results.Polygon]) -> float:
    """Radians clockwise by which the page's lines lean: the median over lines weighted by their width."""
    weighed = sorted((math.atan2(b[1] - a[1], b[0] - a[0]), math.dist(a, b)) for a, b, *_ in polygons)
    lying = [(angle, width) for angle, width in weighed if abs(angle) <= _STEEPEST]
    half = sum(width for _, width in lying) / 2
    sums = itertools.accumulate(width for _, width in lying)
    return next((angle for (angle, _), total in zip(lying, sums, strict=True) if total >= half), 0.0)


def _box(polygon: results.Polygon, skew: float, sign: int) -> Box:
    cosine, sine = math.cos(skew), math.sin(skew)
    xs = [sign * (x * cosine + y * sine) for x, y in polygon]
    ys = [y * cosine - x * sine for x, y in polygon]
    return Box(min(xs), min(ys), max(xs), max(ys))
