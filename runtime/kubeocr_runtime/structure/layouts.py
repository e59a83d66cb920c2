"""Where a page's regions are, and what each is.

Sizes, thresholds and what is kept of boxes that overlap follow PaddleX 3.7 (inference/models/object_detection,
configs/pipelines/PP-StructureV3.yaml, pipelines/layout_parsing), so that regions equal those of PP-StructureV3.
"""

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from kubeocr_runtime import engines, graphs, structure, tensors
from kubeocr_runtime.reading.boxes import Box

Rows = NDArray[np.float64]
"""Count x (class, score, left, top, right, bottom)."""
# PP-StructureV3's, by a class's number whatever a model calls it
_THRESHOLDS = {0: 0.3, 2: 0.4, 7: 0.3, 15: 0.45}
_THRESHOLD = 0.5
_SWALLOWING = (0, 1, 7, 16)
"""Classes whose boxes swallow those inside them."""
_SWALLOWED = 0.9  # of a box's area
_SAME, _OTHER = 0.6, 0.98
"""Boxes of one class, or of two, that are so much the same are one."""
_COVERED = 0.5
"""Of two regions that share so much of the smaller one, one goes."""
# Pictures that are nearly the whole page are the page
_WIDE_PAGE, _HIGH_PAGE = 0.82, 0.93
# PicoDet (https://arxiv.org/abs/2111.00902): what PaddleDetection's export leaves to whoever runs the raw model
_STRIDES = (8, 16, 32, 64)
_RAW_SCORE, _RAW_OVERLAP, _RAW_MOST = 0.3, 0.5, 100


@dataclasses.dataclass(frozen=True, slots=True)
class Parameters:
    """What a layout model's inference.yml tells."""

    normalisation: tensors.Normalisation
    size: tuple[int, int]
    """(width, height) of the model's input."""
    labels: tuple[str, ...]
    """Of the model's classes."""
    interpolation: int
    """OpenCV's number."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> "Parameters":
        """Raises `KeyError` where something is missing."""
        steps = {step["type"]: step for step in description["Preprocess"]}
        height, width = steps["Resize"]["target_size"]
        normalise = steps["NormalizeImage"]
        # PP-DocLayout's take pixels of 0 to 1 as they are
        known = normalise.get("norm_type") != "none" and "mean" in normalise
        mean, deviation = (normalise["mean"], normalise["std"]) if known else ([0.0] * 3, [1.0] * 3)
        return cls(
            tensors.Normalisation.of(mean, deviation),
            (int(width), int(height)),
            tuple(map(str, description["label_list"])),
            int(steps["Resize"].get("interp", cv2.INTER_CUBIC)),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Finder:
    """A loaded layout model."""

    engine: engines.Engine
    parameters: Parameters

    def find(self, image: tensors.Image) -> tuple[structure.Region, ...]:
        """The regions of a page that stands upright, in no particular order."""
        outputs = self.engine.infer(prepare(image, self.parameters))
        page = image.shape[1], image.shape[0]
        rows = decoded(outputs, self.parameters.size)
        rows[:, 2:] = rows[:, 2:] * np.tile(page, 2) / np.tile(self.parameters.size, 2)
        return regions(rows, page, self.parameters.labels)


def self_contained(model: bytes, size: tuple[int, int]) -> bytes:
    """A model that takes a picture of (width, height) and nothing else: what PaddleDetection's exports are told beside it, the
    picture's size and scale, is written into the graph, so that boxes are in the picture's own pixels.

    Raises `graphs.Unsuited` for a model that wants other things.
    """
    parsed = graphs.parse(model)
    graph = parsed.graph
    told = {"im_shape": [[size[1], size[0]]], "scale_factor": [[1, 1]]}
    constants = {tensor.name for tensor in graph.initializer}
    asked = [each for each in graph.input if each.name not in constants]
    pictures = [each for each in asked if each.name not in told]
    if len(pictures) != 1:
        raise graphs.Unsuited(f"it takes {', '.join(each.name for each in asked)}")
    for each in asked:
        if each.name in told:
            graph.input.remove(each)
            graph.initializer.append(numpy_helper.from_array(np.array(told[each.name], np.float32), each.name))
    written: bytes = parsed.SerializeToString()
    onnx.checker.check_model(parsed)
    return written


def prepare(image: tensors.Image, parameters: Parameters) -> tensors.Tensor:
    """1 x 3 x height x width, red green blue."""
    sized = cv2.resize(image, parameters.size, interpolation=parameters.interpolation)
    batch = np.empty((1, 3, parameters.size[1], parameters.size[0]), np.float32)
    parameters.normalisation.write(np.asarray(sized, np.uint8)[:, :, ::-1], batch[0])
    return batch


def decoded(outputs: Sequence[NDArray[Any]], size: tuple[int, int]) -> Rows:
    """What a model's outputs say, in pixels of its input: rows as they are, or the raw heads of PicoDet.

    Raises `ValueError` for outputs that are neither.
    """
    first = np.asarray(outputs[0], np.float64)
    if first.ndim == 2 and first.shape[1] >= 6:
        return first[:, :6].copy()
    if len(outputs) != 2 * len(_STRIDES):
        raise ValueError(f"a layout model has rows of six numbers or {2 * len(_STRIDES)} heads, not {first.shape}")
    scores = np.concatenate([np.asarray(output[0], np.float64) for output in outputs[: len(_STRIDES)]])
    # next to none of the ten thousand cells: to unroll them all took longer than what follows
    likely = np.flatnonzero((scores > _RAW_SCORE).any(axis=1))
    raw = np.concatenate([output[0] for output in outputs[len(_STRIDES) :]])
    return _best_of_each(scores[likely], _unrolled(raw[likely], _cells(size)[likely]))


def regions(rows: Rows, page: tuple[int, int], labels: Sequence[str]) -> tuple[structure.Region, ...]:
    """What is left of a model's boxes on a page of (width, height), each thing once."""
    sure = rows[rows[:, 1] > np.array([_THRESHOLDS.get(int(number), _THRESHOLD) for number in rows[:, 0]])]
    kept = _unswallowed(_not_the_page(sure[_distinct(sure)], page, labels))
    found = [_region(row, page, labels) for row in kept]
    return _uncovered([region for region in found if region.box.width > 0 and region.box.height > 0])


@functools.cache
def _cells(size: tuple[int, int]) -> NDArray[np.float64]:
    """Of all levels together: the middle of each cell in pixels of the input, and the pixels between it and the next."""
    return np.concatenate([_level(stride, size) for stride in _STRIDES])


def _level(stride: int, size: tuple[int, int]) -> NDArray[np.float64]:
    columns, rows = (math.ceil(side / stride) for side in size)
    ys, xs = np.mgrid[:rows, :columns]
    middles = (np.stack([xs, ys], axis=-1).reshape(-1, 2) + 0.5) * stride
    return np.column_stack([middles, np.full(len(middles), float(stride))])


def _unrolled(heads: NDArray[Any], cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """The boxes of some cells: four distances from the middle of each, each the mean of a distribution over whole numbers."""
    raw = np.asarray(heads, np.float64).reshape(len(cells), 4, heads.shape[1] // 4)
    weights = np.exp(raw - raw.max(axis=2, keepdims=True))
    distances = (weights @ np.arange(raw.shape[2])) / weights.sum(axis=2) * cells[:, 2:]
    return np.concatenate([cells[:, :2] - distances[:, :2], cells[:, :2] + distances[:, 2:]], axis=1)


def _best_of_each(scores: NDArray[np.float64], boxes: NDArray[np.float64]) -> Rows:
    """The boxes of each class that stand out among those that overlap."""
    found: list[Rows] = []
    for number in range(scores.shape[1]):
        likely = np.flatnonzero(scores[:, number] > _RAW_SCORE)
        likely = likely[np.argsort(-scores[likely, number], kind="stable")]
        rows = np.column_stack([np.full(len(likely), float(number)), scores[likely, number], boxes[likely]])
        found.append(rows[_standing_out(rows, _RAW_OVERLAP, _RAW_OVERLAP, 0)][:_RAW_MOST])
    return np.concatenate(found)


def _standing_out(rows: Rows, same: float, other: float, pixel: int) -> list[int]:
    """Indices of rows, best first, that no better one is the same as; `pixel` is what a box's last pixel adds to its side."""
    left = [int(index) for index in np.argsort(-rows[:, 1], kind="stable")]
    kept: list[int] = []
    while left:
        best, *rest = left
        kept.append(best)
        alike = _alike(rows[best], rows[rest], pixel)
        limits = np.where(rows[rest, 0] == rows[best, 0], same, other)
        left = [index for index, is_far in zip(rest, alike < limits, strict=True) if is_far]
    return kept


def _distinct(rows: Rows) -> list[int]:
    return _standing_out(rows, _SAME, _OTHER, 1)


def _alike(row: NDArray[np.float64], others: Rows, pixel: int) -> NDArray[np.float64]:
    """Shared area over joint area."""
    corner = np.minimum(row[4:], others[:, 4:]) - np.maximum(row[2:4], others[:, 2:4]) + pixel
    shared = np.prod(np.maximum(corner, 0), axis=1)
    areas = np.prod(others[:, 4:] - others[:, 2:4] + pixel, axis=1) + np.prod(row[4:] - row[2:4] + pixel)
    return np.asarray(shared / np.maximum(areas - shared, 1e-9), np.float64)


def _not_the_page(rows: Rows, page: tuple[int, int], labels: Sequence[str]) -> Rows:
    """Without pictures that are all of the page, unless they are all that there is."""
    if len(rows) < 2 or "image" not in labels:
        return rows
    clipped = np.clip(rows[:, 2:], 0, np.tile(page, 2))
    share = np.prod(clipped[:, 2:] - clipped[:, :2], axis=1) / (page[0] * page[1])
    most = _WIDE_PAGE if page[0] > page[1] else _HIGH_PAGE
    kept = rows[(rows[:, 0] != labels.index("image")) | (share <= most)]
    return kept if len(kept) else rows


def _unswallowed(rows: Rows) -> Rows:
    swallowing = rows[np.isin(rows[:, 0], _SWALLOWING)]
    return rows[[not any(_is_inside(row, other) for other in swallowing) for row in rows]]


def _is_inside(row: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    a, b = Box(*row[2:]), Box(*other[2:])
    return row is not other and not np.array_equal(row, other) and structure.inside(a, b) >= _SWALLOWED * structure.area(a)


def _region(row: NDArray[np.float64], page: tuple[int, int], labels: Sequence[str]) -> structure.Region:
    left, top, right, bottom = (float(x) for x in np.clip(row[2:], 0, np.tile(page, 2)))
    return structure.Region(labels[int(row[0])], Box(left, top, right, bottom), float(row[1]))


def _uncovered(found: list[structure.Region]) -> tuple[structure.Region, ...]:
    """Of two that overlap: a picture goes before anything else, otherwise the smaller one goes."""
    dropped: set[int] = set()
    for i, a in enumerate(found):
        for j, b in enumerate(found[i + 1 :], i + 1):
            smaller = min(structure.area(a.box), structure.area(b.box))
            if not {i, j} & dropped and structure.inside(a.box, b.box) > _COVERED * smaller:
                pictures = (a.label == "image", b.label == "image")
                first_goes = pictures[0] if pictures[0] != pictures[1] else structure.area(a.box) <= structure.area(b.box)
                dropped.add(i if first_goes else j)
    return tuple(region for index, region in enumerate(found) if index not in dropped)
