"""What the model of bent pages is given, and what its answer means."""

import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import report
from kubeocr_runtime import engines, tensors, unwarping, wheels

SIZE = (200, 100)
POINTS = np.stack(np.meshgrid([-1.0, 0.0, 1.0], [-1.0, 1.0]), axis=-1)
"""Rows x columns x (x, y): a page that is not bent."""


class Model:
    """An `engines.Engine` that answers with a grid."""

    about = report.Engine()
    batch_pixels = 0

    def __init__(self) -> None:
        self.batches: list[tensors.Tensor] = []

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        self.batches.append(batch)
        return (POINTS.transpose(2, 0, 1)[None].astype(np.float32), np.zeros(3))


@pytest.mark.parametrize(
    "points", [pytest.param(POINTS, id="coordinates last"), pytest.param(POINTS.transpose(2, 0, 1), id="coordinates first")]
)
def test_points_are_in_pixels_of_the_page(points: np.ndarray) -> None:
    want = [[[0, 0], [100, 0], [200, 0]], [[0, 100], [100, 100], [200, 100]]]
    assert unwarping.spread(points, SIZE).tolist() == want


@pytest.mark.parametrize(("mode", "first"), [("RGB", 1.0), ("BGR", 0.0)])
def test_what_the_model_is_given(mode: str, first: float) -> None:
    description = {"PreProcess": {"transform_ops": [{"DecodeImage": {"img_mode": mode}}]}}
    model = Model()
    red = np.zeros((100, 200, 3), np.uint8)
    red[:, :, 2] = 255
    grid = unwarping.Flattener(model, unwarping.Parameters.parse(description)).grid(red)
    assert (grid.shape, model.batches[0].shape, model.batches[0].dtype) == ((2, 3, 2), (1, 3, 712, 488), np.float32)
    assert model.batches[0][0, 0].mean() == first


def test_the_description_of_the_wheel_s_model() -> None:
    assert unwarping.Parameters.parse(wheels.describe(catalogue.UNWARPING)).red_first
