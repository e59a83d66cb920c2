"""Where the words of a text begin and end. Pure, and loads nothing: what draws PDFs splits their text the same way."""

import itertools
from collections.abc import Iterable, Sequence

Span = tuple[int, int]
"""First character of a word, and the one behind its last."""
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip
"""Code points of scripts that are written without spaces: Thai and Lao, Tibetan, Burmese, Khmer, kana, Han."""


def split(text: str) -> list[Span]:
    """Words: what stands between white space, and there the runs of scripts with and without spaces."""
    kinds = [_kind(character) for character in text]
    spans: list[Span] = []
    for is_space, group in itertools.groupby(range(len(text)), key=lambda i: text[i].isspace()):
        if not is_space:
            spans.extend(_runs(list(group), kinds))
    return spans


def _kind(character: str) -> int:
    """0 for what goes with whatever stands before it, as marks do."""
    if any(first <= ord(character) <= last for first, last in _UNSPACED):
        return 1
    return 2 if character.isalnum() else 0


def _runs(group: Sequence[int], kinds: Sequence[int]) -> Iterable[Span]:
    start, kind = group[0], 0
    for i in group:
        if kinds[i] and kind and kinds[i] != kind:
            yield start, i
            start = i
        kind = kinds[i] or kind
    yield start, group[-1] + 1
