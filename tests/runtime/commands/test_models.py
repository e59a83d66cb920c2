"""`kubeocr models verify` and `bake`, as a Job and a person run them."""

import json
import pathlib

import pytest

from kubeocr_contract import names
from kubeocr_runtime import models as store
from kubeocr_runtime.commands import models

NAME = "PP-OCRv6_small_det"


@pytest.fixture
def image(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder as an image has it, with a model."""
    folder = tmp_path / "image"
    (folder / NAME).mkdir(parents=True)
    for file in (store.DESCRIPTION, "inference.onnx"):
        (folder / NAME / file).write_text(file, encoding="utf-8")
    files = {path.name: store.digest(path) for path in (folder / NAME).iterdir()}
    manifest = json.dumps({"models": {NAME: {"source": "test", "files": files}}})
    (folder / names.MANIFEST_FILE).write_text(manifest, encoding="utf-8")
    return folder


def test_a_folder_as_it_was_baked(image: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models.main(["verify", str(image)]) == 0
    assert capsys.readouterr().out == f"1 models, 2 files in {image} are as they were baked\n"


def test_every_file_that_is_not_is_named(image: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (image / NAME / "inference.onnx").write_text("other", encoding="utf-8")
    (image / NAME / store.DESCRIPTION).unlink()
    assert models.main(["verify", str(image)]) == 1
    told = capsys.readouterr().err
    assert f"{image}/{NAME}/inference.onnx: its SHA-256 is " in told
    assert f"{image}/{NAME}/{store.DESCRIPTION} is missing" in told


@pytest.mark.parametrize(
    ("manifest", "want"),
    [pytest.param("{}", "is no manifest of models", id="no-manifest"), pytest.param(None, "has no manifest.json", id="none")],
)
def test_a_folder_that_cannot_be_verified(
    manifest: str | None, want: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if manifest is not None:
        (tmp_path / names.MANIFEST_FILE).write_text(manifest, encoding="utf-8")
    assert models.main(["verify", str(tmp_path)]) == 1
    assert want in capsys.readouterr().err


def test_a_job_fills_a_volume_from_its_image(
    image: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = tmp_path / "volume"
    words = ["bake", "--out", str(volume), "--source", "image", "--carried", str(image), "--models", NAME]
    assert models.main(words) == 0
    assert capsys.readouterr().out == f"{NAME} from image:{image}\n1 models in {volume}, 1 of them new\n"
    assert models.main(words) == 0
    assert capsys.readouterr().out == f"1 models in {volume}, 0 of them new\n"
    assert models.main(["verify", str(volume)]) == 0


@pytest.mark.parametrize(
    ("engine", "want"),
    [
        pytest.param("onnxruntime", 0, id="onnxruntime"),
        pytest.param("openvino", 0, id="OpenVINO reads ONNX"),
        pytest.param("tensorrt", 0, id="TensorRT reads ONNX"),
        pytest.param("paddle", 1, id="paddle does not"),
    ],
)
def test_models_are_baked_for_an_engine(image: pathlib.Path, tmp_path: pathlib.Path, engine: str, want: int) -> None:
    words = ["--source", "image", "--carried", str(image), "--models", NAME, "--retries", "1"]
    assert models.main(["bake", "--out", str(tmp_path / "volume"), "--engine", engine, *words]) == want


def test_a_volume_that_cannot_be_written_is_one_line(image: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = image / names.MANIFEST_FILE / "volume"
    words = ["bake", "--out", str(out), "--source", "image", "--carried", str(image), "--models", NAME]
    assert models.main(words) == 1
    assert capsys.readouterr().err == f"missing: {out}: Not a directory\n"


def test_an_image_gives_all_that_it_has_where_nothing_is_named(image: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert models.main(["bake", "--out", str(tmp_path / "volume"), "--source", "image", "--carried", str(image)]) == 0
    assert store.manifest(tmp_path / "volume") == store.manifest(image)


def test_an_image_without_models_is_said(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert models.main(["bake", "--out", str(tmp_path / "volume"), "--source", "image", "--carried", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"missing: {tmp_path} has no manifest.json: this is no image that carries models\n"
