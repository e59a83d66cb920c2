"""Pages that the project draws itself: known answers for the self test, and samples for tests and demonstrations."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kubeocr_runtime import tensors

SIZE = 32  # pixels of the letters
_MARGIN = 40
_LINE = 56

KNOWN = ("Known answer 2468", "every word is right")
"""What `pipelines.self_test` lets each model read: letters and digits that nearly every dictionary has."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A page as `pipelines` takes it."""

    number: int
    image: tensors.Image


def page(lines: Sequence[str], width: int = 640) -> tensors.Image:
    """Black lines on white in the font that Pillow carries, one below the other."""
    image = Image.new("RGB", (width, 2 * _MARGIN + _LINE * len(lines)), "white")
    draw = ImageDraw.Draw(image)
    for i, line in enumerate(lines):
        draw.text((_MARGIN, _MARGIN + i * _LINE), line, fill="black", font=ImageFont.load_default(SIZE))
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
