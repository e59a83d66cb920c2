import cv2
import numpy as np
import pytest

from kubeocr_contract import report
from kubeocr_runtime import detection, engines, tensors, wheels

PARAMETERS = detection.Parameters.parse(wheels.describe("PP-OCRv6_small_det"))

# (width, height) of a page -> of the detector's input; the first three as PaddleOCR 3.7 was seen to do it
SIZES = [
    pytest.param((2550, 3300), (2560, 3296), id="a scan at full size"),
    pytest.param((1024, 800), (1024, 800), id="a multiple of 32"),
    pytest.param((640, 480), (640, 480), id="small"),
    pytest.param((1000, 700), (992, 704), id="rounded to the nearest multiple of 32"),
    pytest.param((30, 60), (64, 128), id="under 64"),
    pytest.param((8000, 4000), (4000, 1984), id="over 4000; halves round to even"),
    pytest.param((20, 6400), (32, 4000), id="a strip"),
]


@pytest.mark.parametrize(("page", "want"), SIZES)
def test_input_size(page: tuple[int, int], want: tuple[int, int]) -> None:
    assert detection.input_size(*page) == want


@pytest.mark.parametrize(
    ("page", "side", "want"),
    [
        pytest.param((2550, 3300), 1600, (1236, 1600), id="a scan: large, so as the ratio has it"),
        pytest.param((800, 600), 1600, (768, 576), id="smaller than that already"),
        pytest.param((8000, 4000), 1600, (1600, 800), id="very large"),
        pytest.param((900, 70), 1600, (896, 64), id="a line"),
        pytest.param((330, 100), 1600, (320, 96), id="a short line"),
        pytest.param((3000, 60), 1600, (1536, 32), id="a long one"),
    ],
)
def test_a_page_is_made_smaller_to_find_its_lines(page: tuple[int, int], side: int, want: tuple[int, int]) -> None:
    assert detection.input_size(*page, side) == want


@pytest.mark.parametrize(
    ("size", "side", "want"),
    [
        pytest.param((1236, 1600), 1600, (1280, 1600), id="large"),
        pytest.param((1024, 800), 1600, (1280, 960), id="of any size"),
        pytest.param((768, 576), 1600, (768, 576), id="small"),
        pytest.param((2560, 3296), detection.LONGEST_SIDE, (2560, 3296), id="as PaddleOCR has it"),
    ],
)
def test_large_pages_are_laid_on_canvases_of_a_few_sizes(size: tuple[int, int], side: int, want: tuple[int, int]) -> None:
    assert detection.canvas(size, side) == want


def test_what_is_beside_a_page_on_its_canvas_is_not_looked_at() -> None:
    engine = FakeEngine()
    page = marked((900, 300, 1000, 320), size=(1000, 800))
    found = detection.Detector(engine, PARAMETERS, 1600).find(page)
    assert [shape[2:] for shape in engine.shapes] == [(960, 1280)]
    assert found[..., 0].max() == 1000
    assert found[..., 0].min() == pytest.approx(900 - 12, abs=2)


@pytest.mark.parametrize(
    ("page", "side", "want"),
    [
        pytest.param((2550, 3300), 1600, 1600, id="a page"),
        pytest.param((900, 60), 1600, 480, id="a line, 32 pixels high"),
        pytest.param((60, 900), 1600, 480, id="a line that runs upwards"),
        pytest.param((900, 97), 1600, 1600, id="more than a line or two"),
        pytest.param((9000, 60), 1600, 1600, id="never longer than may be"),
        pytest.param((900, 60), detection.LONGEST_SIDE, detection.LONGEST_SIDE, id="as PaddleOCR has it"),
    ],
)
def test_first_look(page: tuple[int, int], side: int, want: int) -> None:
    assert detection.first_look(page, side) == want


@pytest.mark.parametrize(
    ("rectangles", "shapes", "count"),
    [
        pytest.param([(40, 20, 240, 44)], [(32, 192)], 1, id="a line"),
        pytest.param([(40, 10, 240, 34), (40, 52, 44, 54)], [(32, 192), (64, 320)], 1, id="a speck beside it"),
        pytest.param([], [(32, 192), (64, 320)], 0, id="nothing"),
    ],
)
def test_a_strip_is_looked_at_once_where_nothing_else_is_to_be_seen(
    rectangles: list[tuple[int, int, int, int]], shapes: list[tuple[int, int]], count: int
) -> None:
    engine = FakeEngine()
    found = detection.Detector(engine, PARAMETERS, 1600).find(marked(*rectangles, size=(330, 64)))
    assert [shape[2:] for shape in engine.shapes] == shapes
    assert len(found) == count


def quads(height: int, count: int) -> detection.Quads:
    corners = [[0, 0], [900, 0], [900, height], [0, height]]
    return np.array([corners] * count, np.int32).reshape(-1, 4, 2)


@pytest.mark.parametrize(
    ("found", "page", "side", "want"),
    [
        pytest.param(quads(40, 5), (2550, 3300), 1600, 0, id="lines of 19 pixels will do"),
        pytest.param(quads(20, 5), (2550, 3300), 1600, 2970, id="lines of 10 are made 18 high"),
        pytest.param(quads(9, 5), (2550, 3300), 1600, 3300, id="but never higher than they are"),
        pytest.param(quads(20, 5), (8000, 9000), 1600, 4000, id="nor is PaddleOCR's limit passed"),
        pytest.param(quads(9, 5), (1000, 1500), 1600, 0, id="the page was not made smaller"),
        pytest.param(quads(0, 0), (2550, 3300), 1600, 3300, id="nothing was found"),
        pytest.param(np.concatenate([quads(60, 4), quads(20, 1)]), (2550, 3300), 1600, 2970, id="a fifth is small print"),
    ],
)
def test_second_look(found: detection.Quads, page: tuple[int, int], side: int, want: int) -> None:
    assert detection.second_look(found, page, side) == want


def test_small_lines_are_looked_at_twice_and_the_second_look_counts() -> None:
    engine = FakeEngine()
    image = marked((400, 500, 1400, 508), size=(3200, 1600))
    found = detection.Detector(engine, PARAMETERS, 1600).find(image)
    assert [shape[2:] for shape in engine.shapes] == [(960, 1600), (1600, 3200)]
    assert found.shape == (1, 4, 2)
    assert np.abs(found[0].min(axis=0) - [394, 494]).max() < 12


def test_how_much_of_a_picture_is_text() -> None:
    detector = detection.Detector(FakeEngine(), PARAMETERS)
    assert detector.look(marked()).text == 0
    half = detector.look(marked((0, 0, 320, 320), size=(640, 320)))
    assert half.text == pytest.approx(0.5, abs=0.05)


def test_parameters_come_from_the_description() -> None:
    assert (PARAMETERS.threshold, PARAMETERS.box_threshold, PARAMETERS.unclip, PARAMETERS.candidates) == (0.3, 0.6, 1.5, 1000)


class FakeEngine:
    """An `engines.Engine` whose probability map is written on the picture itself: white is sure, black is not."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    about = report.Engine()
    batch_pixels = 0

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        self.shapes.append(batch.shape)
        return ((batch[:, :1] > 0).astype(np.float32),)


def marked(*rectangles: tuple[int, int, int, int], size: tuple[int, int] = (320, 160)) -> tensors.Image:
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for left, top, right, bottom in rectangles:
        image[top:bottom, left:right] = 255
    return image


def test_boxes_grow_around_what_the_map_marks() -> None:
    engine = FakeEngine()
    found = detection.Detector(engine, PARAMETERS).find(marked((40, 50, 240, 70)))
    # a rectangle of 199 x 19 pixels between its outermost centres grows by 199 * 19 * 1.5 / (2 * (199 + 19)) = 13 pixels
    assert engine.shapes == [(1, 3, 160, 320)]
    assert found.shape == (1, 4, 2)
    assert np.abs(found[0] - [[27, 37], [252, 37], [252, 82], [27, 82]]).max() <= 1


@pytest.mark.parametrize(
    "rectangles",
    [pytest.param((), id="nothing"), pytest.param(((40, 50, 42, 52),), id="a speck")],
)
def test_no_boxes(rectangles: tuple[tuple[int, int, int, int], ...]) -> None:
    assert detection.Detector(FakeEngine(), PARAMETERS).find(marked(*rectangles)).shape == (0, 4, 2)


def test_boxes_stay_on_the_page() -> None:
    [quad] = detection.Detector(FakeEngine(), PARAMETERS).find(marked((0, 0, 320, 30)))
    assert quad.min() == 0
    assert quad[:, 0].max() == 320


def test_a_weak_mark_is_no_box() -> None:
    heat = np.zeros((160, 320), np.float32)
    heat[50:70, 40:240] = 0.5
    assert len(detection.boxes(heat, (320, 160), PARAMETERS)) == 0
    assert len(detection.boxes(heat + 0.2 * (heat > 0), (320, 160), PARAMETERS)) == 1


def test_boxes_are_scaled_to_the_page() -> None:
    heat = np.zeros((160, 320), np.float32)
    heat[50:70, 40:240] = 1
    [small], [large] = detection.boxes(heat, (320, 160), PARAMETERS), detection.boxes(heat, (640, 480), PARAMETERS)
    assert np.abs(large - small * [2, 3]).max() <= 3


def test_corners_go_clockwise_from_the_top_left_however_the_line_leans() -> None:
    for angle in (-20, 0, 20):
        corners, side = detection.rectangle(cv2.boxPoints(((100, 100), (80, 20), angle)))
        top_left, top_right, bottom_right, bottom_left = corners
        assert top_left[0] < top_right[0]
        assert bottom_left[0] < bottom_right[0]
        assert top_left[1] < bottom_left[1]
        assert top_right[1] < bottom_right[1]
        assert side == pytest.approx(20, abs=0.01)


def test_a_tiny_picture_is_padded_not_stretched() -> None:
    batch, seen = detection.prepare(np.full((10, 20, 3), 255, np.uint8), PARAMETERS.normalisation)
    assert seen == (64, 64)
    assert batch.shape == (1, 3, 64, 64)
    assert batch[0, 0, 5, 5] > 0 > batch[0, 0, 60, 60]
