import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import report
from kubeocr_runtime import engines, tensors, wheels
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import tables

PARAMETERS = tables.Parameters.parse(wheels.describe(catalogue.TABLES))
PIECES = PARAMETERS.pieces


def scores(*said: str) -> np.ndarray:
    """What a model says that is sure of these pieces, and of the end."""
    return np.eye(len(PIECES), dtype=np.float32)[[*(PIECES.index(piece) for piece in said), len(PIECES) - 1, 1]]


def test_the_pieces_are_those_that_the_model_was_trained_with() -> None:
    assert len(PIECES) == 50
    assert (PIECES[1], PIECES[-2]) == ("<thead>", tables.CELL)
    assert "<td>" not in PIECES


def test_pieces_end_where_the_table_does() -> None:
    said = scores("<tr>", tables.CELL, "<td", ' colspan="2"', ">", "</td>", "</tr>")
    places = np.arange(len(said) * 8, dtype=np.float32).reshape(-1, 8)
    pieces, corners = tables.decoded(places, said, PIECES)
    assert "".join(pieces) == '<tr><td></td><td colspan="2"></td></tr>'
    assert corners.tolist() == [places[1].tolist(), places[2].tolist()]


class OneCell:
    """An `engines.Engine` of a table of one cell, which is the left half of the square that it is given."""

    about = report.Engine()
    batch_pixels = 0

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        said = scores(tables.CELL)
        places = np.tile(np.array([0, 0, 0.5, 0, 0.5, 1, 0, 1], np.float32), (len(said), 1))
        return places[None], said[None]


@pytest.mark.parametrize(
    ("box", "want"),
    [
        pytest.param(Box(100, 50, 300, 250), Box(100, 50, 200, 250), id="square"),
        pytest.param(Box(100, 50, 300, 150), Box(100, 50, 200, 250), id="lower than wide: the square goes on below it"),
    ],
)
def test_cells_are_in_pixels_of_the_page(box: Box, want: Box) -> None:
    table = tables.Finder(OneCell(), PARAMETERS).find(np.zeros((400, 400, 3), np.uint8), box)
    assert (table.box, table.cells, table.pieces) == (box, (want,), (tables.CELL,))


def test_cells_end_where_the_page_does() -> None:
    table = tables.Finder(OneCell(), PARAMETERS).find(np.zeros((200, 400, 3), np.uint8), Box(100, 50, 300, 150))
    assert table.cells == (Box(100, 50, 200, 200),)


def test_a_table_is_laid_in_the_upper_left_corner() -> None:
    batch = tables.prepare(np.full((10, 20, 3), 255, np.uint8), PARAMETERS)
    assert batch.shape == (1, 3, 488, 488)
    assert (batch[0, :, :244] > 2).all()
    assert (batch[0, :, 244:] == 0).all()
