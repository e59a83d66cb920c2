import numpy as np
import pytest

from kubeocr_runtime import structure
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import placing


def region(label: str, *box: float) -> structure.Region:
    return structure.Region(label, Box(*box), 0.9)


LEFT, RIGHT = region("text", 0, 0, 100, 200), region("text", 120, 0, 220, 200)


def quad(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


@pytest.mark.parametrize(
    ("line", "regions", "want"),
    [
        pytest.param(quad(5, 5, 95, 25), [LEFT, RIGHT], [(5, 95)], id="in one column"),
        pytest.param(quad(5, 5, 215, 25), [LEFT, RIGHT], [(5, 110), (110, 215)], id="through two: cut between them"),
        pytest.param(quad(5, 5, 106, 25), [LEFT, RIGHT], [(5, 106)], id="out of one"),
        pytest.param(quad(5, 190, 215, 230), [LEFT, RIGHT], [(5, 215)], id="below them"),
        pytest.param(quad(5, 5, 215, 25), [LEFT, region("table", 120, 0, 220, 200)], [(5, 215)], id="into a table"),
        pytest.param(quad(5, 5, 15, 215), [LEFT, RIGHT], [(5, 15)], id="one that runs down"),
        pytest.param(quad(5, 5, 215, 25), [], [(5, 215)], id="no regions"),
    ],
)
def test_lines_are_cut_between_columns(line: np.ndarray, regions: list[structure.Region], want: list[tuple[int, int]]) -> None:
    pieces = placing.cut([line], regions)
    assert [(piece[0, 0], piece[1, 0]) for piece in pieces] == want


def test_a_line_that_leans_stays_whole() -> None:
    leaning = np.array([[5, 5], [215, 45], [213, 65], [3, 25]], np.int32)
    assert placing.cut([leaning], [LEFT, RIGHT])[0] is leaning


@pytest.mark.parametrize(
    ("line", "regions", "want"),
    [
        pytest.param(Box(5, 5, 95, 25), [LEFT, RIGHT], 0, id="inside"),
        pytest.param(Box(90, 5, 190, 25), [LEFT, RIGHT], 1, id="where most of it is"),
        pytest.param(Box(5, 300, 95, 320), [LEFT, RIGHT], None, id="in none"),
        pytest.param(Box(5, 198, 95, 220), [LEFT, RIGHT], None, id="touching is not enough"),
        pytest.param(Box(5, 5, 95, 25), [LEFT, region("image", 0, 0, 100, 30)], 1, id="in the smaller of two"),
        pytest.param(Box(5, 5, 95, 25), [region("formula", 0, 0, 100, 30), LEFT], 1, id="in no formula where text has it"),
        pytest.param(Box(5, 5, 95, 25), [region("formula", 0, 0, 100, 30)], 0, id="in a formula where nothing else has it"),
    ],
)
def test_homes(line: Box, regions: list[structure.Region], want: int | None) -> None:
    assert placing.homes([line], regions) == [want]


def test_rows_go_down_and_to_the_right() -> None:
    placed = [Box(50, 0, 90, 20), Box(0, 40, 40, 60), Box(0, 5, 40, 25)]
    assert placing.in_rows(placed, 0.6) == [[2, 0], [1]]
