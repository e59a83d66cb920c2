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
