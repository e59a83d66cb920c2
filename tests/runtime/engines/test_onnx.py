import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import report, settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import onnx

SETTINGS = settings.Settings(models_dir="", device="cpu")
EVERY = [onnx.TENSORRT, onnx.CUDA, onnx.CPU]


@pytest.mark.parametrize(
    ("changes", "available", "want"),
    [
        pytest.param({}, [onnx.CPU], [onnx.CPU], id="auto without CUDA"),
        pytest.param({}, EVERY, [onnx.CUDA, onnx.CPU], id="auto with CUDA"),
        pytest.param({"device": "cpu"}, EVERY, [onnx.CPU], id="cpu"),
        pytest.param({"device": "gpu"}, EVERY, [onnx.CUDA, onnx.CPU], id="gpu"),
        pytest.param({"engine": "tensorrt"}, EVERY, EVERY, id="tensorrt, and CUDA for what it cannot do"),
    ],
)
def test_providers(changes: dict[str, str], available: list[str], want: list[str]) -> None:
    assert [name for name, _ in onnx.providers(settings.Settings(**changes), available)] == want


def test_tensorrt_keeps_what_it_compiled_where_there_is_a_folder_for_it() -> None:
    chosen = settings.Settings(engine="tensorrt", engine_cache_dir="/cache", precision="fp16")
    [(_, options), (_, cuda), _] = onnx.providers(chosen, EVERY, 1)
    assert options == {
        "device_id": 1, "trt_fp16_enable": True, "trt_engine_cache_enable": True, "trt_engine_cache_path": "/cache",
    }  # fmt: skip
    assert cuda == {"device_id": 1, "cudnn_conv_algo_search": "HEURISTIC"}


@pytest.mark.parametrize(
    ("provider", "name", "device"),
    [
        pytest.param(onnx.TENSORRT, "tensorrt", "gpu", id="tensorrt"),
        pytest.param(onnx.CUDA, "onnxruntime", "gpu", id="cuda"),
        pytest.param(onnx.CPU, "onnxruntime", "cpu", id="cpu"),
    ],
)
def test_what_runs_is_told_as_it_came_out(provider: str, name: str, device: str) -> None:
    assert onnx.about(provider, 3) == report.Engine(name=name, device=device, provider=provider, threads=3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"device": "gpu"}, r"device gpu: .*pip install onnxruntime-gpu", id="a GPU it has no code for"),
        pytest.param({"engine": "tensorrt"}, r"engine tensorrt .*pip install onnxruntime-gpu", id="TensorRT"),
        pytest.param({"precision": "bf16"}, r"precision bf16: onnxruntime's CPUExecutionProvider", id="a precision"),
    ],
)
def test_what_this_onnxruntime_cannot_do_is_refused(changes: dict[str, str], message: str) -> None:
    with pytest.raises(engines.EngineUnavailable, match=message):
        onnx.providers(settings.Settings(**changes), [onnx.CPU])


@pytest.mark.models
def test_a_model_runs() -> None:
    weights = models.Store.open(SETTINGS).get(catalogue.LINE_ORIENTATION).weights
    session = engines.open_session("onnxruntime", engines.Program(weights), SETTINGS)
    (scores,) = session.infer(np.zeros((3, 3, 80, 160), np.float32))
    assert scores.shape == (3, 2)
    assert scores.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
