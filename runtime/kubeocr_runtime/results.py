"""What reading a page gives: lines in reading order. Made by `pipelines`, rendered by whoever answers a request."""

import dataclasses

from kubeocr_contract import detected, enhancing

Point = tuple[int, int]
Polygon = tuple[Point, Point, Point, Point]


@dataclasses.dataclass(frozen=True, slots=True)
class Word:
    """A piece of a line between white space; of a script without it, what is read as one."""

    text: str
    confidence: float
    """As a line's."""
    polygon: Polygon
    """Likewise."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One piece of text as the detector found it."""

    text: str
    confidence: float
    """Mean probability of its characters, 0 to 1; 0 where no character was read."""
    polygon: Polygon
    """Corners in pixels of the page as it was given, from the line's own top left, clockwise as the text is read."""
    words: tuple[Word, ...] = ()
    """In the order of the text; empty where nobody asked for them."""
    language: str = ""
    """Id of the one that it was taken to be in; empty where that was said, or cannot be told."""


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """A region of a page's layout: a heading, a paragraph, a table, a figure."""

    label: str
    """Of PP-StructureV3's names: doc_title, paragraph_title, text, table, image, formula, seal, chart, header, footer, ..."""
    polygon: Polygon
    """Corners in pixels of the page as it was given, clockwise from the block's own top left."""
    confidence: float
    content: str = ""
    """What it says: text; of a table HTML, of a formula LaTeX."""
    lines: tuple[Line, ...] = ()
    """Those inside, in reading order."""
    image: bytes = b""
    """A PNG of it, where it is a figure."""
    continues: bool = False
    """Whether it goes on with the text of the one before it, as at the head of a column."""


@dataclasses.dataclass(frozen=True, slots=True)
class PageResult:
    """A page's lines, grouped in the rows that a reader would read as one."""

    number: int
    """From 1."""
    width: int
    height: int
    angle: int
    """Degrees that the page was turned counter-clockwise to stand upright: 0, 90, 180 or 270."""
    rows: tuple[tuple[Line, ...], ...]
    own_text: bool = False
    """Whether the lines are the file's own text, taken in place of a reading."""
    blocks: tuple[Block, ...] = ()
    """In reading order; empty where nobody asked for the layout."""
    enhanced: enhancing.Done | None = None
    """What was done to it before it was read; None where nobody asked for anything."""
    shares: tuple[detected.Share, ...] = ()
    """Of its languages, the largest first; empty where its language was said."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in order."""
        return tuple(line for row in self.rows for line in row)

    @property
    def text(self) -> str:
        """One text line a row; the pieces of a row are joined by a space."""
        return "\n".join(" ".join(line.text for line in row) for row in self.rows)
