"""The text that a page of a PDF brings along, as a value that goes from process to process. Pure."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_runtime import results


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What tells whether a layer can be trusted; `trust` judges it."""

    hidden: int = 0
    """Characters that are drawn invisible: as a rule another OCR's reading, laid under a scan."""
    unmapped: int = 0
    """Characters for whose glyph the file names no letter."""
    pictures: float = 0.0
    """Share of the page that pictures cover, 0 to 1."""
    shapes: int = 0
    """Drawn paths; text that was turned into outlines is many of them."""
    annotations: int = 0
    """What writes on the page but is not in its text: form fields, notes, stamps."""


@dataclasses.dataclass(frozen=True, slots=True)
class Layer:
    """A page's lines as the file has them, and the page's size in pixels as it would be rendered."""

    size: tuple[int, int]
    lines: tuple[results.Line, ...]
    facts: Facts

    @property
    def text(self) -> str:
        """All lines, in the file's order."""
        return "\n".join(line.text for line in self.lines)


def to_json(layer: Layer) -> dict[str, Any]:
    """For `from_json`."""
    lines = [[line.text, line.polygon, [[word.text, word.polygon] for word in line.words]] for line in layer.lines]
    return {"size": layer.size, "lines": lines, "facts": dataclasses.asdict(layer.facts)}


def from_json(told: Mapping[str, Any]) -> Layer:
    """The layer of which `to_json` made it. Raises `KeyError`, `TypeError`, `ValueError` for anything else."""
    width, height = told["size"]
    lines = tuple(_line(*line) for line in told["lines"])
    return Layer((int(width), int(height)), lines, Facts(**told["facts"]))


def _line(text: str, polygon: Any, words: Any) -> results.Line:
    within = tuple(results.Word(str(word), 1.0, _polygon(corners)) for word, corners in words)
    return results.Line(str(text), 1.0, _polygon(polygon), within)


def _polygon(corners: Any) -> results.Polygon:
    a, b, c, d = ((int(x), int(y)) for x, y in corners)
    return a, b, c, d
