"""Lines of text that the project draws, to see what range a recogniser's numbers have.

Clean and noisy, sharp and blurred, scans in black and white, light on dark: the same lines on every machine.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from kubeocr_runtime import tensors

_SEED = 20_261_128
_WORDS = (
    "the harbour committee met on Tuesday and heard three reports; Section 7.2 (see below) was about 1,250.00 EUR or 14 %. "
    'Invoice No. 4711/B, 14 October 2019: Apple pie, MINERAL WATER, Qty 3 @ $5.80 = $17.40! Dear Ms. O\'Neill, "thank you" & '
    "good-bye... yours sincerely J. B. Quux-Zimmermann <jq@example.org> #12 [sic] {x} a/b\\c *note* ~50 _blank_ ^2 |end| is it?"
).split()
_SHADES = ((255, 0), (255, 40), (240, 60), (225, 20), (200, 90), (30, 230))
"""Of paper and ink."""
_SIZES = (14, 18, 24, 32, 40)


@dataclasses.dataclass(frozen=True, slots=True)
class _Look:
    paper: int
    ink: int
    size: int
    blur: float
    noise: float
    two_tone: bool


def lines(count: int) -> Iterator[tensors.Image]:
    """So many lines, one at a time."""
    chance = np.random.default_rng(_SEED)
    for _ in range(count):
        words = chance.choice(_WORDS, chance.integers(1, 15))
        yield _draw(" ".join(words), _look(chance), chance)


def _look(chance: Generator) -> _Look:
    paper, ink = _SHADES[chance.integers(len(_SHADES))]
    return _Look(
        paper,
        ink,
        size=int(chance.choice(_SIZES)),
        blur=float(chance.choice([0, 0, 0.4, 0.8, 1.2])),
        noise=float(chance.choice([0, 3, 8, 16])),
        two_tone=bool(chance.random() < 0.3),
    )


def _draw(text: str, look: _Look, chance: Generator) -> tensors.Image:
    font = ImageFont.load_default(look.size)
    margin = look.size // 4
    image = Image.new("L", (int(font.getlength(text)) + 2 * margin, look.size * 3 // 2), look.paper)
    ImageDraw.Draw(image).text((margin, look.size // 6), text, fill=look.ink, font=font)
    grey = np.asarray(image.filter(ImageFilter.GaussianBlur(look.blur)), np.float64)
    noisy = grey + chance.normal(0, look.noise, grey.shape)
    seen = np.where(noisy > 128, 255, 0) if look.two_tone else noisy
    return np.repeat(seen.clip(0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
