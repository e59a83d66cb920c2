"""Each parameter does what its name says, as Pillow does where Pillow has it."""

from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageEnhance
import PIL.ImageFilter
import PIL.ImageOps
import pytest

from kubeocr_runtime import samples, tensors
from kubeocr_runtime.enhancement import recipes, shades


def faded() -> tensors.Image:
    """A page in shades of 120 to 190."""
    page = samples.page(["faded letters"], 320).astype(np.float64)
    return (120 + page * 70 / 255).astype(np.uint8)


def coloured() -> tensors.Image:
    return np.stack([faded(), 255 - faded(), faded() // 2], axis=-1)[:, :, 0]


def apply(image: tensors.Image, **parameters: Any) -> tensors.Image:
    return shades.apply(image, recipes.Recipe(**parameters))


def pillow(image: tensors.Image) -> PIL.Image.Image:
    return PIL.Image.fromarray(np.ascontiguousarray(image[:, :, ::-1]))


@pytest.mark.parametrize("deskew", [False, True])
def test_nothing_to_do_is_the_same_picture(deskew: bool) -> None:
    image = faded()
    assert apply(image, deskew=deskew) is image


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.7, 2.0])
@pytest.mark.parametrize(
    ("name", "enhancer"),
    [
        pytest.param("brightness", PIL.ImageEnhance.Brightness, id="brightness"),
        pytest.param("contrast", PIL.ImageEnhance.Contrast, id="contrast"),
        pytest.param("sharpness", PIL.ImageEnhance.Sharpness, id="sharpness"),
    ],
)
@pytest.mark.parametrize("image", [pytest.param(faded(), id="grey"), pytest.param(coloured(), id="coloured")])
def test_factors_are_pillow_s(image: tensors.Image, name: str, enhancer: Any, factor: float) -> None:
    ours = apply(image, **{name: factor}).astype(int)
    theirs = np.asarray(enhancer(pillow(image)).enhance(factor)).astype(int)[:, :, ::-1]
    # Pillow leaves the outermost pixels as they are when it sharpens
    inner = (slice(1, -1), slice(1, -1)) if name == "sharpness" else ...
    assert np.abs(ours - theirs)[inner].max() <= 2


@pytest.mark.parametrize("radius", [0.3, 1.0, 2.0])
def test_blur_is_gaussian(radius: float) -> None:
    theirs = np.asarray(pillow(faded()).filter(PIL.ImageFilter.GaussianBlur(radius))).astype(int)
    # Pillow comes near with three boxes
    assert np.abs(apply(faded(), blur_radius=radius).astype(int) - theirs[:, :, ::-1]).mean() < 1


def test_contrast_is_spread_from_black_to_white() -> None:
    spread = apply(faded(), auto_contrast=True)
    assert (faded().min(), faded().max()) == (120, 190)
    assert (spread.min(), spread.max()) == (0, 255)


def test_a_speck_does_not_hold_the_spreading_up() -> None:
    image = faded()
    image[0, 0] = 0
    assert np.percentile(apply(image, auto_contrast=True), 1) < 10


def test_noise_on_paper_is_not_spread() -> None:
    noise = np.random.default_rng(3).integers(230, 236, (80, 80, 1), np.uint8).repeat(3, axis=2)
    assert np.ptp(apply(noise, auto_contrast=True)) <= 6


def test_colours_are_kept_unless_they_are_unwanted() -> None:
    assert np.ptp(apply(coloured(), auto_contrast=True), axis=2).max() > 50
    grey = apply(coloured(), grayscale=True)
    assert (grey.shape, np.ptp(grey, axis=2).max()) == (coloured().shape, 0)


@pytest.mark.parametrize("image", [pytest.param(faded(), id="grey"), pytest.param(coloured(), id="coloured")])
def test_a_threshold_leaves_black_and_white(image: tensors.Image) -> None:
    grey = np.asarray(pillow(image).convert("L")).astype(int)
    middle = int(grey.min() + grey.max()) // 2
    two = apply(image, threshold=middle)
    assert set(np.unique(two)) == {0, 255}
    assert (two[:, :, 0] == 0)[grey < middle - 1].all()
    assert (two[:, :, 0] == 255)[grey > middle].all()


def test_ends_of_the_threshold() -> None:
    assert apply(faded(), threshold=0).min() == 255
    assert apply(np.full((9, 9, 3), 254, np.uint8), threshold=255).max() == 0


def test_the_negative_is_taken_last() -> None:
    assert (apply(faded(), threshold=150, invert=True) == 255 - apply(faded(), threshold=150)).all()


def test_all_at_once_is_one_after_the_other() -> None:
    image = pillow(faded()).convert("L")
    image = PIL.ImageOps.autocontrast(image, cutoff=0.1)
    image = PIL.ImageEnhance.Contrast(PIL.ImageEnhance.Brightness(image).enhance(0.9)).enhance(1.3)
    image = PIL.ImageEnhance.Sharpness(image).enhance(1.4)
    ours = apply(faded(), grayscale=True, auto_contrast=True, brightness=0.9, contrast=1.3, sharpness=1.4)
    assert np.abs(ours[1:-1, 1:-1, 0].astype(int) - np.asarray(image).astype(int)[1:-1, 1:-1]).max() <= 6
