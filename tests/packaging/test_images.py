"""The built images themselves: who they run as, what is in them and what is not. Read out of their archives, layer by layer."""

import json
import pathlib
import tarfile
import tempfile

import pytest
from cluster import images

pytestmark = pytest.mark.image

SITE = "opt/kubeocr/lib/"
DOWNLOADERS = {"pip", "pip3", "curl", "wget", "git"}
COMPILERS = {"gcc", "cc", "g++", "clang", "make", "rustc", "go"}


@pytest.fixture(scope="session")
def contents():
    """Name of an image -> its config, and the paths of its files."""
    log = pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log"
    return {name: _read(images.build(name, log=log).archive) for name in images.NAMES}


@pytest.mark.parametrize(
    ("name", "without"),
    [
        pytest.param(
            "operator", {"onnxruntime", "cv2", "numpy", "PIL", "pypdfium2", "paddle"}, id="the operator without the runtime's"
        ),
        pytest.param(
            "runtime", {"kopf", "kubernetes", "pydantic", "rapidocr", "paddlex"}, id="the runtime without the operator's"
        ),
    ],
)
def test_an_image_has_none_of_the_others_packages(contents, name, without):
    installed = {
        path.split("site-packages/")[1].split("/")[0]
        for path in contents[name][1]
        if path.startswith(SITE) and "site-packages/" in path
    }
    assert not installed & without
    assert "kubeocr_contract" in installed


@pytest.mark.parametrize("name", images.NAMES)
def test_an_image_has_no_compiler_and_no_downloader(contents, name):
    programs = {pathlib.PurePosixPath(path).name for path in contents[name][1] if "/bin/" in f"/{path}"}
    assert not programs & (DOWNLOADERS | COMPILERS)


@pytest.mark.parametrize("name", images.NAMES)
def test_an_image_runs_as_a_number_that_is_not_root(contents, name):
    assert contents[name][0]["User"] == "65532:65532"


def test_the_runtime_carries_its_models_and_their_manifest(contents):
    paths = contents["runtime"][1]
    assert "models/manifest.json" in paths
    assert "models/PP-OCRv6_small_rec/inference.onnx" in paths


def _read(archive):
    with tarfile.open(archive) as outer:
        (manifest,) = json.load(outer.extractfile("manifest.json"))
        config = json.load(outer.extractfile(manifest["Config"]))["config"]
        paths = set()
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=outer.extractfile(layer)) as inner:
                paths = _laid_over(paths, inner.getnames())
    return config, paths


def _laid_over(below, layer):
    """Paths after one more layer; a file `.wh.NAME` takes NAME away: the image spec's whiteouts."""
    gone = {path.replace(".wh.", "") for path in layer if "/.wh." in path}
    kept = {path for path in below if not any(path == one or path.startswith(f"{one}/") for one in gone)} if gone else below
    return kept | {path for path in layer if "/.wh." not in path}
