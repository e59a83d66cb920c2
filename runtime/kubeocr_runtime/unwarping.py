"""Bent pages made flat: where the points of the flat page are on the bent one. `pipelines` asks; the model is UVDoc.

Preparation follows the model's own demonstration (https://github.com/tanguymagne/UVDoc). Its answer is a grid of points; where
the official export answers with the flat picture, `grids` has it tell the grid that it took its pixels by, so that boxes find
their way back.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import engines, tensors

_SIZE = (488, 712)
"""(width, height) in pixels, to which UVDoc scales every page itself where it is given another."""


@dataclasses.dataclass(frozen=True, slots=True)
class Parameters:
    """What its inference.yml tells."""

    red_first: bool
    """The order of its channels."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> "Parameters":
        """Raises `KeyError` where something is missing."""
        return cls(tensors.step(description, "DecodeImage").get("img_mode", "BGR") == "RGB")


@dataclasses.dataclass(frozen=True, slots=True)
class Flattener:
    """A loaded model."""

    engine: engines.Engine
    parameters: Parameters

    def grid(self, image: tensors.Image) -> NDArray[np.float64]:
        """As `placements.Bend` has it."""
        small = tensors.shrink(image, _SIZE)[:, :, :: -1 if self.parameters.red_first else 1]
        batch = np.ascontiguousarray(small.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
        (points, *_) = self.engine.infer(batch)
        return spread(np.asarray(points[0], np.float64), (image.shape[1], image.shape[0]))


def spread(points: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float64]:
    """A grid of points from -1 to 1, either coordinate first or last, as rows x columns x (x, y) in pixels of `size`."""
    last = points if points.shape[-1] == 2 else points.transpose(1, 2, 0)
    return (last + 1) / 2 * np.array(size, np.float64)
