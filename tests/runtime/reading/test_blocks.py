import pytest

from kubeocr_runtime.reading import blocks
from kubeocr_runtime.reading.boxes import Box

LEFT, RIGHT = Box(0, 100, 400, 500), Box(450, 100, 850, 500)


@pytest.mark.parametrize(
    ("placed", "want"),
    [
        pytest.param([RIGHT, LEFT], [1, 0], id="left before right"),
        pytest.param([RIGHT, LEFT, Box(0, 20, 850, 80)], [2, 1, 0], id="what spans both goes first where it is above"),
        pytest.param([RIGHT, LEFT, Box(0, 520, 850, 580)], [1, 0, 2], id="and last where it is below"),
        pytest.param([Box(450, 100, 850, 300), Box(0, 400, 400, 500)], [1, 0], id="left before right, however low"),
        pytest.param(
            [Box(450, 100, 850, 300), Box(0, 400, 400, 500), Box(0, 320, 850, 380)],
            [0, 2, 1],
            id="unless something between spans both",
        ),
        pytest.param([], [], id="none"),
    ],
)
def test_sequence(placed: list[Box], want: list[int]) -> None:
    assert blocks.sequence(placed, 5) == want


def test_a_spiral_has_an_order_all_the_same() -> None:
    """Steps down to the left: the upper goes before the lower, which left before right contradicts."""
    steps = [Box(600, 0, 900, 100), Box(400, 150, 700, 250), Box(200, 300, 500, 400), Box(0, 450, 300, 550)]
    assert blocks.sequence(steps, 5) == [0, 1, 2, 3]


def rows(left: float, right: float, *tops: float) -> list[Box]:
    return [Box(left, top, right, top + 30) for top in tops]


@pytest.mark.parametrize(
    ("margin", "want"),
    [
        pytest.param(400, [0, 1, 2, 3, 4, 5, 6], id="set off: after the second column"),
        pytest.param(225, [0, 1, 2, 6, 3, 4, 5], id="close: at the end of the first column"),
    ],
)
def test_the_last_row_of_a_page(margin: float, want: list[int]) -> None:
    page = [*rows(0, 400, 100, 140, 180), *rows(450, 850, 100, 140, 180), Box(0, margin, 300, margin + 30)]
    assert blocks.order(page) == want
