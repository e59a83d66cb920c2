"""Which way up a page or a line is, and pages turned upright.

Preparation follows PaddleX 3.7 (inference/models/image_classification).
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kubeocr_runtime import engines, tensors

BATCH = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Parameters:
    """What an orientation model's inference.yml tells."""

    normalisation: tensors.Normalisation
    angles: tuple[int, ...]
    """Degrees of the model's classes."""
    size: tuple[int, int]
    """(width, height) of the model's input."""
    shortest: int | None
    """The shorter side before the middle is cut out; None where a picture is squeezed to `size`."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> "Parameters":
        """Raises `KeyError` where something is missing."""
        normalise = tensors.step(description, "NormalizeImage")
        resize = tensors.step(description, "ResizeImage")
        shortest = resize.get("resize_short")
        side = int(tensors.step(description, "CropImage")["size"]) if shortest else 0
        width, height = (side, side) if shortest else resize["size"]
        return cls(
            tensors.Normalisation.of(normalise["mean"], normalise["std"]),
            tuple(int(re.sub(r"\D", "", str(label))) for label in description["PostProcess"]["Topk"]["label_list"]),
            (int(width), int(height)),
            shortest,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Classifier:
    """A loaded orientation model."""

    engine: engines.Engine
    parameters: Parameters

    def angles(self, images: Sequence[tensors.Image]) -> list[int]:
        """Degrees counter-clockwise by which each picture has to be turned to stand upright."""
        starts = range(0, len(images), BATCH)
        return [angle for start in starts for angle in self._batch(images[start : start + BATCH])]

    def _batch(self, images: Sequence[tensors.Image]) -> list[int]:
        (scores,) = self.engine.infer(np.stack([prepare(image, self.parameters) for image in images]))
        return [self.parameters.angles[best] for best in np.argmax(scores, axis=1)]


def prepare(image: tensors.Image, parameters: Parameters) -> tensors.Tensor:
    """3 x height x width, red green blue."""
    sized = _middle(image, parameters) if parameters.shortest else tensors.resize(image, parameters.size)
    tensor = np.empty((3, parameters.size[1], parameters.size[0]), np.float32)
    parameters.normalisation.write(sized[:, :, ::-1], tensor)
    return tensor


def upright(image: tensors.Image, angle: int) -> tensors.Image:
    """A picture turned counter-clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, angle // 90)) if angle else image


def _middle(image: tensors.Image, parameters: Parameters) -> tensors.Image:
    """The middle of a picture that was scaled to the shortest side."""
    scale = (parameters.shortest or 0) / min(image.shape[:2])
    resized = tensors.resize(image, (round(image.shape[1] * scale), round(image.shape[0] * scale)))
    width, height = parameters.size
    top, left = (resized.shape[0] - height) // 2, (resized.shape[1] - width) // 2
    return resized[top : top + height, left : left + width]
