"""From a picture to what a model takes. Used by `detection`, `recognition` and `orientation`."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Height x width x 3, blue green red."""
Tensor = NDArray[np.float32]


@dataclasses.dataclass(frozen=True, slots=True)
class Normalisation:
    """`pixel * scale + shift`, a factor and a term a channel."""

    scale: tuple[float, ...]
    shift: tuple[float, ...]

    @classmethod
    def of(cls, mean: Sequence[float], deviation: Sequence[float]) -> "Normalisation":
        """For pixels 0 to 255 of which mean and deviation are told on a scale of 0 to 1."""
        return cls(tuple(1 / 255 / d for d in deviation), tuple(-m / d for m, d in zip(mean, deviation, strict=True)))

    def write(self, image: Image, into: Tensor) -> None:
        """Normalise a picture into a tensor of 3 x height x width, channels in the picture's order."""
        for channel, (scale, shift) in enumerate(zip(self.scale, self.shift, strict=True)):
            np.multiply(image[:, :, channel], np.float32(scale), out=into[channel], dtype=np.float32)
            into[channel] += np.float32(shift)


def resize(image: Image, size: tuple[int, int]) -> Image:
    """A picture in another (width, height), bilinear."""
    return np.asarray(cv2.resize(image, size), np.uint8)


def shrink(image: Image, size: tuple[int, int]) -> Image:
    """A picture in another (width, height); where that is smaller, a pixel is the mean of those that it takes the place of."""
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def step(description: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The arguments of a step of an inference.yml's PreProcess, empty where it has none. Raises `KeyError` for no such step."""
    steps: Iterable[Mapping[str, Any]] = description["PreProcess"]["transform_ops"]
    for each in steps:
        if name in each:
            return each[name] or {}
    raise KeyError(name)
