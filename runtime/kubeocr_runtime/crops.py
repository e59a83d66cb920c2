"""Pictures of single lines, cut out of a page. Between `detection` and `recognition`."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import detection, tensors

# Something this much higher than wide is a line that runs up the page (PaddleX: crop_image_regions.py)
_UPRIGHT = 1.5


def cut_all(image: tensors.Image, quads: Iterable[NDArray[np.int32]]) -> list[tuple[NDArray[np.int32], tensors.Image]]:
    """Each quadrangle with its crop; those thinner than a pixel are left out."""
    pairs = ((quad, cut(image, quad)) for quad in quads)
    return [(quad, crop) for quad, crop in pairs if crop.size]


def cut(image: tensors.Image, quad: NDArray[np.int32]) -> tensors.Image:
    """The smallest rectangle around a quadrangle, turned level; a line that runs upwards is laid flat. May be empty."""
    corners, _ = detection.rectangle(quad)
    width, height = _longer(corners, (0, 1), (2, 3)), _longer(corners, (0, 3), (1, 2))
    if not width or not height:
        return np.empty((0, 0, 3), np.uint8)
    level = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, level)
    crop = cv2.warpPerspective(image, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    level_crop = np.asarray(crop, np.uint8)
    return np.rot90(level_crop) if height / width >= _UPRIGHT else level_crop


def frame(quad: NDArray[np.int32], *, flipped: bool = False) -> NDArray[np.float32]:
    """Where the corners of what `cut` gives are on the page, clockwise from its own top left.

    `flipped`: it was turned by 180 degrees afterwards.
    """
    corners, _ = detection.rectangle(quad)
    upwards = _longer(corners, (0, 3), (1, 2)) / max(_longer(corners, (0, 1), (2, 3)), 1) >= _UPRIGHT
    return np.roll(corners, -(upwards + 2 * flipped), axis=0)


def _longer(corners: NDArray[np.float32], *sides: tuple[int, int]) -> int:
    return int(max(np.linalg.norm(corners[a] - corners[b]) for a, b in sides))
