"""What was read, in parts that a language model can take at once. Pure."""

import dataclasses
from collections.abc import Iterator, Sequence

from kubeocr_runtime import results

TOKENS = 2400
"""Of a part. Ollama gives a model 4096 unless it is told otherwise, which OpenAI's API cannot
(https://github.com/ollama/ollama/blob/main/docs/faq.mdx); keys, instructions and answer need the rest.
"""
_OVERLAP = 2
"""Rows of a part that are repeated in the next: a key may stand in one and its value in the next."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    page: int
    text: str


def split(pages: Sequence[results.PageResult], most: int = TOKENS) -> tuple[str, ...]:
    """All rows in order, under their pages' numbers; none for a document without text. `most` counts tokens."""
    rows = [_Row(page.number, piece) for page in pages for text in page.text.splitlines() for piece in _pieces(text, most)]
    parts: list[str] = []
    start = 0
    while start < len(rows):
        end = _end(rows, start, most)
        parts.append(_written(rows[start:end]))
        start = end if end == len(rows) else max(start + 1, end - _OVERLAP)
    return tuple(parts)


def tokens(text: str) -> int:
    """About as many as a model makes of it, rather more: four letters are one, as is each letter outside ASCII."""
    plain = len(text.encode("ascii", "ignore"))
    return len(text) - plain + plain // 4 + 1


def cut(text: str, most: int) -> str:
    """Its beginning, of about so many tokens at most."""
    return next(_pieces(text, most), "")


def _end(rows: Sequence[_Row], start: int, most: int) -> int:
    """Behind the last row that still goes into a part, which has at least one."""
    total = 0
    for index in range(start, len(rows)):
        total += tokens(rows[index].text)
        if total > most and index > start:
            return index
    return len(rows)


def _pieces(text: str, most: int) -> Iterator[str]:
    """A row that is longer than a part is no sentence; it is cut where it is full."""
    while text:
        size = len(text)
        while size > 1 and tokens(text[:size]) > most:
            size = max(1, size * most // tokens(text[:size]))
        yield text[:size]
        text = text[size:]


def _written(rows: Sequence[_Row]) -> str:
    lines, page = [], 0
    for row in rows:
        if row.page != page:
            page = row.page
            lines.append(f"[page {page}]")
        lines.append(row.text)
    return "\n".join(lines)
