"""What a document is made of, whatever its format, and how large a page may be. Below everything else in `documents`."""

import dataclasses
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.pdfs import layers

SIDE = 32_000  # OpenCV cuts lines out with 16-bit coordinates: cv::remap, SHRT_MAX


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A page as it is read."""

    number: int
    """From 1."""
    image: NDArray[np.uint8]
    """Height x width x 3, blue green red, upright as its EXIF orientation says."""


class Document(Protocol):
    """An opened file. Any thread may call it, one call at a time goes on; after `close` every page is broken."""

    pages: int

    def pixels(self, index: int) -> int:
        """Of a page (from 0), told without decoding it. Raises `errors.BrokenDocument`, `errors.TooLarge`."""
        ...

    def page(self, index: int) -> Page:
        """Decode a page (from 0). Raises `errors.BrokenDocument`, `errors.TooLarge`."""
        ...

    def layer(self, index: int) -> layers.Layer | None:
        """The text that a page (from 0) brings along; None where its format has none. Raises `errors.BrokenDocument`."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


def check_count(pages: int, limits: settings.Settings) -> None:
    """Raises `errors.TooLarge`."""
    if pages > limits.pages:
        raise errors.TooLarge(f"file: more than {limits.pages} pages", limit_pages=limits.pages)


def check_size(size: tuple[int, int], limits: settings.Settings) -> None:
    """`size` is width and height in pixels. Raises `errors.TooLarge`."""
    if size[0] * size[1] > limits.megapixels * 1_000_000:
        raise errors.TooLarge(
            f"file: {size[0]} x {size[1]} pixels are more than {limits.megapixels} megapixels",
            limit_megapixels=limits.megapixels,
        )
    if max(size) > SIDE:
        raise errors.TooLarge(f"file: {size[0]} x {size[1]} pixels; no side may be over {SIDE}", limit_side=SIDE)
