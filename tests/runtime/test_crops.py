import numpy as np
import pytest

from kubeocr_runtime import crops

PAGE = np.arange(100 * 200 * 3, dtype=np.uint32).reshape(100, 200, 3).astype(np.uint8)


def quad(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int32)


def test_a_level_crop_is_what_the_page_has() -> None:
    assert np.array_equal(crops.cut(PAGE, quad(20, 10, 120, 40)), PAGE[10:40, 20:120])


@pytest.mark.parametrize(
    ("box", "want"),
    [
        pytest.param(quad(20, 10, 50, 90), (30, 80), id="runs up the page: laid flat"),
        pytest.param(quad(20, 10, 60, 60), (50, 40), id="not high enough to be laid flat"),
    ],
)
def test_shape(box: np.ndarray, want: tuple[int, int]) -> None:
    assert crops.cut(PAGE, box).shape[:2] == want


def test_what_is_thinner_than_a_pixel_is_left_out() -> None:
    quads = np.stack([quad(20, 10, 120, 40), quad(30, 30, 30, 60)])
    kept = crops.cut_all(PAGE, quads)
    assert [box.tolist() for box, _ in kept] == [quads[0].tolist()]


@pytest.mark.parametrize("flipped", [pytest.param(False, id="as-cut"), pytest.param(True, id="turned-afterwards")])
@pytest.mark.parametrize(
    "box", [pytest.param(quad(20, 10, 120, 40), id="level"), pytest.param(quad(20, 10, 50, 90), id="running-up")]
)
def test_the_frame_says_where_a_crops_corners_are_on_the_page(box: np.ndarray, flipped: bool) -> None:
    page = np.zeros((100, 200, 3), np.uint8)
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1)}  # a colour each -> left or right, top or bottom
    for colour, (x, y) in corners.items():
        left, top = (int((box[2, axis] - box[0, axis] - 6) * part + box[0, axis]) for axis, part in ((0, x), (1, y)))
        page[top : top + 6, left : left + 6] = colour * 50
    crop = np.rot90(crops.cut(page, box), 2 * flipped)
    seen = crop[2, 2, 0], crop[2, -3, 0], crop[-3, -3, 0], crop[-3, 2, 0]
    frame = crops.frame(box, flipped=flipped)
    middle = box.mean(axis=0)
    inside = (frame + np.sign(middle - frame) * 2).astype(int)
    assert [int(page[y, x, 0]) for x, y in inside] == [int(colour) for colour in seen]
