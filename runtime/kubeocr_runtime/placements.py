"""Where the picture that is read lies on the page as it came: the way back of every box. Pure; `sheets` makes it.

Points are measured from the outer corner of the first pixel: a page's last pixel ends at its width and height.
"""

import dataclasses
import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import results

Points = NDArray[np.float64]
"""Any shape whose last axis is x and y."""
Size = tuple[int, int]
"""Width and height in pixels."""


class Step(Protocol):
    """One thing that was done to a picture."""

    def back(self, points: Points) -> Points:
        """Points of what came of it, on the picture that it was done to."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """Turned counter-clockwise by 0, 90, 180 or 270 degrees."""

    angle: int
    size: Size
    """Before."""

    def back(self, points: Points) -> Points:
        width, height = self.size
        x, y = points[..., 0], points[..., 1]
        turned = {0: (x, y), 90: (width - y, x), 180: (width - x, height - y), 270: (y, height - x)}[self.angle]
        return np.stack(turned, axis=-1)


@dataclasses.dataclass(frozen=True, slots=True)
class Slant:
    """Turned counter-clockwise by any degrees about its middle, onto a sheet that has room for all of it."""

    degrees: float
    size: Size
    """Before."""

    @property
    def sheet(self) -> Size:
        """After."""
        width, height = self.size
        cosine, sine = self._direction
        return math.ceil(width * cosine + height * abs(sine)), math.ceil(width * abs(sine) + height * cosine)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """2 x 3, from the sheet to the picture before."""
        cosine, sine = self._direction
        turn = np.array([[cosine, -sine], [sine, cosine]])
        return np.column_stack([turn, np.array(self.size) / 2 - turn @ (np.array(self.sheet) / 2)])

    def back(self, points: Points) -> Points:
        matrix = self.matrix
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float64)

    @property
    def _direction(self) -> tuple[float, float]:
        """Of its lines before."""
        return math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Bend:
    """Bent, and made flat; its size is the same before and after."""

    size: Size
    grid: NDArray[np.float64]
    """Rows x columns x (x, y): where points that are spread evenly over the flat picture, edge to edge, were before."""

    def back(self, points: Points) -> Points:
        rows, columns = self.grid.shape[:2]
        left, across = _cell(points[..., 0] / self.size[0], columns)
        top, down = _cell(points[..., 1] / self.size[1], rows)
        upper = _mixed(self.grid[top, left], self.grid[top, left + 1], across)
        lower = _mixed(self.grid[top + 1, left], self.grid[top + 1, left + 1], across)
        return _mixed(upper, lower, down)


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """All that was done to a page before it was read, in its order."""

    size: Size
    """Of the page as it came."""
    angle: int = 0
    """Degrees that it was turned counter-clockwise to stand upright: 0, 90, 180 or 270."""
    steps: tuple[Step, ...] = ()

    def then(self, step: Step) -> "Placement":
        """With one thing more."""
        turned = step.angle if isinstance(step, Turn) else 0
        return Placement(self.size, (self.angle + turned) % 360, (*self.steps, step))

    def back(self, points: NDArray[Any]) -> NDArray[np.int32]:
        """Points of the picture that is read, on the page as it came and never outside of it."""
        found = np.asarray(points, np.float64)
        for step in reversed(self.steps):
            found = step.back(found)
        return np.clip(np.rint(found), 0, self.size).astype(np.int32)

    def polygon(self, corners: results.Polygon) -> results.Polygon:
        """Likewise the corners of something; they stay where they are on a page to which nothing was done."""
        if not self.steps:
            return corners
        a, b, c, d = ((int(x), int(y)) for x, y in self.back(np.array(corners)))
        return a, b, c, d


def _cell(parts: NDArray[np.float64], lines: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Between which of so many evenly spread lines something lies, 0 being the first and 1 the last: the line before, and how
    far it is on the way to the next.
    """
    places = np.clip(parts, 0, 1) * (lines - 1)
    before = np.minimum(places.astype(np.int64), lines - 2)
    return before, places - before


def _mixed(one: Points, other: Points, part: NDArray[np.float64]) -> Points:
    """So much of the other, and of the one what is left."""
    return np.asarray(one + (other - one) * part[..., None], np.float64)
