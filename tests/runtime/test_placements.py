import numpy as np
import pytest

from kubeocr_runtime import placements

PAGE = (70, 40)


def test_a_page_to_which_nothing_was_done() -> None:
    polygon = ((1, 2), (3, 2), (3, 4), (1, 4))
    assert placements.Placement(PAGE).polygon(polygon) == polygon


@pytest.mark.parametrize(
    ("angle", "want"),
    [
        pytest.param(0, (10, 5), id="upright"),
        pytest.param(90, (65, 10), id="on its side"),
        pytest.param(180, (60, 35), id="on its head"),
        pytest.param(270, (5, 30), id="on its other side"),
    ],
)
def test_turns(angle: int, want: tuple[int, int]) -> None:
    placed = placements.Placement(PAGE).then(placements.Turn(angle, PAGE))
    assert (placed.angle, placed.back(np.array([10, 5])).tolist()) == (angle, list(want))


def test_turns_add_up() -> None:
    placed = placements.Placement(PAGE).then(placements.Turn(270, PAGE)).then(placements.Turn(180, PAGE[::-1]))
    assert placed.angle == 90


def test_a_slant_has_room_for_all_of_the_page_and_keeps_its_middle() -> None:
    slant = placements.Slant(30, (200, 100))
    assert slant.sheet == (224, 187)
    corners = np.array([[0, 0], [224, 0], [224, 187], [0, 187]], np.float64)
    assert slant.back(corners.mean(axis=0)).tolist() == pytest.approx([100, 50])
    back = slant.back(corners)
    assert (back.min(axis=0) <= 0).all()
    assert (back.max(axis=0) >= (200, 100)).all()


def test_what_was_level_runs_down_to_the_right_on_a_page_that_was_turned_counter_clockwise() -> None:
    (x0, y0), (x1, y1) = placements.Slant(10, (200, 100)).back(np.array([[50.0, 60.0], [150.0, 60.0]]))
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(10)


def test_a_bend_is_followed_between_the_points_of_its_grid() -> None:
    grid = np.array([[[0, 0], [50, 10], [100, 0]], [[0, 50], [50, 60], [100, 50]]], np.float64)
    bend = placements.Bend((100, 50), grid)
    points = np.array([[[0, 0], [25, 0]], [[50, 25], [100, 50]]], np.float64)
    assert bend.back(points).tolist() == [[[0, 0], [25, 5]], [[50, 35], [100, 50]]]


def test_steps_are_undone_from_the_last_to_the_first() -> None:
    shift = placements.Bend((40, 70), np.array([[[5, 0], [45, 0]], [[5, 70], [45, 70]]], np.float64))
    placed = placements.Placement(PAGE).then(placements.Turn(90, PAGE)).then(shift)
    # 10 is 15 on the page that was turned, whose x is the y of the page as it came
    assert placed.back(np.array([10, 20])).tolist() == [50, 15]


def test_nothing_is_outside_of_the_page() -> None:
    placed = placements.Placement(PAGE).then(placements.Slant(20, PAGE))
    corners = placed.polygon(((0, 0), (80, 0), (80, 60), (0, 60)))
    assert all(0 <= x <= 70 and 0 <= y <= 40 for x, y in corners)
