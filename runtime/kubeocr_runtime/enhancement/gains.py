"""Which recipe helps, told by the models that will read the page. Pure; `enhancement` calls it with what looks and what reads.

The detector is asked first: how much of the page it takes for text, and how surely. Where a recipe lets it see more, the
recogniser reads a few of the lines from both pictures, and has to be as sure of them: specks that are taken for letters are
seen, but not read. Where most of the text was not seen at all, its lines have only to be read.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from kubeocr_runtime import detection, tensors
from kubeocr_runtime.enhancement import recipes, shades

TRIED = ("light", "medium", "scan_heavy")
"""Presets from gentle to strong; to the detector each of the others is like one of these."""
WORTH = 0.1
"""Gain from which on a recipe is taken: pages that are read without a fault differ by up to a twentieth."""
LOST = 1.0
"""Gain from which on most of the text was not seen before."""
READ = 0.7
"""Confidence of lines that are read and not guessed."""
NOISE = 0.01
"""Confidences of lines that are read without a fault differ by half of this from one picture of them to another."""
SAMPLE = 6
"""Lines that are read."""
_LEAST = 0.001
"""Of a page; less text than this is none: two letters have it."""

Look = Callable[[tensors.Image], detection.Marks]
"""What finds a picture's lines."""
Sure = Callable[[tensors.Image, detection.Quads], float]
"""Mean confidence of what some lines of a picture are read as."""


@dataclasses.dataclass(frozen=True, slots=True)
class Eyes:
    """Who is asked."""

    look: Look
    sure: Sure


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is found on a picture as a recipe makes it; not the picture: one of 100 megapixels is enough to have in memory."""

    recipe: recipes.Recipe
    marks: detection.Marks
    gain: float = 0.0
    """By which more of it is taken for text than of the picture as it came."""


def best(image: tensors.Image, eyes: Eyes) -> Seen:
    """The recipe with the largest gain that is worth it and holds; else the picture as it is."""
    plain = seen(image, recipes.PLAIN, eyes)
    tried = [_measured(seen(image, recipes.PRESETS[name], eyes), plain) for name in TRIED]
    worth = sorted((each for each in tried if each.gain >= WORTH), key=lambda each: each.gain, reverse=True)
    return next((each for each in worth if _holds(each, image, eyes)), plain)


def seen(image: tensors.Image, recipe: recipes.Recipe, eyes: Eyes) -> Seen:
    """What is found where a recipe is followed."""
    return Seen(recipe, eyes.look(shades.apply(image, recipe)))


def _measured(found: Seen, plain: Seen) -> Seen:
    return dataclasses.replace(found, gain=found.marks.text / max(plain.marks.text, _LEAST) - 1)


def _holds(found: Seen, image: tensors.Image, eyes: Eyes) -> bool:
    quads = found.marks.quads
    some = quads[np.linspace(0, len(quads) - 1, min(SAMPLE, len(quads)), dtype=int)]
    sure = eyes.sure(shades.apply(image, found.recipe), some)
    return sure >= (READ if found.gain >= LOST else eyes.sure(image, some) - NOISE)
