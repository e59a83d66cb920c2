"""What may be done to a page's picture before it is read, and the presets. The parameters are the OCR server's."""

import dataclasses
from collections.abc import Mapping

from kubeocr_contract import enhancing


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A value for each of `enhancing.PARAMETERS`, in its range; unless it is said otherwise, nothing is done."""

    grayscale: bool = False
    auto_contrast: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    sharpness: float = 1.0
    blur_radius: float = 0.0
    threshold: int | None = None
    invert: bool = False
    deskew: bool = False

    @property
    def parameters(self) -> dict[str, bool | float | None]:
        """By name."""
        return {name: getattr(self, name) for name in enhancing.PARAMETERS}

    @property
    def changes_shades(self) -> bool:
        """Whether anything but the slant is changed."""
        return dataclasses.replace(self, deskew=False) != PLAIN


PLAIN = Recipe()
_GREY = Recipe(grayscale=True, auto_contrast=True)


def _grey(contrast: float, sharpness: float, blur_radius: float) -> Recipe:
    return dataclasses.replace(_GREY, contrast=contrast, sharpness=sharpness, blur_radius=blur_radius)


# The OCR server tells what its presets are for, and not what they are; these were held against benchmarks/enhancement.py
PRESETS: Mapping[str, Recipe] = {
    "light": _grey(1.1, 1.0, 0.0),
    "medium": _grey(1.2, 1.1, 0.5),
    "aggressive": dataclasses.replace(_grey(1.6, 1.4, 0.6), deskew=True),
    "scan_light": _grey(1.1, 1.1, 0.3),
    "scan_medium": _grey(1.3, 1.2, 0.5),
    "scan_heavy": dataclasses.replace(_grey(1.5, 1.4, 0.8), deskew=True),
    "handwritten": _grey(1.4, 1.2, 0.3),
    "newspaper": dataclasses.replace(_grey(1.3, 1.2, 0.6), brightness=1.1),
    "technical": dataclasses.replace(PLAIN, auto_contrast=True, contrast=1.1, sharpness=1.2),
}
