"""A page's picture made easier to read, when someone asks for it: `pipelines` calls `prepared` with a page that stands upright.

`asked` turns fields and JSON into a `Wish`, `recipes` has the parameters and presets, `shades` and `tones` apply them, `gains`
chooses, `skew` tells the slant.
"""

import dataclasses

from kubeocr_contract import enhancing
from kubeocr_runtime import detection, sheets
from kubeocr_runtime.enhancement import gains, recipes, shades, skew

Eyes = gains.Eyes
Recipe = recipes.Recipe


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    recipe: Recipe = recipes.PLAIN
    auto: bool = False
    """Take the recipe that helps, if any does."""

    @property
    def looks(self) -> int:
        """How many times a page's lines are found, at most."""
        return len(gains.TRIED) + 2 if self.auto else 2 if self.recipe.deskew else 1


NOTHING = Wish()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is read, its lines found."""

    sheet: sheets.Sheet
    quads: detection.Quads
    done: enhancing.Done | None = None
    """None where nothing was asked for."""


def prepared(sheet: sheets.Sheet, wish: Wish, eyes: Eyes) -> Prepared:
    """A page as it is wished, and its lines."""
    if wish == NOTHING:
        return Prepared(sheet, eyes.look(sheet.image).quads)
    seen = gains.best(sheet.image, eyes) if wish.auto else gains.seen(sheet.image, wish.recipe, eyes)
    shaded = sheet.with_shades(shades.apply(sheet.image, seen.recipe))
    degrees = _slant(shaded, seen, wish)
    done = enhancing.Done(_told(seen, wish, degrees), degrees, seen.gain if wish.auto else None)
    if not degrees:
        return Prepared(shaded, seen.marks.quads, done)
    level = shaded.levelled(degrees)
    return Prepared(level, eyes.look(level.image).quads, done)


def _slant(sheet: sheets.Sheet, seen: gains.Seen, wish: Wish) -> float:
    """Degrees to level it by; 0 where nobody asked for it, where it is not worth it, and where there is no room."""
    if not (wish.auto or seen.recipe.deskew):
        return 0.0
    degrees = skew.degrees(seen.marks.quads)
    worth = abs(degrees) >= (skew.LEAST if seen.recipe.deskew else skew.SEEN)
    return degrees if worth and sheet.has_room(degrees) else 0.0


def _told(seen: gains.Seen, wish: Wish, degrees: float) -> dict[str, bool | float | None]:
    return seen.recipe.parameters | ({"deskew": bool(degrees)} if wish.auto else {})
