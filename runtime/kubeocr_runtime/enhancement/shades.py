"""A recipe applied to a page's picture: its shades, not its place. Pure; `enhancement` calls it.

In the order of the OCR server's table: grey, contrast, brightness, sharpness, blur, threshold, negative.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import tensors
from kubeocr_runtime.enhancement import recipes, tones

Picture = NDArray[np.uint8]
"""In grey: height x width; or in colours: height x width x 3."""
_SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], np.float64) / 13
"""Pillow's ImageFilter.SMOOTH, from and to which its ImageEnhance.Sharpness goes."""
_FLAT = 2
"""Axes of a picture in grey."""
_ITSELF = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], np.float64)


def apply(image: tensors.Image, recipe: recipes.Recipe) -> tensors.Image:
    """A new picture of the same size, or the same one where there is nothing to be done."""
    if not recipe.changes_shades:
        return image
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    histogram = np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256]), np.float64).ravel()
    toned = _bytes(cv2.LUT(grey if recipe.grayscale else image, tones.table(recipe, histogram)))
    drawn = _two_shades(_edges(toned, recipe), recipe.threshold)
    if recipe.invert:
        drawn = ~drawn
    return drawn if drawn.ndim == image.ndim else _bytes(cv2.cvtColor(drawn, cv2.COLOR_GRAY2BGR))


def _edges(picture: Picture, recipe: recipes.Recipe) -> Picture:
    if recipe.sharpness != 1:
        kernel = _SMOOTH + recipe.sharpness * (_ITSELF - _SMOOTH)
        picture = _bytes(cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE))
    if recipe.blur_radius:
        picture = _bytes(cv2.GaussianBlur(picture, (0, 0), recipe.blur_radius, borderType=cv2.BORDER_REPLICATE))
    return picture


def _two_shades(picture: Picture, threshold: int | None) -> Picture:
    if threshold is None:
        return picture
    grey = picture if picture.ndim == _FLAT else _bytes(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    return _bytes(cv2.threshold(grey, threshold - 1, 255, cv2.THRESH_BINARY)[1])


def _bytes(picture: object) -> Picture:
    """What OpenCV's stubs take for numbers of any kind."""
    return np.asarray(picture, np.uint8)
