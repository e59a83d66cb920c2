"""How large a page is drawn."""

import pytest

from kubeocr_runtime.pdfs import sizes

BOUNDS = sizes.Bounds(4_000_000, 32_000)


@pytest.mark.parametrize(
    ("points", "want"),
    [
        pytest.param((72.0, 144.0), (200, 400), id="200-dots-an-inch"),
        pytest.param((595.28, 841.89), (1654, 2339), id="a4"),
        pytest.param((7200.0, 7200.0), (2000, 2000), id="less-where-it-is-too-many-pixels"),
        pytest.param((1e9, 10.0), (32_000, 1), id="less-where-a-side-is-too-long"),
        pytest.param((0.0, 0.0), (1, 1), id="nothing"),
    ],
)
def test_pixels(points: tuple[float, float], want: tuple[int, int]) -> None:
    assert sizes.pixels(points, BOUNDS) == want
