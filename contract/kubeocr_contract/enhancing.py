"""How a caller asks for a page to be made easier to read, and how an answer tells what was done. The parameters' names, and the
presets', are the OCR server's; forms of the PaddleOCR API have them too.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

ENHANCE_FIELD = "enhance"
"""Form field: one of `WORDS`."""
OPTIONS_FIELD = "enhance_options"
"""Form field, with JSON in it, and key of the OCR server's JSON: an object of `PARAMETERS`, or of `PRESET` and `OVERRIDES`."""
PRESET, OVERRIDES = "preset", "overrides"
NONE, AUTO = "none", "auto"
PRESETS = ("light", "medium", "aggressive", "scan_light", "scan_medium", "scan_heavy", "handwritten", "newspaper", "technical")
WORDS = (NONE, AUTO, *PRESETS)
"""The first is what a request has that says nothing."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What one parameter may be."""

    default: bool | float | None
    """Where an object of parameters leaves it out; a boolean for a parameter that is one."""
    least: float = 0
    most: float = 0
    meaning: str = ""


PARAMETERS: Mapping[str, Parameter] = {
    "grayscale": Parameter(default=True, meaning="shades of grey in place of colours"),
    "auto_contrast": Parameter(default=True, meaning="spread the shades from black to white"),
    "brightness": Parameter(default=1.0, least=0.5, most=2.0, meaning="factor: less is darker, more is lighter"),
    "contrast": Parameter(default=1.2, least=0.5, most=2.0, meaning="factor of each shade's distance from the mean"),
    "sharpness": Parameter(default=1.1, least=0.5, most=2.0, meaning="less smooths edges, more sharpens them"),
    "blur_radius": Parameter(default=0.5, least=0.0, most=2.0, meaning="pixels of a Gaussian blur against noise"),
    "threshold": Parameter(
        default=None, least=0, most=255, meaning="what is darker becomes black, all else white; null: shades are kept"
    ),
    "invert": Parameter(default=False, meaning="white for black"),
    "deskew": Parameter(default=False, meaning="turn a page that was put in at a slant, until its lines are level"),
}
WHOLE = frozenset({"threshold"})
"""Parameters that are whole numbers, or null."""


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """What was done to a page before it was read."""

    parameters: Mapping[str, bool | float | None]
    """Each of `PARAMETERS`."""
    skew: float = 0.0
    """Degrees that it was turned counter-clockwise for its lines to be level."""
    gain: float | None = None
    """Of `AUTO`: by which part more of the page is taken for text than before; None where nobody measured."""

    def json(self) -> dict[str, Any]:
        """Under `enhancement` of a page."""
        measured = {} if self.gain is None else {"gain": round(self.gain, 4)}
        return {"parameters": dict(self.parameters), "skew": round(self.skew, 2), **measured}


def form_schemas() -> dict[str, Any]:
    """OpenAPI's schemas of the form's two fields."""
    return {
        ENHANCE_FIELD: {
            "type": "string",
            "enum": list(WORDS),
            "default": NONE,
            "description": "prepare the page's picture before it is read: with a preset, or (auto) with what measurably helps",
        },
        OPTIONS_FIELD: {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": options_schema(),
            "description": "JSON: parameters, or a preset with overrides",
        },
    }


def done_schema() -> dict[str, Any]:
    """Of `Done.json`."""
    parameters = {"type": "object", "properties": _parameters(), "required": list(PARAMETERS)}
    number = {"type": "number"}
    told = {"parameters": parameters, "skew": {**number, "minimum": -45, "maximum": 45}, "gain": number}
    return {"type": "object", "required": ["parameters", "skew"], "properties": told}


def options_schema() -> dict[str, Any]:
    """Of the object that `OPTIONS_FIELD` holds."""
    overrides = {"type": "object", "properties": _parameters(), "additionalProperties": False}
    preset = {"type": "string", "enum": list(PRESETS)}
    return {**overrides, "properties": {PRESET: preset, OVERRIDES: overrides, **_parameters()}}


def _parameters() -> dict[str, Any]:
    return {name: _schema(name, parameter) for name, parameter in PARAMETERS.items()}


def _schema(name: str, parameter: Parameter) -> dict[str, Any]:
    told = {"default": parameter.default, "description": parameter.meaning}
    if isinstance(parameter.default, bool):
        return {"type": "boolean", **told}
    kind = ["integer", "null"] if name in WHOLE else "number"
    return {"type": kind, "minimum": parameter.least, "maximum": parameter.most, **told}
