import pathlib

import pytest

from kubeocr_contract import settings
from kubeocr_runtime import engines, models

HERE = frozenset({"openvino", "onnxruntime", "paddle"})


@pytest.mark.parametrize(
    ("form", "changes", "installed", "want"),
    [
        pytest.param("onnx", {}, HERE, ("openvino", "onnxruntime"), id="auto: all that read the format"),
        pytest.param("onnx", {}, {"onnxruntime"}, ("onnxruntime",), id="auto: what is installed"),
        pytest.param("onnx", {"device": "gpu"}, HERE, ("onnxruntime",), id="auto on a GPU"),
        pytest.param("paddle", {}, HERE, ("paddle",), id="auto, Paddle's format"),
        pytest.param("onnx", {"engine": "openvino"}, HERE, ("openvino",), id="named"),
        pytest.param("onnx", {"engine": "tensorrt"}, {"tensorrt"}, ("tensorrt",), id="named, never by itself"),
    ],
)
def test_candidates(form: str, changes: dict[str, str], installed: frozenset[str], want: tuple[str, ...]) -> None:
    assert engines.candidates(form, settings.Settings(**changes), installed.__contains__) == want


@pytest.mark.parametrize(
    ("form", "changes", "message"),
    [
        pytest.param("paddle", {}, "models in paddle need paddle.*pip install paddlepaddle", id="auto"),
        pytest.param("onnx", {"engine": "openvino"}, "models in onnx need openvino.*pip install openvino", id="named"),
        pytest.param("onnx", {"engine": "tensorrt"}, "need onnxruntime.*pip install onnxruntime-gpu", id="tensorrt"),
    ],
)
def test_an_engine_that_is_not_installed_says_how_to_get_it(form: str, changes: dict[str, str], message: str) -> None:
    with pytest.raises(engines.EngineUnavailable, match=message):
        engines.candidates(form, settings.Settings(**changes), lambda _: False)


def test_an_engine_that_has_no_code_for_the_device_is_refused() -> None:
    with pytest.raises(engines.EngineUnavailable, match="engine openvino runs no model in the format onnx on device gpu"):
        engines.candidates("onnx", settings.Settings(engine="openvino", device="gpu"), lambda _: True)


def test_what_is_installed_is_told_without_importing_it() -> None:
    assert engines.installed("onnxruntime")


def test_every_format_and_choice_has_an_engine() -> None:
    assert {kind.format for kind in engines.KINDS.values()} == models.FORMATS.keys()
    assert {form for read in models.READS.values() for form in read} == models.FORMATS.keys()
    assert set(settings.CHOICES["engine"]) == models.READS.keys() == {"auto", *engines.KINDS}


@pytest.mark.parametrize("name", ["openvino", "onnxruntime"])
def test_a_file_that_is_no_model_is_named(name: str, tmp_path: pathlib.Path) -> None:
    weights = models.Weights("onnx", tmp_path / "inference.onnx")
    weights.program.write_bytes(b"no model")
    with pytest.raises(models.BadModels, match=r"inference\.onnx cannot be loaded: "):
        engines.open_session(name, engines.Program(weights), settings.Settings(device="cpu"))
