"""A table out of the HTML that a block has of it: cells with their text, and how far each reaches. Pure."""

import dataclasses
from html import parser


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """Of a table; `row` and `column` from 0."""

    row: int
    column: int
    text: str
    rows: int = 1
    """That it reaches over."""
    columns: int = 1
    is_heading: bool = False


_MOST = 1000
"""What a cell may reach over, as in HTML itself for columns; more is nothing that a page has."""


def cells(html: str) -> tuple[Cell, ...]:
    """In the order of the HTML. A cell goes to the first place in its row that no cell from above reaches into."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(_placed(reader.rows))


def size(found: tuple[Cell, ...]) -> tuple[int, int]:
    """Rows and columns."""
    rows = max((cell.row + cell.rows for cell in found), default=0)
    return rows, max((cell.column + cell.columns for cell in found), default=0)


class _Reader(parser.HTMLParser):
    """Rows of cells (text, rows, columns, is_heading)."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[Cell]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            told = dict(attrs)
            rows, columns = (_reach(told.get(name)) for name in ("rowspan", "colspan"))
            self.rows = self.rows or [[]]
            self.rows[-1].append(Cell(0, 0, "", rows, columns, tag == "th"))
            self._inside = True
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in {"td", "th", "tr", "table"}

    def handle_data(self, data: str) -> None:
        if self._inside:
            row = self.rows[-1]
            row[-1] = dataclasses.replace(row[-1], text=row[-1].text + data)


def _reach(told: str | None) -> int:
    return min(max(int(told), 1), _MOST) if told and told.isascii() and told.isdigit() else 1


def _placed(rows: list[list[Cell]]) -> list[Cell]:
    taken: set[tuple[int, int]] = set()
    placed: list[Cell] = []
    for row, found in enumerate(rows):
        column = 0
        for cell in found:
            while (row, column) in taken:
                column += 1
            reach = min(cell.rows, len(rows) - row)
            placed.append(dataclasses.replace(cell, row=row, column=column, rows=reach, text=cell.text.strip()))
            taken |= {(row + i, column + k) for i in range(reach) for k in range(cell.columns)}
    return placed
