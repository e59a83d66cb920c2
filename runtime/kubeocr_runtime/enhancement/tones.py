"""What is done to each pixel alone, worked out on the 256 shades and looked up for the pixels. Pure; `shades` comes here.

Brightness and contrast are Pillow's (ImageEnhance), whose names the OCR server's parameters have.
"""

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime.enhancement import recipes

_OUTLIERS = 0.001
"""Part of the pixels, at either end, that may be specks; on a page with one line of text three times as many are letters."""
_FLAT = 8
"""Shades between the darkest and the lightest that are paper and noise: spread, they would look like letters."""

Table = NDArray[np.uint8]
"""Of 256: what each shade becomes."""


def table(recipe: recipes.Recipe, histogram: NDArray[np.float64]) -> Table:
    """For a picture whose pixels are of so many of each shade."""
    levels = np.arange(256, dtype=np.float64)
    if recipe.auto_contrast:
        levels = _spread(levels, histogram)
    levels = np.clip(levels * recipe.brightness, 0, 255)
    mean = np.rint(levels @ histogram / histogram.sum())
    levels = np.clip(mean + (levels - mean) * recipe.contrast, 0, 255)
    return np.asarray(np.rint(levels), np.uint8)


def _spread(levels: NDArray[np.float64], histogram: NDArray[np.float64]) -> NDArray[np.float64]:
    """From black to white; what is nearly of one shade stays."""
    seen = np.cumsum(histogram) / histogram.sum()
    darkest = int(np.searchsorted(seen, _OUTLIERS, side="right"))
    lightest = int(np.searchsorted(seen, 1 - _OUTLIERS))
    if lightest - darkest < _FLAT:
        return levels
    return np.clip((levels - darkest) * 255 / (lightest - darkest), 0, 255)
