import dataclasses
import pathlib
from typing import Any

import numpy as np
import onnx
import pytest
import yaml

from kubeocr_contract import languages, report, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import (
    detection,
    engines,
    enhancement,
    loading,
    models,
    orientation,
    pipelines,
    reading,
    recognition,
    samples,
    sheets,
    tensors,
    unwarping,
    wheels,
)

READER = catalogue.Reader("v", "x_det", "x_rec")
WHEELS = settings.Settings(models_dir="", device="cpu")


class Fake:
    """What every fake engine has."""

    about = report.Engine()
    batch_pixels = 8 * 48 * 320


class Marks(Fake):
    """An `engines.Engine` of a detector that finds what is white."""

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        return ((batch[:, :1] > 0).astype(np.float32),)


class Blind(Fake):
    """An `engines.Engine` of a detector that finds nothing."""

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        return (np.zeros_like(batch[:, :1]),)


class Brightness(Fake):
    """An `engines.Engine` of a recogniser that reads one letter: a for a crop that is lighter on the left, else b."""

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        lit = [crop[0, 24, 40] > crop[0, 24, 140] for crop in batch]
        return (np.array([[[0, 0.9, 0, 0] if left else [0, 0, 0.8, 0]] for left in lit], np.float32),)


class Turned(Fake):
    """An `engines.Engine` that says the same angle of everything."""

    def __init__(self, best: int, classes: int) -> None:
        self.best, self.classes = best, classes

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        return (np.repeat(np.eye(self.classes, dtype=np.float32)[None, self.best], len(batch), axis=0),)


def fakes(path: pathlib.Path, *, page_class: int = 0, line_class: int = 0) -> pipelines.Pipelines:
    for name in catalogue.ORIENTATIONS:
        (path / name).mkdir()
        (path / name / models.DESCRIPTION).touch()
        (path / name / "inference.onnx").touch()
    describe = wheels.describe
    store = models.Store.open(settings.Settings(models_dir=str(path)))
    return pipelines.Pipelines(
        store,
        loading.Loader(store),
        {"x_det": detection.Detector(Marks(), detection.Parameters.parse(describe("x_det")))},
        {("x_rec", False): recognition.Recogniser(Brightness(), recognition.Parameters.parse(describe("x_rec", ("a", "b"))))},
        {
            name: orientation.Classifier(Turned(best, classes), orientation.Parameters.parse(describe(name)))
            for name, best, classes in ((catalogue.DOC_ORIENTATION, page_class, 4), (catalogue.LINE_ORIENTATION, line_class, 2))
        },
    )


def marked(*rectangles: tuple[int, int, int, int]) -> samples.Page:
    image = np.zeros((320, 640, 3), np.uint8)
    for left, top, right, bottom in rectangles:
        image[top:bottom, left:right] = 255
        image[top:bottom, left : (left + right) // 2] = 180  # the left half is the darker: "b"
    return samples.Page(7, image)


TWO = marked((40, 50, 240, 80), (40, 150, 240, 180))


def test_read_tells_the_page_and_its_lines(tmp_path: pathlib.Path) -> None:
    result = fakes(tmp_path).read(TWO, pipelines.ReadOptions(reader=READER))
    assert (result.number, result.width, result.height, result.angle) == (7, 640, 320, 0)
    assert result.text == "b\nb"
    assert [line.confidence for line in result.lines] == pytest.approx([0.8, 0.8])
    (left, top), _, (right, bottom), _ = result.lines[0].polygon
    assert (left < 40, top < 50, right > 240, bottom > 80) == (True, True, True, True)


def test_an_empty_page(tmp_path: pathlib.Path) -> None:
    options = pipelines.ReadOptions(reader=READER, orient_page=True, orient_lines=True)
    assert fakes(tmp_path).read(marked(), options).rows == ()


def test_lines_on_their_head_are_turned(tmp_path: pathlib.Path) -> None:
    turned = fakes(tmp_path, line_class=1)
    assert turned.read(TWO, pipelines.ReadOptions(reader=READER, orient_lines=True)).text == "a\na"
    assert turned.read(TWO, pipelines.ReadOptions(reader=READER)).text == "b\nb"


@pytest.mark.parametrize(
    ("page_class", "angle", "first"),
    [
        pytest.param(0, 0, (40, 50), id="upright"),
        pytest.param(2, 180, (240, 180), id="on its head: the last line is the first, from its far corner"),
    ],
)
def test_boxes_of_a_turned_page_are_on_the_page_as_it_came(
    page_class: int, angle: int, first: tuple[int, int], tmp_path: pathlib.Path
) -> None:
    result = fakes(tmp_path, page_class=page_class).read(TWO, pipelines.ReadOptions(reader=READER, orient_page=True))
    assert (result.angle, result.width, result.height) == (angle, 640, 320)
    assert np.abs(np.array(result.lines[0].polygon[0]) - first).max() < 25


def test_a_page_on_its_side_is_read_upright(tmp_path: pathlib.Path) -> None:
    upright = marked((40, 50, 240, 80), (40, 150, 240, 180))
    lying = samples.Page(1, np.ascontiguousarray(np.rot90(upright.image, 3)))
    result = fakes(tmp_path, page_class=1).read(lying, pipelines.ReadOptions(reader=READER, orient_page=True))
    assert (result.angle, result.width, result.height, result.text) == (90, 320, 640, "b\nb")
    # the first line's top left corner, (40, 50) on the upright page, is (320 - 50, 40) on the one that lies on its side
    assert np.abs(np.array(result.lines[0].polygon[0]) - (270, 40)).max() < 25


class Shifts(Fake):
    """An `engines.Engine` that finds every page moved to the right by a tenth of its width, half of it more at the bottom."""

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        return (np.array([[[[-1.2, -0.2, 0.8], [-1.3, -0.3, 0.7]], [[-1, -1, -1], [1, 1, 1]]]], np.float32),)


def test_a_page_that_is_flattened_has_its_boxes_where_they_were(tmp_path: pathlib.Path) -> None:
    flat = fakes(tmp_path)
    parameters = unwarping.Parameters(red_first=True)
    flat.flatteners[catalogue.UNWARPING] = unwarping.Flattener(Shifts(), parameters)
    result = flat.read(TWO, pipelines.ReadOptions(reader=READER, flatten=True))
    assert result.text == "b\nb"
    for line, top in zip(result.lines, (50, 150), strict=True):
        assert np.abs(np.array(line.polygon[0]) - (40, top)).max() < 25


@pytest.mark.parametrize(
    ("asked", "skew"),
    [
        pytest.param({"deskew": True}, 6, id="levelled"),
        pytest.param({"contrast": 1.1}, 0, id="left at its slant"),
    ],
)
def test_a_page_that_is_enhanced_tells_it_and_has_its_boxes_where_they_were(
    asked: dict[str, Any], skew: float, tmp_path: pathlib.Path
) -> None:
    slanting = sheets.Sheet.of(TWO.image).levelled(-6)
    wish = enhancement.Wish(enhancement.Recipe(**asked))
    result = fakes(tmp_path).read(
        samples.Page(1, slanting.image), pipelines.ReadOptions(reader=READER, enhance=wish, orient_page=True)
    )
    assert (result.angle, result.width, result.height, result.text) == (0, *slanting.image.shape[1::-1], "b\nb")
    assert result.enhanced
    assert result.enhanced.skew == pytest.approx(skew, abs=0.5)
    for line, top in zip(result.lines, (50, 150), strict=True):
        # where the line's middle came from on the page before it was put in at a slant
        middle = slanting.placement.back(np.array(line.polygon).mean(axis=0))
        assert np.abs(middle - (140, top + 15)).max() < 4


@pytest.mark.parametrize(
    ("file", "want"),
    [
        pytest.param("inference.onnx", True, id="ONNX"),
        pytest.param("inference.json", False, id="Paddle's format: its grid cannot be had"),
        pytest.param("", False, id="not carried"),
    ],
)
def test_which_models_flatten_pages(file: str, want: bool, tmp_path: pathlib.Path) -> None:
    if file:
        folder = tmp_path / catalogue.UNWARPING
        folder.mkdir()
        for name in (file, models.DESCRIPTION, wheels.PADDLE_PARAMETERS):
            (folder / name).touch()
    loaded = pipelines.Pipelines.open(settings.Settings(models_dir=str(tmp_path)))
    assert loaded.flattens_pages is want


def test_a_model_that_only_shows_a_page_flat_is_named(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / catalogue.UNWARPING
    folder.mkdir()
    (folder / models.DESCRIPTION).write_text(yaml.safe_dump(wheels.describe(catalogue.UNWARPING)), encoding="utf-8")
    picture = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3, None, None])
    nodes = [onnx.helper.make_node("Identity", ["x"], ["y"])]
    flat = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 3, None, None])
    graph = onnx.helper.make_graph(nodes, "flat", [picture], [flat])
    onnx.save(onnx.helper.make_model(graph), str(folder / "inference.onnx"))
    loaded = pipelines.Pipelines.open(settings.Settings(models_dir=str(tmp_path)))
    with pytest.raises(models.BadModels, match="UVDoc: its output y is no grid of points"):
        loaded.read(TWO, pipelines.ReadOptions(reader=READER, flatten=True))


def test_without_the_models_nothing_is_turned(tmp_path: pathlib.Path) -> None:
    bare = fakes(tmp_path, page_class=2, line_class=1)
    bare.store = models.Store.open(settings.Settings(models_dir="", engine="paddle"))
    assert (bare.orients_pages, bare.orients_lines) == (False, False)
    result = bare.read(TWO, pipelines.ReadOptions(reader=READER, orient_page=True, orient_lines=True))
    assert (result.angle, result.text) == (0, "b\nb")


def test_a_description_that_lacks_something_is_named(tmp_path: pathlib.Path) -> None:
    for name in ("PP-OCRv6_small_det", "PP-OCRv6_small_rec"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "inference.onnx").touch()
        (tmp_path / name / models.DESCRIPTION).write_text("PreProcess: {transform_ops: []}\n", encoding="utf-8")
    with pytest.raises(models.BadModels, match=r"inference\.yml of PP-OCRv6_small_rec: KeyError\('RecResizeImg'\)"):
        pipelines.Pipelines.open(settings.Settings(models_dir=str(tmp_path))).warm()


def blind(tmp_path: pathlib.Path, chosen: settings.Settings) -> pipelines.Pipelines:
    """Pipelines whose detector finds nothing."""
    broken = pipelines.Pipelines.open(chosen)
    reader = broken.store.reader(languages.find("en"), WHEELS.model_version)
    parameters = recognition.Parameters(48, tuple(sorted(set("".join(samples.KNOWN)))))
    broken.detectors[reader.detector] = dataclasses.replace(fakes(tmp_path).detectors["x_det"], engine=Blind())
    broken.recognisers[reader.recogniser, False] = recognition.Recogniser(Brightness(), parameters)
    return broken


def test_the_self_test_says_what_a_model_read_instead(tmp_path: pathlib.Path) -> None:
    with pytest.raises(pipelines.SelfTestFailed, match=r"PP-OCRv6_small_det and PP-OCRv6_small_rec read '' for"):
        blind(tmp_path, WHEELS).self_test()


def test_without_the_gate_nothing_is_tested(tmp_path: pathlib.Path) -> None:
    blind(tmp_path, dataclasses.replace(WHEELS, gate="None")).self_test()


@pytest.mark.parametrize(
    ("engine", "want"),
    [
        pytest.param("openvino", (2, 3), id="computes on its streams alone, while one more thread prepares"),
        pytest.param("onnxruntime", (2, 2), id="computes on every thread"),
    ],
)
def test_streams_and_the_threads_for_them(tmp_path: pathlib.Path, engine: str, want: tuple[int, int]) -> None:
    store = models.Store.open(settings.Settings(models_dir=str(tmp_path), streams=2))
    loader = loading.Loader(store, engine=report.Engine(name=engine, device="cpu", provider="CPU", threads=1))
    opened = pipelines.Pipelines(store, loader)
    assert (opened.streams, opened.threads) == want


@pytest.fixture(scope="module")
def warm() -> pipelines.Pipelines:
    """What the installed packages carry, loaded."""
    loaded = pipelines.Pipelines.open(WHEELS)
    loaded.warm()
    return loaded


@pytest.mark.models
def test_warm_loads_each_model_once_and_the_known_page_is_right(warm: pipelines.Pipelines) -> None:
    loaded = {**warm.detectors, **warm.recognisers}
    warm.self_test()
    assert loaded.keys() == {"PP-OCRv6_small_det", ("PP-OCRv6_small_rec", False)}
    assert all({**warm.detectors, **warm.recognisers}[name] is model for name, model in loaded.items())


@pytest.mark.models
def test_a_language_without_models_fails_to_warm() -> None:
    arabic = settings.Settings(models_dir="", languages=("ar",))
    with pytest.raises(models.NotCarried, match="Arabic"):
        pipelines.Pipelines.open(arabic).warm()


@pytest.mark.models
@pytest.mark.parametrize("version", ["PP-OCRv6", "PP-OCRv5"])
def test_both_versions_read_columns_in_order(warm: pipelines.Pipelines, version: str) -> None:
    left, right = (samples.page([f"the {side} column has line {i}" for i in range(1, 5)]) for side in ("left", "right"))
    page = samples.Page(1, np.concatenate([left, right], axis=1))
    reader = warm.store.reader(languages.find("en"), version)
    result = warm.read(page, pipelines.ReadOptions(reader=reader))
    want = [f"the {side} column has line {i}" for side in ("left", "right") for i in range(1, 5)]
    assert result.text.split("\n") == want
    raster = warm.read(page, pipelines.ReadOptions(reader=reader, order=reading.RASTER))
    assert [x.text for x in raster.lines] == [
        f"the {side} column has line {i}" for i in range(1, 5) for side in ("left", "right")
    ]


@pytest.mark.models
def test_upside_down_lines_are_read_with_the_line_model(warm: pipelines.Pipelines) -> None:
    page = samples.Page(1, np.ascontiguousarray(np.rot90(samples.page(["upside down"]), 2)))
    reader = warm.store.reader(languages.find("en"), "PP-OCRv6")
    assert warm.read(page, pipelines.ReadOptions(reader=reader, orient_lines=True)).text == "upside down"


@pytest.mark.models
def test_a_line_s_text_does_not_depend_on_who_shares_its_batch(warm: pipelines.Pipelines) -> None:
    recogniser = warm.recognisers["PP-OCRv6_small_rec", False]
    strips = [
        recogniser.scale(samples.page([text], 400)[30:100])
        for text in ("first of all", "second, by the way", "third", "and so on 1234567890")
    ]
    alone = [recogniser.read([strip])[0] for strip in strips]
    assert recogniser.read_all([*strips, *strips[::-1]]) == [*alone, *alone[::-1]]


@pytest.mark.models
@pytest.mark.parametrize(
    ("changes", "script", "want"),
    [
        pytest.param({"languages": ("en",)}, "Latn", (False, 2000), id="cut to the scripts of the languages"),
        pytest.param({"languages": ("en",)}, "Hans", (True, 18710), id="whole for a script of no language of the settings"),
        pytest.param({"languages": ("en", "zh")}, "Latn", (False, 18710), id="nothing to cut off"),
        pytest.param({"languages": ("en",), "characters": "all"}, "Latn", (True, 18710), id="whole, as the settings say"),
    ],
)
def test_characters_that_are_chosen_among(changes: dict[str, object], script: str, want: tuple[bool, int]) -> None:
    loaded = pipelines.Pipelines.open(dataclasses.replace(WHEELS, **changes))
    reader = loaded.store.reader(languages.find("en"), "PP-OCRv6")
    page = samples.Page(1, samples.page(["just a line"]))
    assert loaded.read(page, pipelines.ReadOptions(reader=reader, script=script)).text == "just a line"
    [((_, whole), recogniser)] = loaded.recognisers.items()
    assert whole is want[0]
    assert want[1] * 0.8 < len(recogniser.parameters.characters) <= want[1]


@pytest.mark.models
@pytest.mark.parametrize(
    ("changes", "want"),
    [
        pytest.param({"engine": "onnxruntime"}, {"onnxruntime"}, id="named"),
        pytest.param({"engine": "openvino"}, {"openvino"}, id="named too"),
        pytest.param({}, {"onnxruntime", "openvino"}, id="auto: one of those, for both models"),
        pytest.param({"precision": "fp16", "device": "cpu"}, {"openvino"}, id="auto: one that does the precision"),
    ],
)
def test_the_engine_that_runs(changes: dict[str, str], want: set[str]) -> None:
    loaded = pipelines.Pipelines.open(dataclasses.replace(WHEELS, **changes))
    try:
        loaded.warm()
    except engines.EngineUnavailable as e:
        assert "fp16" in str(e), "a CPU without it"  # noqa: PT017
        return
    names = {model.engine.about.name for model in (*loaded.detectors.values(), *loaded.recognisers.values())}
    assert len(names) == 1
    assert names <= want
