"""A mark on what is read goes back where it was on the page, whatever was done to the page."""

import numpy as np
import pytest

from kubeocr_runtime import sheets, tensors

MARK = (120, 60, 150, 75)
"""Left, top, right, bottom on the page."""


def page() -> tensors.Image:
    image = np.full((140, 220, 3), 230, np.uint8)
    left, top, right, bottom = MARK
    image[top:bottom, left:right] = 0
    return image


def bent() -> np.ndarray:
    """A grid by which lines that run evenly come from a wave."""
    x, y = np.meshgrid(np.linspace(0, 220, 23), np.linspace(0, 140, 15))
    return np.stack([x, y + 8 * np.sin(x / 35)], axis=-1)


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(sheets.Sheet.of(page()), id="as it is"),
        *(pytest.param(sheets.Sheet.of(page()).turned(angle), id=f"turned by {angle}") for angle in (0, 90, 180, 270)),
        *(pytest.param(sheets.Sheet.of(page()).levelled(by), id=f"levelled by {by}") for by in (-31, -2.5, 0.4, 12, 44)),
        pytest.param(sheets.Sheet.of(page()).flattened(bent()), id="flattened"),
        pytest.param(sheets.Sheet.of(page()).turned(90).flattened(bent()[:, :, ::-1]).levelled(7), id="all of it"),
    ],
)
def test_a_mark_goes_back_where_it_was(sheet: sheets.Sheet) -> None:
    ys, xs = np.nonzero(sheet.image[:, :, 0] < 115)
    back = sheet.placement.back(np.stack([xs + 0.5, ys + 0.5], axis=-1))
    inside = (back >= np.array(MARK[:2]) - 1) & (back <= np.array(MARK[2:]) + 1)
    assert inside.all()
    assert np.ptp(back, axis=0) == pytest.approx([30, 15], abs=2)


def test_corners_that_are_new_look_like_the_page_s_edge() -> None:
    assert sheets.Sheet.of(page()).levelled(20).image[0, 0].tolist() == [230, 230, 230]


def test_what_is_done_to_shades_moves_nothing() -> None:
    sheet = sheets.Sheet.of(page()).turned(90)
    darker = sheet.with_shades(sheet.image // 2)
    assert darker.placement is sheet.placement
    assert darker.image.max() == 115


def test_more_rows_than_are_flattened_at_once() -> None:
    tall = np.repeat(np.arange(600) // 3, 30).reshape(600, 10, 3).astype(np.uint8)
    straight = np.stack(np.meshgrid([0.0, 10.0], [0.0, 600.0]), axis=-1)
    assert np.abs(sheets.Sheet.of(tall).flattened(straight).image.astype(int) - tall).max() <= 1
