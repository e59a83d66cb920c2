"""Where the lines of a page are: a detector's probability map, and quadrangles around what it marks.

The method is Differentiable Binarization (https://arxiv.org/abs/1911.08947); sizes, thresholds and roundings follow PaddleX 3.7
(inference/models/text_detection, configs/pipelines/OCR.yaml), so that boxes equal those of PaddleOCR's own pipeline.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pyclipper
from numpy.typing import NDArray

from kubeocr_runtime import engines, tensors

Quads = NDArray[np.int32]
"""Count x 4 corners x (x, y), clockwise from the top left, in pixels of the picture."""

# PaddleOCR's pipeline gives its detectors these, not the `resize_long: 960` of their inference.yml: pages are read at full size
SHORTEST_SIDE, LONGEST_SIDE = 64, 4000
_STRIDE = 32
_STRIDES = ((128, 32), (640, 64), (LONGEST_SIDE, 128))
"""Up to which side a multiple of what, where we are free to choose."""
_CANVAS = 320
"""Of large pages: an engine prepares itself for a size in half a second and with a hundred megabytes."""
# Lines lower than this many pixels of a page that was scaled down are missed or found wrong (docs/PERFORMANCE.md); a second
# look makes them as high as the other number
_LOWEST, _READABLE = 12, 18
# A picture so much high or less is a line or two: at the other height they are as high as need be. Half of the time of a short
# line would go into finding it; where another line was too small to be found, something is to be seen outside of those found
_STRIP, _STRIP_SEEN = 96, 32
_BARE = 0.3
"""Contrast outside the lines that is none, as a part of the picture's."""
_LEAST_SIDE = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Parameters:
    """What a detector's inference.yml tells."""

    normalisation: tensors.Normalisation
    threshold: float
    """A pixel belongs to text from this probability on."""
    box_threshold: float
    """Least mean probability of a box."""
    unclip: float
    """The map marks text thinner than it is; a box grows by area * unclip / perimeter."""
    candidates: int

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> "Parameters":
        """Raises `KeyError` where something is missing."""
        normalise = tensors.step(description, "NormalizeImage")
        post = description["PostProcess"]
        return cls(
            tensors.Normalisation.of(normalise["mean"], normalise["std"]),
            float(post["thresh"]),
            float(post["box_thresh"]),
            float(post["unclip_ratio"]),
            int(post.get("max_candidates", 1000)),
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What a detector sees on a picture."""

    quads: Quads
    """The boxes of its lines, in no particular order."""
    text: float
    """The part of it that is text, 0 to 1: each pixel of text counts as much as the detector is sure of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Detector:
    """A loaded detector."""

    engine: engines.Engine
    parameters: Parameters
    side: int = LONGEST_SIDE
    """Longest side that a page is scaled down to, unless its lines are too small for that."""

    def find(self, image: tensors.Image) -> Quads:
        """The boxes of a picture's lines, in no particular order."""
        return self.look(image).quads

    def look(self, image: tensors.Image) -> Marks:
        """Likewise, and how much of the picture they are."""
        page = image.shape[1], image.shape[0]
        first = first_look(page, self.side)
        found = self._look(image, first)
        side = second_look(found.quads, page, first)
        if not side and first < min(self.side, max(page)) and not is_bare(image, found.quads):
            side = self.side
        return self._look(image, side) if side else found

    def _look(self, image: tensors.Image, side: int) -> Marks:
        batch, (width, height) = prepare(image, self.parameters.normalisation, side)
        heat = np.asarray(self.engine.infer(batch)[0][0, 0, :height, :width], np.float32)
        quads = boxes(heat, (image.shape[1], image.shape[0]), self.parameters)
        return Marks(quads, float(heat[heat > self.parameters.threshold].sum()) / heat.size)


def first_look(page: tuple[int, int], side: int) -> int:
    """The longest side at which a page of (width, height) is to be looked at where at most `side` is allowed.

    PaddleOCR's own sizes are kept to where it is asked for (`LONGEST_SIDE`).
    """
    if side == LONGEST_SIDE or min(page) > _STRIP:
        return side
    return min(side, math.ceil(max(page) * _STRIP_SEEN / min(page)))


def is_bare(image: tensors.Image, found: Quads) -> bool:
    """Whether there is nothing to be seen on a picture outside of what was found."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    outside = np.full(grey.shape, 255, np.uint8)
    cv2.fillPoly(outside, [*found], 0)
    darkest, lightest, _, _ = cv2.minMaxLoc(grey, outside)
    return bool(lightest - darkest <= _BARE * (int(grey.max()) - int(grey.min())))


def second_look(found: Quads, page: tuple[int, int], side: int) -> int:
    """The longest side at which a page of (width, height) is to be looked at again; 0 where the first look at `side` will do.

    Where lines were too small to be found well, or too small to be found at all.
    """
    longest = min(max(page), LONGEST_SIDE)
    if side >= longest:
        return 0
    if not len(found):
        return longest
    lowest = float(np.quantile(_heights(found), 0.1, method="lower")) * side / max(page)
    return min(longest, math.ceil(side * _READABLE / max(lowest, 1))) if lowest < _LOWEST else 0


def _heights(quads: Quads) -> NDArray[np.float64]:
    """The shorter side of each, in pixels."""
    sides = np.linalg.norm(quads - np.roll(quads, 1, axis=1), axis=2)
    return np.asarray(sides.min(axis=1), np.float64)


def prepare(
    image: tensors.Image, normalisation: tensors.Normalisation, side: int = LONGEST_SIDE
) -> tuple[tensors.Tensor, tuple[int, int]]:
    """1 x 3 x height x width as the detector is given it, and the part from the top left that is the page: (width, height)."""
    height, width = image.shape[:2]
    padded = _pad(image) if height + width < 64 else image
    size = input_size(padded.shape[1], padded.shape[0], side)
    # PaddleOCR takes the nearest four pixels, which loses thin strokes where a page gets much smaller
    scale = tensors.resize if side == LONGEST_SIDE else tensors.shrink
    resized = padded if size == (padded.shape[1], padded.shape[0]) else scale(padded, size)
    right, bottom = canvas(size, side)
    batch = np.empty((1, 3, bottom, right), np.float32)
    normalisation.write(resized, batch[0, :, : size[1], : size[0]])
    # the page's last pixels go on to the canvas' edge: no line ends where the page does
    batch[:, :, : size[1], size[0] :] = batch[:, :, : size[1], size[0] - 1 : size[0]]
    batch[:, :, size[1] :] = batch[:, :, size[1] - 1 : size[1]]
    return batch, size


def input_size(width: int, height: int, side: int = LONGEST_SIDE) -> tuple[int, int]:
    """(width, height) that a page is scaled to: sides of 64 to `side` as far as the ratio allows.

    Each is a multiple of 32; where we are free to choose, of more for small pictures, since crops of lines are of any size, and
    of nothing for large ones, which `canvas` makes up for.
    """
    short, long = min(width, height), max(width, height)
    ratio = SHORTEST_SIDE / short if short < SHORTEST_SIDE else 1.0
    sides = int(width * ratio), int(height * ratio)
    if int(long * ratio) > side:
        shrink = side / max(sides)
        sides = int(sides[0] * shrink), int(sides[1] * shrink)
    if side == LONGEST_SIDE:
        return _to_stride(sides[0], _STRIDE), _to_stride(sides[1], _STRIDE)
    if sides[0] * sides[1] >= engines.LARGE:
        return sides
    return _to_stride(sides[0], _stride(sides[0])), _to_stride(sides[1], _stride(sides[1]))


def canvas(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(width, height) that a page scaled to a size is laid on."""
    if side == LONGEST_SIDE or size[0] * size[1] < engines.LARGE:
        return size
    return _up(size[0], _CANVAS), _up(size[1], _CANVAS)


def boxes(heat: tensors.Tensor, page: tuple[int, int], parameters: Parameters) -> Quads:
    """Boxes around what a probability map (height x width) marks, scaled to a page of (width, height)."""
    mask = (heat > parameters.threshold).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = [box for box in (_box(heat, c, parameters) for c in contours[: parameters.candidates]) if box is not None]
    if not found:
        return np.empty((0, 4, 2), np.int32)
    scale = np.array([page[0] / heat.shape[1], page[1] / heat.shape[0]])
    return np.clip(np.rint(np.stack(found) * scale.astype(np.float32)), 0, page).astype(np.int32)


def rectangle(points: NDArray[Any]) -> tuple[NDArray[np.float32], float]:
    """Corners of the smallest rectangle around some points, clockwise from the top left, and its shorter side."""
    rect = cv2.minAreaRect(points)
    left = sorted(cv2.boxPoints(rect).tolist())
    (top_left, bottom_left), (top_right, bottom_right) = (sorted(pair, key=lambda p: p[1]) for pair in (left[:2], left[2:]))
    return np.array([top_left, top_right, bottom_right, bottom_left], np.float32), min(rect[1])


def _box(heat: tensors.Tensor, contour: NDArray[Any], parameters: Parameters) -> NDArray[np.float32] | None:
    corners, side = rectangle(contour)
    if side < _LEAST_SIDE or _mean(heat, corners) < parameters.box_threshold:
        return None
    grown, side = rectangle(_grow(corners, parameters.unclip))
    return None if side < _LEAST_SIDE + 2 else grown


def _mean(heat: tensors.Tensor, corners: NDArray[np.float32]) -> float:
    """Mean probability inside a rectangle."""
    most = np.array([heat.shape[1] - 1, heat.shape[0] - 1])
    (left, top) = np.clip(np.floor(corners.min(axis=0)), 0, most).astype(int)
    (right, bottom) = np.clip(np.ceil(corners.max(axis=0)), 0, most).astype(int)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(heat[top : bottom + 1, left : right + 1], mask)[0])


def _grow(corners: NDArray[np.float32], unclip: float) -> NDArray[np.int32]:
    distance = cv2.contourArea(corners) * unclip / cv2.arcLength(corners, closed=True)
    offset = pyclipper.PyclipperOffset()
    offset.AddPath(corners, pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
    return np.array(offset.Execute(distance)[0], np.int32)


def _pad(image: tensors.Image) -> tensors.Image:
    height, width = image.shape[:2]
    padded = np.zeros((max(32, height), max(32, width), 3), np.uint8)
    padded[:height, :width] = image
    return padded


def _stride(side: int) -> int:
    return next(stride for most, stride in _STRIDES if side <= most)


def _up(side: int, stride: int) -> int:
    return -(-side // stride) * stride


def _to_stride(side: int, stride: int) -> int:
    return max(round(side / stride) * stride, stride)
