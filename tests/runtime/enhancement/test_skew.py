import numpy as np
import pytest

from kubeocr_runtime import detection
from kubeocr_runtime.enhancement import skew


def line(degrees: float, length: float = 400, height: float = 20, at: tuple[float, float] = (500, 500)) -> np.ndarray:
    """Corners of a line that runs downwards by so many degrees."""
    radians = np.radians(degrees)
    turn = np.array([[np.cos(radians), np.sin(radians)], [-np.sin(radians), np.cos(radians)]])
    corners = np.array([[0, 0], [length, 0], [length, height], [0, height]]) @ turn + at
    return detection.rectangle(np.rint(corners).astype(np.int32))[0]


def quads(*lines: np.ndarray) -> detection.Quads:
    return np.rint(np.array(lines).reshape(-1, 4, 2)).astype(np.int32)


@pytest.mark.parametrize("degrees", [-44, -30, -8.5, -0.5, 0, 0.5, 3, 20, 44])
def test_degrees_of_parallel_lines(degrees: float) -> None:
    found = quads(*(line(degrees, at=(500, 100 * i)) for i in range(1, 6)))
    assert skew.degrees(found) == pytest.approx(degrees, abs=0.2)


@pytest.mark.parametrize(
    ("found", "want"),
    [
        pytest.param(quads(), 0, id="no lines"),
        pytest.param(quads(line(7, length=40), line(7, length=50)), 0, id="none long enough"),
        pytest.param(quads(line(5), line(5), line(-30, length=300)), 5, id="one that is written across the others"),
        pytest.param(quads(line(2, length=900), line(9, length=200), line(9, length=200)), 2, id="long ones weigh more"),
        pytest.param(quads(line(4), line(94)), 4, id="a line that runs up the page"),
    ],
)
def test_degrees(found: detection.Quads, want: float) -> None:
    assert skew.degrees(found) == pytest.approx(want, abs=0.3)


def test_half_a_quarter_is_one_way_or_the_other() -> None:
    found = quads(*(line(degrees, at=(500, 100 * i)) for i, degrees in enumerate((44.7, 45.3, 44.8, 45.2))))
    assert abs(skew.degrees(found)) == pytest.approx(45, abs=0.4)
