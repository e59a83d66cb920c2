import math

import pytest

from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box


def leaning(angle: float) -> list[tuple[tuple[int, int], ...]]:
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [((0, top), (900, top), (900, top + 30), (0, top + 30)) for top in (0, 50, 100)]
    return [tuple((round(x * cosine - y * sine), round(x * sine + y * cosine)) for x, y in quad) for quad in corners]


@pytest.mark.parametrize("angle", [-5, 0, 3, 15])
def test_level_takes_the_skew_out(angle: float) -> None:
    placed = boxes.level(leaning(angle), mirrored=False)
    assert [(round(b.width / 5), round(b.height / 5)) for b in placed] == [(180, 6)] * 3
    assert [round(b.top) for b in placed] == pytest.approx([0, 50, 100], abs=2)


def test_lines_that_run_up_the_page_have_no_say_in_its_skew() -> None:
    upright = ((500, 900), (500, 0), (530, 0), (530, 900))
    [box] = boxes.level([upright], mirrored=False)
    assert box == Box(500, 0, 530, 900)


def test_mirrored_swaps_left_and_right() -> None:
    first, second = boxes.level([((0, 0), (10, 0), (10, 5), (0, 5)), ((20, 0), (30, 0), (30, 5), (20, 5))], mirrored=True)
    assert second.right < first.left


A, B, C, D = Box(0, 0, 100, 30), Box(0, 40, 100, 70), Box(0, 80, 45, 110), Box(55, 80, 100, 110)


@pytest.mark.parametrize(
    ("placed", "gap", "want"),
    [
        pytest.param([A, B], 1, [[0, 1]], id="one below the other"),
        pytest.param([B, A], 1, [[1, 0]], id="in any order"),
        pytest.param([A, B], 0.2, [[0], [1]], id="too far apart"),
        pytest.param([A, B, C, D], 1, [[0, 1], [2], [3]], id="two below one: neither follows"),
        pytest.param([C, D, Box(0, 120, 100, 150)], 1, [[0], [1], [2]], id="two above one"),
        pytest.param([C, Box(50, 40, 100, 70)], 1, [[0], [1]], id="beside one another"),
        pytest.param([], 1, [], id="none"),
    ],
)
def test_chains(placed: list[Box], gap: float, want: list[list[int]]) -> None:
    assert boxes.chains(placed, gap) == want


def test_usual_gap_is_in_heights() -> None:
    assert boxes.usual_gap([A, B, Box(0, 80, 100, 110)]) == pytest.approx(10 / 30)
    assert boxes.usual_gap([A]) == 0
