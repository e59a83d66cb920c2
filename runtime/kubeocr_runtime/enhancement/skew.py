"""By how much a page was put in at a slant, from the lines that were found on it. Pure; `enhancement` calls it."""

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import detection

LEAST = 0.1
"""Degrees that are worth it: over 2000 pixels they are 3, and no turned picture is as sharp as the one before."""
SEEN = 5.0
"""Degrees from which on a page is levelled unasked. Up to 20, lines are cut out level and read in their order anyway, and the
sharpness that is lost cost a spoilt page at 2 degrees up to a quarter of a per cent of its characters."""
_LONG = 3.0
"""A line so many times longer than high tells its direction."""
_QUARTER = 90.0

Vectors = NDArray[np.float64]
"""Count x (x, y)."""


def degrees(quads: detection.Quads) -> float:
    """The turn, counter-clockwise, that levels most of the text: -45 to 45, and 0 where no line is long enough to tell.

    The median of the lines' directions, each as weighty as it is long. One that runs up the page tells as much as one that runs
    across.
    """
    sides = _longer_sides(np.asarray(quads, np.float64))
    if not len(sides):
        return 0.0
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    angles = np.degrees(np.arctan2(sides[:, 1], sides[:, 0]))
    # told from the longest: about 45 degrees, half of the lines would be on the other side of a quarter
    longest = angles[lengths.argmax()]
    return float(_within_a_quarter(longest + _median(_within_a_quarter(angles - longest), lengths)))


def _longer_sides(quads: Vectors) -> Vectors:
    """From end to end of those that are long enough, half way down."""
    across = (quads[:, 1] + quads[:, 2] - quads[:, 0] - quads[:, 3]) / 2
    down = (quads[:, 2] + quads[:, 3] - quads[:, 0] - quads[:, 1]) / 2
    width, height = np.hypot(across[:, 0], across[:, 1]), np.hypot(down[:, 0], down[:, 1])
    longer = np.where((width >= height)[:, None], across, down)
    return np.asarray(longer[np.maximum(width, height) >= _LONG * np.minimum(width, height)], np.float64)


def _within_a_quarter(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same directions but for quarter turns, -45 to 45."""
    return (angles + _QUARTER / 2) % _QUARTER - _QUARTER / 2


def _median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    half = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
    return float(values[order[half]])
