import pathlib

import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import report, settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import cpus, onnx

SETTINGS = settings.Settings(models_dir="", device="cpu")


@pytest.mark.parametrize(
    ("device", "available", "want"),
    [
        pytest.param("auto", [onnx.CPU], [onnx.CPU], id="auto without CUDA"),
        pytest.param("auto", [onnx.CUDA, onnx.CPU], [onnx.CUDA, onnx.CPU], id="auto with CUDA"),
        pytest.param("cpu", [onnx.CUDA, onnx.CPU], [onnx.CPU], id="cpu"),
        pytest.param("gpu", [onnx.CUDA, onnx.CPU], [onnx.CUDA, onnx.CPU], id="gpu"),
    ],
)
def test_providers(device: str, available: list[str], want: list[str]) -> None:
    assert onnx.providers(device, available) == want


@pytest.mark.parametrize(
    ("provider", "device"), [pytest.param(onnx.CUDA, "gpu", id="gpu"), pytest.param(onnx.CPU, "cpu", id="cpu")]
)
def test_what_runs_is_told_as_it_came_out(provider: str, device: str) -> None:
    assert onnx.about(provider, 3) == report.Engine(name="onnxruntime", device=device, provider=provider, threads=3)
    assert onnx.about(provider, 0).threads == cpus.available()


def test_a_gpu_that_this_onnxruntime_has_no_code_for() -> None:
    with pytest.raises(engines.EngineUnavailable, match=r"device gpu: .*pip install onnxruntime-gpu"):
        onnx.providers("gpu", [onnx.CPU])


def test_a_file_that_is_no_model_is_named(tmp_path: pathlib.Path) -> None:
    weights = models.Weights("onnx", tmp_path / "inference.onnx")
    weights.program.write_bytes(b"no model")
    with pytest.raises(models.BadModels, match=r"inference\.onnx cannot be loaded: "):
        onnx.open_session(weights, SETTINGS)


@pytest.mark.models
def test_a_model_runs() -> None:
    weights = models.Store.open(SETTINGS).get(catalogue.LINE_ORIENTATION).weights
    scores = engines.open_session(weights, SETTINGS).infer(np.zeros((3, 3, 80, 160), np.float32))
    assert scores.shape == (3, 2)
    assert scores.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
