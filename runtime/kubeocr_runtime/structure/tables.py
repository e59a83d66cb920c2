"""Rows and cells of a table, from its picture alone. Sizes and decoding follow PaddleX 3.7 (inference/models/
table_structure_recognition).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import engines, tensors
from kubeocr_runtime.reading.boxes import Box

CELL, OPEN_CELL = "<td></td>", "<td"
"""A cell as one piece of HTML, and the first piece of one with attributes."""
_LONE_CELL = "<td>"


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """What a table is made of."""

    box: Box
    """In pixels of the page as it was turned."""
    pieces: tuple[str, ...]
    """Of HTML between <table> and </table>, with nothing in the cells."""
    cells: tuple[Box, ...]
    """Of each `CELL` and `OPEN_CELL` among the pieces, in their order; likewise."""


@dataclasses.dataclass(frozen=True, slots=True)
class Parameters:
    """What a table model's inference.yml tells."""

    normalisation: tensors.Normalisation
    longest: int
    """To which a table's longer side is scaled."""
    side: int
    """Of the square that it is laid on."""
    pieces: tuple[str, ...]
    """What the model's classes stand for; the first and the last begin and end a table."""

    @classmethod
    def parse(cls, description: Mapping[str, Any]) -> "Parameters":
        """Raises `KeyError` where something is missing."""
        normalise = tensors.step(description, "NormalizeImage")
        merged = tensors.step(description, "TableLabelEncode").get("merge_no_span_structure", True)
        pieces = [str(piece) for piece in description["PostProcess"]["character_dict"]]
        if merged:
            pieces = [*(piece for piece in pieces if piece not in {_LONE_CELL, CELL}), CELL]
        return cls(
            tensors.Normalisation.of(normalise["mean"], normalise["std"]),
            int(tensors.step(description, "ResizeTableImage")["max_len"]),
            int(tensors.step(description, "PaddingTableImage")["size"][0]),
            ("", *pieces, ""),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Finder:
    """A loaded table model."""

    engine: engines.Engine
    parameters: Parameters

    def find(self, page: tensors.Image, box: Box) -> Table:
        """What a table at a place of a page is made of."""
        left, top, right, bottom = int(box.left), int(box.top), int(box.right), int(box.bottom)
        image = page[top:bottom, left:right]
        places, scores = self.engine.infer(prepare(image, self.parameters))
        pieces, corners = decoded(np.asarray(places[0]), np.asarray(scores[0]), self.parameters.pieces)
        cells = corners * (self.parameters.side / scale(image, self.parameters))
        height, width = page.shape[:2]
        return Table(box, pieces, tuple(_cell(cell, (left, top), (width, height)) for cell in cells))


def scale(image: tensors.Image, parameters: Parameters) -> float:
    """What a table's sides are multiplied by."""
    return parameters.longest / max(int(side) for side in image.shape[:2])


def prepare(image: tensors.Image, parameters: Parameters) -> tensors.Tensor:
    """1 x 3 x side x side, blue green red, with nothing right of the table and below it."""
    factor = scale(image, parameters)
    width, height = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    batch = np.zeros((1, 3, parameters.side, parameters.side), np.float32)
    parameters.normalisation.write(tensors.resize(image, (width, height)), batch[0, :, :height, :width])
    return batch


def decoded(places: NDArray[Any], scores: NDArray[Any], pieces: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The pieces up to the end, and the corners of those that are cells: count x 8, parts of the square's side.

    `places` has eight numbers for each piece, `scores` one for each class.
    """
    best = scores.argmax(axis=1)
    ends = np.flatnonzero(best[1:] == len(pieces) - 1)
    count = int(ends[0]) + 1 if len(ends) else len(best)
    said = [index for index in range(count) if pieces[best[index]]]
    cells = [index for index in said if pieces[best[index]] in {CELL, OPEN_CELL, _LONE_CELL}]
    return tuple(pieces[best[index]] for index in said), np.asarray(places[cells], np.float64).reshape(-1, 8)


def _cell(corners: NDArray[np.float64], offset: tuple[int, int], page: tuple[int, int]) -> Box:
    """From the first corner to the third, which is what PaddleX takes."""
    points = corners.astype(int).reshape(4, 2) + offset
    (left, top), (right, bottom) = np.clip(points.min(axis=0), 0, page), np.clip(points.max(axis=0), 0, page)
    return Box(float(left), float(top), float(right), float(bottom))
