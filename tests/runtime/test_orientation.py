import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import report
from kubeocr_runtime import engines, orientation, tensors, wheels

PAGE = orientation.Parameters.parse(wheels.describe(catalogue.DOC_ORIENTATION))
LINE = orientation.Parameters.parse(wheels.describe(catalogue.LINE_ORIENTATION))


def test_parameters() -> None:
    assert (PAGE.angles, PAGE.size, PAGE.shortest) == ((0, 90, 180, 270), (224, 224), 256)
    assert (LINE.angles, LINE.size, LINE.shortest) == ((0, 180), (160, 80), None)


@pytest.mark.parametrize(
    ("parameters", "want"), [pytest.param(PAGE, (3, 224, 224), id="page"), pytest.param(LINE, (3, 80, 160), id="line")]
)
@pytest.mark.parametrize("size", [(30, 300), (300, 30), (1, 1)])
def test_any_picture_becomes_the_model_s_input(
    parameters: orientation.Parameters, want: tuple[int, ...], size: tuple[int, int]
) -> None:
    assert orientation.prepare(np.zeros((*size, 3), np.uint8), parameters).shape == want


def test_channels_are_red_first() -> None:
    image = np.zeros((80, 160, 3), np.uint8)
    image[:, :, 2] = 255
    red, green, blue = orientation.prepare(image, LINE)[:, 0, 0]
    assert red > 0 > blue
    assert green == pytest.approx(-0.456 / 0.224)


class FakeEngine:
    """An `engines.Engine` of four classes: the brighter the picture, the higher the class."""

    about = report.Engine()
    batch_pixels = 0

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        self.shapes.append(batch.shape)
        means = batch.mean(axis=(1, 2, 3))
        return (-np.abs(means[:, None] - np.linspace(-2, 2.4, 4)).astype(np.float32),)


def test_angles_of_many_pictures() -> None:
    engine = FakeEngine()
    shades = [0, 85, 170, 255] * 3
    images = [np.full((50, 60, 3), shade, np.uint8) for shade in shades]
    assert orientation.Classifier(engine, PAGE).angles(images) == [0, 90, 180, 270] * 3
    assert [shape[0] for shape in engine.shapes] == [8, 4]
