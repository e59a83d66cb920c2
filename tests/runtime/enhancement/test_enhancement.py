"""What is done to a page, in which order, and what is told of it."""

from typing import Any

import numpy as np
import pytest

from kubeocr_runtime import detection, enhancement, sheets, tensors
from kubeocr_runtime.enhancement import recipes

SIZE = (300, 200)


def page(degrees: float = 0.0) -> sheets.Sheet:
    """A page with three grey bars that run downwards by so many degrees."""
    image = np.full((*SIZE[::-1], 3), 200, np.uint8)
    for top in (60, 100, 140):
        image[top : top + 10, 40:260] = 80
    return sheets.Sheet.of(sheets.Sheet.of(image).levelled(-degrees).image if degrees else image)


class Bars:
    """It sees what is darker than the middle of the page's shades, and is as sure of everything."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []
        self.eyes = enhancement.Eyes(self.look, lambda image, quads: 0.9)

    def look(self, image: tensors.Image) -> detection.Marks:
        self.seen.append(image.shape)
        heat = (image[:, :, 0] < 140).astype(np.float32)
        parameters = detection.Parameters(tensors.Normalisation.of([0.0] * 3, [1.0] * 3), 0.3, 0.6, 1.0, 100)
        return detection.Marks(detection.boxes(heat, (image.shape[1], image.shape[0]), parameters), float(heat.mean()))


def prepared(sheet: sheets.Sheet, *, auto: bool = False, **parameters: Any) -> tuple[enhancement.Prepared, Bars]:
    bars = Bars()
    return enhancement.prepared(sheet, enhancement.Wish(recipes.Recipe(**parameters), auto=auto), bars.eyes), bars


def test_where_nothing_is_asked_for_nothing_is_done_or_told() -> None:
    sheet = page(10)
    found, bars = prepared(sheet)
    assert found.sheet is sheet
    assert (found.done, len(found.quads), len(bars.seen)) == (None, 3, 1)


def test_a_recipe_is_followed_and_told() -> None:
    found, bars = prepared(page(), auto_contrast=True)
    assert found.sheet.image.min() == 0
    assert found.done
    assert found.done.json()["parameters"]["auto_contrast"] is True
    assert (found.done.json()["skew"], "gain" in found.done.json(), len(bars.seen)) == (0.0, False, 1)


@pytest.mark.parametrize("degrees", [-20, -3, 0.5, 12])
def test_a_slanting_page_is_levelled_and_its_lines_are_found_again(degrees: float) -> None:
    found, bars = prepared(page(degrees), deskew=True)
    assert found.done
    assert found.done.skew == pytest.approx(degrees, abs=0.3)
    assert found.sheet.placement.steps
    assert len(bars.seen) == 2
    tops = found.quads[:, :2, 1]
    assert np.ptp(tops, axis=1).max() <= 2


@pytest.mark.parametrize(
    ("degrees", "wish", "levelled"),
    [
        pytest.param(0.0, {"deskew": True}, False, id="level already"),
        pytest.param(5.0, {"contrast": 1.1}, False, id="not asked for"),
        pytest.param(3.0, {"auto": True}, False, id="too little to be done unasked"),
        pytest.param(8.0, {"auto": True}, True, id="auto"),
    ],
)
def test_when_a_page_is_levelled(degrees: float, wish: dict[str, Any], levelled: bool) -> None:
    found, _ = prepared(page(degrees), **wish)
    assert found.done
    assert bool(found.done.skew) is levelled
    assert bool(found.sheet.placement.steps) is levelled
    if "auto" in wish:
        assert found.done.parameters["deskew"] is levelled


def test_what_has_no_room_when_it_is_levelled_is_left() -> None:
    strip = np.full((40, 3000, 3), 200, np.uint8)
    strip[15:20, 100:160] = 80
    slanting = sheets.Sheet.of(strip)
    bars = Bars()
    eyes = enhancement.Eyes(
        lambda _: detection.Marks(np.array([[[0, 0], [90, 20], [88, 26], [0, 6]]], np.int32), 0.1), bars.eyes.sure
    )
    found = enhancement.prepared(slanting, enhancement.Wish(recipes.Recipe(deskew=True)), eyes)
    assert (found.done and found.done.skew, found.sheet.image.shape) == (0.0, strip.shape)


def test_auto_tells_the_gain() -> None:
    image = page().image
    faint = sheets.Sheet.of((image.astype(int) * 20 // 255 + 180).astype(np.uint8))
    found, _ = prepared(faint, auto=True)
    assert found.done
    assert found.done.gain
    assert found.done.gain > 1
    assert found.done.parameters["auto_contrast"] is True
    assert len(found.quads) == 3
