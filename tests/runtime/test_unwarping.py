"""Bent pages: what the model is given, what its answer means, and pages that only the model makes readable."""

import pathlib

import cv2
import numpy as np
import pytest

from kubeocr_contract import languages, report, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import baking, documents, engines, pipelines, samples, sources, tensors, unwarping, wheels

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


def bent(page: tensors.Image, by: int) -> tensors.Image:
    """A page that lies in a wave of so many pixels on a dark table."""
    height, width = page.shape[:2]
    x, y = np.meshgrid(np.arange(width + 120), np.arange(height + 120 + 2 * by))
    wave = by * np.sin(2 * np.pi * np.clip((x - 60) / width, 0, 1))
    came = ((x - 60).astype(np.float32), (y - 60 - by - wave).astype(np.float32))
    table = (60, 70, 80)
    return np.asarray(cv2.remap(page, *came, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=table), np.uint8)


TEXT = [f"line {word} of a page that was bent" for word in ("one", "two", "three", "four", "five", "six", "seven")]


@pytest.mark.models
def test_a_bent_page_is_read_and_its_boxes_are_where_its_lines_are(tmp_path: pathlib.Path) -> None:
    names = frozenset({catalogue.UNWARPING, "PP-OCRv6_small_det", "PP-OCRv6_small_rec"})
    kitchen = baking.Kitchen(tmp_path / "models", (sources.Wheels(("onnx",), tmp_path / "wheels"),))
    assert not baking.bake(baking.Order(models=names), kitchen).missing
    loaded = pipelines.Pipelines.open(settings.Settings(models_dir=str(kitchen.out), device="cpu"))
    assert loaded.flattens_pages
    reader = loaded.store.reader(languages.find("en"), "PP-OCRv6")
    page = documents.Page(1, bent(samples.page(TEXT), 25))
    result = loaded.read(page, pipelines.ReadOptions(reader=reader, flatten=True))
    assert result.text.split("\n") == TEXT
    assert loaded.read(page, pipelines.ReadOptions(reader=reader)).text.split("\n") != TEXT
    for index, line in enumerate(result.lines):
        corners = np.array(line.polygon, float)
        for x, y in ((corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2):
            # lines of `samples.page` are 56 pixels apart and the first one's middle is at 58; the wave has carried their ends
            want = 58 + 56 * index + 60 + 25 + 25 * np.sin(2 * np.pi * (x - 60) / 640)
            assert y == pytest.approx(want, abs=10)
