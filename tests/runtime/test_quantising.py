"""Recognisers in 8-bit integers, made for real: the same lines are read, and whoever looks finds the files in the manifest."""

import functools
import logging
import pathlib
import shutil

import numpy as np
import onnx
import pytest
import yaml
from onnx import helper, numpy_helper

from kubeocr_contract import languages, settings
from kubeocr_runtime import calibration, engines, models, pipelines, quantising, recognition, samples, staging
from kubeocr_runtime.commands import models as command
from kubeocr_runtime.engines import cpus

RECOGNISER, DETECTOR = "PP-OCRv6_small_rec", "PP-OCRv6_small_det"


def test_the_same_lines_are_drawn_every_time() -> None:
    first, again = list(calibration.lines(12)), list(calibration.lines(12))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert len({line.shape for line in first}) > 6
    assert all(line.dtype == np.uint8 and line.ndim == 3 and line.std() > 5 for line in first)


def convolution(name: str, *shape: int) -> tuple[onnx.NodeProto, onnx.TensorProto]:
    weights = numpy_helper.from_array(np.zeros(shape, np.float32), f"w{name}")
    return helper.make_node("Conv", ["x", f"w{name}"], [f"y{name}"], name=name), weights


def test_pointwise_convolutions_with_many_weights_and_depthwise_ones_become_integer() -> None:
    nodes, weights = zip(
        convolution("large", 192, 96, 1, 1),
        convolution("small", 96, 96, 1, 1),
        convolution("wide", 192, 192, 3, 3),
        convolution("depthwise", 192, 1, 3, 3),
        convolution("another", 120, 1, 1, 7),
        strict=True,
    )
    graph = helper.make_graph([*nodes, helper.make_node("Relu", ["x"], ["r"], name="relu")], "g", [], [], [*weights])
    assert quantising.convolutions(graph) == ["large", "depthwise"]


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of two models that the packages carry, the recogniser quantised."""
    packages = models.Store.open(settings.Settings(models_dir=""))
    folder = tmp_path_factory.mktemp("baked")

    def copy(name: str, into: pathlib.Path) -> str:
        model = packages.get(name)
        (into / models.DESCRIPTION).write_text(yaml.safe_dump(dict(model.description), allow_unicode=True), encoding="utf-8")
        shutil.copyfile(model.weights.program, into / "inference.onnx")
        return "packages"

    names = (DETECTOR, RECOGNISER)
    staging.publish(folder, {name: staging.stage(folder, name, functools.partial(copy, name)) for name in names})
    assert command.main(["quantise", str(folder)]) == 0
    return folder


@pytest.mark.models
def test_the_manifest_has_what_was_made(baked: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [*models.manifest(baked)[RECOGNISER]] == ["inference.int8.onnx", "inference.onnx", "inference.yml"]
    assert [*models.manifest(baked)[DETECTOR]] == ["inference.onnx", "inference.yml"]
    assert command.main(["verify", str(baked)]) == 0
    sizes = [(baked / RECOGNISER / name).stat().st_size for name in ("inference.int8.onnx", "inference.onnx")]
    assert sizes[0] < 0.7 * sizes[1]


@pytest.mark.models
def test_weights_leave_room_for_cpus_that_add_two_products_in_16_bits(baked: pathlib.Path) -> None:
    graph = onnx.load(str(baked / RECOGNISER / models.QUANTISED)).graph
    integers = [
        numpy_helper.to_array(x) for x in graph.initializer if x.data_type == onnx.TensorProto.INT8 and len(x.dims) == 4
    ]
    assert len(integers) == len([node for node in graph.node if node.op_type == "Conv" and "Dequantize" in node.input[1]])
    assert 2 * 255 * max(int(np.abs(weights.astype(np.int16)).max()) for weights in integers) < 2**15


def with_engine(engine: str, folder: pathlib.Path) -> pipelines.Pipelines:
    chosen = settings.Settings(models_dir=str(folder), engine=engine, device="cpu", precision="int8", languages=("en",))
    return pipelines.Pipelines.open(chosen)


@pytest.mark.models
@pytest.mark.parametrize("engine", ["auto", "openvino"])
def test_lines_read_the_same_in_integers(engine: str, baked: pathlib.Path) -> None:
    words = ["The committee met on 14 October,", "Apple pie (2) costs $5.80 & more", "yours sincerely, J. O'Neill"]
    loaded = with_engine(engine, baked)
    reader = loaded.store.reader(languages.find("en"), "PP-OCRv6")
    assert loaded.read(samples.Page(1, samples.page(words)), pipelines.ReadOptions(reader=reader)).text.split("\n") == words
    assert loaded.engine.name == "openvino"


@pytest.mark.models
def test_in_integers_too_a_line_reads_the_same_to_the_last_bit_whoever_shares_its_batch(baked: pathlib.Path) -> None:
    loaded = with_engine("openvino", baked)
    loaded.warm()
    (recogniser,) = loaded.shelf.recognisers.values()
    strips = [strip for strip in map(recogniser.scale, calibration.lines(24)) if recognition.bucket(strip) == 320]
    together = recogniser.engine.infer(recognition.stack(strips, 320))
    assert len(strips) > 2
    for index, strip in enumerate(strips):
        alone = recogniser.engine.infer(recognition.stack([strip], 320))
        assert all(np.array_equal(a[index], b[0]) for a, b in zip(together, alone, strict=True)), index


@pytest.mark.models
@pytest.mark.skipif(not cpus.multiply_bytes(), reason="this CPU is not made for integers")
def test_integers_are_compared_with_no_other_engine(baked: pathlib.Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    auto = pipelines.Pipelines.open(settings.Settings(models_dir=str(baked), device="cpu", languages=("en",)))
    auto.warm()
    assert auto.engine.name == "openvino"
    assert "the fastest" not in caplog.text, "two were opened"


@pytest.mark.models
def test_an_engine_without_integers_says_so(baked: pathlib.Path) -> None:
    with pytest.raises(engines.EngineUnavailable, match="precision int8: onnxruntime's CPUExecutionProvider computes in fp32"):
        with_engine("onnxruntime", baked).warm()


@pytest.mark.models
def test_int8_that_was_not_made_is_told() -> None:
    with pytest.raises(
        engines.EngineUnavailable, match=r"precision int8: PP-OCRv6_small_rec is not here in int8; `kubeocr models"
    ):
        pipelines.Pipelines.open(settings.Settings(models_dir="", device="cpu", precision="int8")).warm()


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        pytest.param(lambda folder: None, "has no recogniser in ONNX that was baked into it", id="empty"),
        pytest.param(
            lambda folder: (folder / "manifest.json").write_text("[]", encoding="utf-8"),
            "is no manifest of models",
            id="broken",
        ),
    ],
)
def test_a_folder_with_nothing_to_quantise(prepare, message: str, tmp_path, capsys) -> None:
    prepare(tmp_path)
    assert command.main(["quantise", str(tmp_path)]) == 1
    assert message in capsys.readouterr().err
