"""Corners on a page, as (x, y) in pixels."""

from collections.abc import Iterable


def around(corners: Iterable[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the upright rectangle around them."""
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
