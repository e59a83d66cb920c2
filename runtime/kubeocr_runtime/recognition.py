"""What the lines say: crops in, texts and confidences out.

Preparation and decoding follow PaddleX 3.7 (inference/models/text_recognition) in everything but this: PaddleX pads a crop to
the widest of its batch, which can change its text; here a crop is padded to the width of its own bucket, whoever shares its
batch.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kubeocr_runtime import bidi, engines, tensors

NARROWEST, WIDEST = 320, 3200  # pixels at the model's height; a wider line is squeezed
BUCKET = 32
# Pixels of one batch: eight crops of the narrowest bucket. A larger one is no faster on CPUs, and its scores are large: 75 kB
# for every eight columns of PP-OCRv6, which knows 18,710 characters.
BUDGET = 8 * 48 * NARROWEST


@dataclasses.dataclass(frozen=True, slots=True)
class Parameters:
    """What a recogniser's inference.yml tells."""

    height: int
    characters: tuple[str, ...]
    """What the model's classes stand for; the first is CTC's blank."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> "Parameters":
        """Raises `KeyError` where something is missing."""
        _, height, _ = tensors.step(description, "RecResizeImg")["image_shape"]
        return cls(int(height), ("", *map(str, description["PostProcess"]["character_dict"]), " "))


@dataclasses.dataclass(frozen=True, slots=True)
class Recogniser:
    """A loaded recogniser."""

    engine: engines.Engine
    parameters: Parameters
    right_to_left: bool = False
    """Whether its script is; see `bidi.logical`."""

    def read(self, crops: Sequence[tensors.Image]) -> list[tuple[str, float]]:
        """Text and confidence of each crop, in their order."""
        widths = [bucket(crop, self.parameters.height) for crop in crops]
        texts: dict[int, tuple[str, float]] = {}
        for batch in cut(widths, BUDGET // self.parameters.height):
            scores = self.engine.infer(prepare([crops[i] for i in batch], self.parameters.height, widths[batch[0]]))
            texts.update(zip(batch, decode(scores, self.parameters.characters), strict=True))
        return [self._written(*texts[i]) for i in range(len(crops))]

    def _written(self, text: str, confidence: float) -> tuple[str, float]:
        return (bidi.logical(text) if self.right_to_left else text), confidence


def natural_width(crop: tensors.Image, height: int) -> int:
    """A crop's width once it is `height` pixels high; PaddleX rounds those of up to `NARROWEST` up and all others down."""
    width = height * (int(crop.shape[1]) / int(crop.shape[0]))
    return min(math.ceil(width), max(int(width), NARROWEST), WIDEST)


def bucket(crop: tensors.Image, height: int) -> int:
    """The width that a crop is padded to."""
    return max(NARROWEST, math.ceil(natural_width(crop, height) / BUCKET) * BUCKET)


def cut(widths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Batches of indices of the same width, narrow ones first, with at most `budget` columns each but at least one crop."""
    batch: list[int] = []
    for index in sorted(range(len(widths)), key=widths.__getitem__):
        width = widths[index]
        if batch and (widths[batch[0]] != width or (len(batch) + 1) * width > budget):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def prepare(crops: Sequence[tensors.Image], height: int, width: int) -> tensors.Tensor:
    """Crops scaled to `height`, pixels to -1..1, padded with zeros on the right to `width`."""
    batch = np.zeros((len(crops), 3, height, width), np.float32)
    for crop, into in zip(crops, batch, strict=True):
        taken = natural_width(crop, height)
        resized = tensors.resize(crop, (taken, height))
        into[:, :, :taken] = ((resized.transpose(2, 0, 1).astype(np.float32) / 255) - 0.5) / 0.5
    return batch


def decode(scores: tensors.Tensor, characters: Sequence[str]) -> list[tuple[str, float]]:
    """CTC, greedy: the best character of each column, repetitions once, blanks out; confidence is the mean of what is left.

    `scores`: count x columns x characters, probabilities. Raises `ValueError` where the dictionary is another model's.
    """
    if scores.shape[2] != len(characters):
        raise ValueError(f"the model has {scores.shape[2]} classes and its dictionary {len(characters)} characters")
    best = scores.argmax(axis=2)
    sure = np.take_along_axis(scores, best[:, :, None], axis=2)[:, :, 0]
    kept = best != 0
    kept[:, 1:] &= best[:, 1:] != best[:, :-1]
    return [_line(b[k], s[k], characters) for b, s, k in zip(best, sure, kept, strict=True)]


def _line(best: Any, sure: Any, characters: Sequence[str]) -> tuple[str, float]:
    return "".join(characters[i] for i in best), float(sure.mean()) if len(sure) else 0.0
