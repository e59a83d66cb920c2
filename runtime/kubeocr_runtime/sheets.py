"""The picture that is read, and where it lies on the page: each method does one thing to both. Pure.

`pipelines` turns and flattens a page, `enhancement` does the rest.
"""

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import orientation, placements, tensors
from kubeocr_runtime.documents import pages

_ROOM = 2.2
"""Times the pixels that a page had: limits are set for those."""
_BAND = 256
"""Rows that are flattened at once: where their pixels come from takes eight bytes each."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page on its way to being read."""

    image: tensors.Image
    placement: placements.Placement

    @classmethod
    def of(cls, image: tensors.Image) -> "Sheet":
        """A page as it came."""
        return cls(image, placements.Placement(_size(image)))

    def turned(self, angle: int) -> "Sheet":
        """Counter-clockwise by 0, 90, 180 or 270 degrees."""
        if not angle:
            return self
        step = placements.Turn(angle, _size(self.image))
        return Sheet(orientation.upright(self.image, angle), self.placement.then(step))

    def levelled(self, degrees: float) -> "Sheet":
        """Counter-clockwise by any degrees; the corners that are new have the colour of the page's edge."""
        step = placements.Slant(degrees, _size(self.image))
        matrix = step.matrix
        # OpenCV measures from the middle of the first pixel
        matrix[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
        paper = tuple(np.median(_edge(self.image), axis=0).tolist())
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        image = cv2.warpAffine(self.image, matrix, step.sheet, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=paper)
        return Sheet(np.asarray(image, np.uint8), self.placement.then(step))

    def has_room(self, degrees: float) -> bool:
        """Whether it is not made too large by levelling it, which takes twice the room at 45 degrees, and more of a strip."""
        width, height = placements.Slant(degrees, _size(self.image)).sheet
        return max(width, height) <= pages.SIDE and width * height <= _ROOM * self.image.shape[0] * self.image.shape[1]

    def flattened(self, grid: NDArray[np.float64]) -> "Sheet":
        """As `placements.Bend` has it."""
        step = placements.Bend(_size(self.image), grid)
        flat = np.empty_like(self.image)
        for top in range(0, flat.shape[0], _BAND):
            flat[top : top + _BAND] = _band(self.image, step, top)
        return Sheet(flat, self.placement.then(step))

    def with_shades(self, image: tensors.Image) -> "Sheet":
        """The same picture, otherwise drawn."""
        return Sheet(image, self.placement)


def _band(image: tensors.Image, step: placements.Bend, top: int) -> tensors.Image:
    width, height = step.size
    across, down = np.meshgrid(np.arange(width) + 0.5, np.arange(top, min(top + _BAND, height)) + 0.5)
    came = (step.back(np.stack([across, down], axis=-1)) - 0.5).astype(np.float32)
    band = cv2.remap(image, came[:, :, 0], came[:, :, 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(band, np.uint8)


def _edge(image: tensors.Image) -> NDArray[np.uint8]:
    """The pixels of its four sides, count x 3."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def _size(image: tensors.Image) -> placements.Size:
    height, width = image.shape[:2]
    return width, height
