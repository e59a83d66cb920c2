"""What the lines say: crops in, texts and confidences out.

Preparation and decoding follow PaddleX 3.7 (inference/models/text_recognition) in everything but this: PaddleX pads a crop to
the widest of its batch, which can change its text; here a crop is padded to the width of its own bucket, whoever shares its
batch.
"""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import bidi, engines, tensors

NARROWEST, WIDEST = 320, 3200  # pixels at the model's height; a wider line is squeezed
BUCKETS = ((640, 64), (1280, 128), (WIDEST, 256))
"""Up to which width a bucket is how wide: an engine prepares itself for each, in time and memory, and a wider line bears more
padding. With buckets of 32 throughout a page of 82 lines took as long and OpenVINO twice the memory (docs/PERFORMANCE.md)."""

Strip = tensors.Image
"""A line scaled to the model's height, at most WIDEST pixels wide."""
Key = tuple[str, bool]
"""A recogniser: its model's name, and whether it is the whole of it."""
Mark = tuple[float, float]
"""Where in its strip a character is seen, in pixels from the left, and its probability."""


class Text(NamedTuple):
    """What a line says."""

    text: str
    confidence: float
    """The mean of its characters' probabilities, 0 where there are none."""
    marks: tuple[Mark, ...] = ()
    """One a character of the text."""


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

    @property
    def budget(self) -> int:
        """Columns of a batch beyond which a larger one is no faster."""
        return self.engine.batch_pixels // self.parameters.height

    def scale(self, crop: tensors.Image) -> Strip:
        """A crop as `read` takes it."""
        return tensors.resize(crop, (natural_width(crop, self.parameters.height), self.parameters.height))

    def read(self, strips: Sequence[Strip]) -> list[Text]:
        """What strips of one bucket say, all in one batch."""
        width = bucket(strips[0])
        outputs = self.engine.infer(stack(strips, width))
        best, sure = outputs[::-1] if len(outputs) > 1 else choose(outputs[0], self.parameters.characters)
        return [self._written(text) for text in decode(best, sure, self.parameters.characters, width / best.shape[1])]

    def read_all(self, strips: Sequence[Strip]) -> list[Text]:
        """What strips of any widths say, in their order."""
        widths = [bucket(strip) for strip in strips]
        texts: dict[int, Text] = {}
        for batch in cut(widths, self.budget):
            texts.update(zip(batch, self.read([strips[i] for i in batch]), strict=True))
        return [texts[i] for i in range(len(strips))]

    def _written(self, text: Text) -> Text:
        if not self.right_to_left:
            return text
        return Text(bidi.logical(text.text), text.confidence, tuple(text.marks[i] for i in bidi.order(text.text)))


def natural_width(crop: tensors.Image, height: int) -> int:
    """A crop's width once it is `height` pixels high; PaddleX rounds those of up to `NARROWEST` up and all others down."""
    width = height * (int(crop.shape[1]) / int(crop.shape[0]))
    return min(math.ceil(width), max(int(width), NARROWEST), WIDEST)


def bucket(strip: Strip) -> int:
    """The width that a strip is padded to."""
    width = int(strip.shape[1])
    step = next(step for most, step in BUCKETS if width <= most)
    return min(max(NARROWEST, math.ceil(width / step) * step), WIDEST)


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


def stack(strips: Sequence[Strip], width: int) -> tensors.Tensor:
    """Count x 3 x height x width: pixels to -1..1, padded with zeros on the right."""
    batch = np.zeros((len(strips), 3, strips[0].shape[0], width), np.float32)
    for strip, into in zip(strips, batch, strict=True):
        into[:, :, : strip.shape[1]] = ((strip.transpose(2, 0, 1).astype(np.float32) / 255) - 0.5) / 0.5
    return batch


def choose(scores: NDArray[Any], characters: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The best character of each column and its probability, of scores: count x columns x characters.

    Raises `ValueError` where the dictionary is another model's.
    """
    if scores.shape[2] != len(characters):
        raise ValueError(f"the model has {scores.shape[2]} classes and its dictionary {len(characters)} characters")
    best = scores.argmax(axis=2)
    return best, np.take_along_axis(scores, best[:, :, None], axis=2)


def decode(best: NDArray[Any], sure: NDArray[Any], characters: Sequence[str], pitch: float = 1.0) -> list[Text]:
    """CTC, greedy: the best character of each column, repetitions once, blanks out; confidence is the mean of what is left.

    `best` and `sure` have a value a line and column: a character and its probability. A column is `pitch` pixels wide.
    """
    best, sure = (values.reshape(len(values), -1) for values in (best, sure))
    kept = best != 0
    kept[:, 1:] &= best[:, 1:] != best[:, :-1]
    middles = (np.arange(best.shape[1]) + 0.5) * pitch
    return [_line(b[k], s[k], middles[k], characters) for b, s, k in zip(best, sure, kept, strict=True)]


def _line(best: Any, sure: Any, middles: Any, characters: Sequence[str]) -> Text:
    pieces = [characters[i] for i in best]
    text, marks = "".join(pieces), tuple(zip(middles.tolist(), sure.tolist(), strict=True))
    if len(text) != len(pieces):  # a class of some dictionaries is a letter with its signs
        marks = tuple(mark for piece, mark in zip(pieces, marks, strict=True) for _ in piece)
    return Text(text, float(sure.mean()) if len(sure) else 0.0, marks)
