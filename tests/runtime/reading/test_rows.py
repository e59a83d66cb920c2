import pytest

from kubeocr_runtime.reading import rows
from kubeocr_runtime.reading.boxes import Box


def column(left: float, right: float, count: int, *, offset: float = 0, right_of_last: float | None = None) -> list[Box]:
    ends = [right] * (count - 1) + [right if right_of_last is None else right_of_last]
    return [Box(left, offset + 40 * i, end, offset + 40 * i + 30) for i, end in enumerate(ends)]


APART = [(0,), (1,), (2,), (3,), (4,), (5,)]
ACROSS = [(0, 3), (1, 4), (2, 5)]


@pytest.mark.parametrize(
    ("left", "right", "want"),
    [
        pytest.param(column(0, 500, 3), column(540, 1040, 3), APART, id="two columns of prose"),
        pytest.param(column(0, 100, 3), column(540, 640, 3), ACROSS, id="cells"),
        pytest.param(column(0, 500, 3), column(540, 580, 3), ACROSS, id="prose and numbers"),
        pytest.param(column(0, 20, 3), column(40, 900, 3), ACROSS, id="bullets"),
        pytest.param(column(0, 100, 3), column(540, 640, 3, offset=20), APART, id="cells of different heights"),
        pytest.param(column(0, 500, 3), column(540, 700, 3), APART, id="a full column and a narrow one beside it"),
    ],
)
def test_join_of_two_columns(left: list[Box], right: list[Box], want: list[tuple[int, ...]]) -> None:
    assert rows.join([*left, *right]) == want


def test_a_lone_word_joins_what_is_near_and_not_what_is_far() -> None:
    text = column(0, 500, 4, right_of_last=200)
    assert rows.join([*text, Box(220, 120, 300, 150)]) == [(0,), (1,), (2,), (3, 4)]
    assert rows.join([*text, Box(800, 120, 880, 150)]) == [(0,), (1,), (2,), (3,), (4,)]
