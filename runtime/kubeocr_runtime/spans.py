"""Where the words of a text begin and end. Pure, and loads next to nothing: what draws PDFs splits their text the same way."""

import itertools
from collections.abc import Iterable, Sequence

from kubeocr_runtime import alphabets

Span = tuple[int, int]
"""First character of a word, and the one behind its last."""


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
    if alphabets.is_unspaced(character):
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
