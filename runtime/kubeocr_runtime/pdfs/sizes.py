"""How large a page of a PDF is as a picture. Pure."""

import dataclasses
import math

DPI = 200
_POINTS_PER_INCH = 72
_LEAST_POINTS = 1e-6


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """What no rendered page may be larger than."""

    area: int
    """Pixels."""
    side: int
    """Pixels."""


def pixels(points: tuple[float, float], bounds: Bounds) -> tuple[int, int]:
    """(width, height) of a page of so many points at `DPI`, or at less where that is more than the bounds."""
    width, height = (max(side, _LEAST_POINTS) for side in points)
    most = min(bounds.area / (width * height), (bounds.side / max(width, height)) ** 2)
    scale = min(DPI / _POINTS_PER_INCH, math.sqrt(most))
    return min(math.ceil(width * scale), bounds.side), min(math.ceil(height * scale), bounds.side)
