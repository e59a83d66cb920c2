"""Right-to-left text in the order it is read. Used by `recognition` and `pipelines`.

A recogniser goes over a crop from left to right, so an Arabic model gives characters as they stand on paper (visual order).
PaddleOCR 2 turned them round at the end (`pred_reverse`); PaddleX 3 sends them through python-bidi's `get_display`, which
takes its input for logical text. That turns a purely Arabic line round as well, but takes a line with a Latin word at its
left edge for one of a left-to-right paragraph. Here a line with Arabic in it is always one of a right-to-left paragraph, as
Unicode's algorithm (UAX 9) would have laid it out: characters are turned round, runs of Latin and digits kept, brackets
mirrored.
"""

import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_RIGHT = frozenset({"R", "AL"})
_NUMBER = frozenset({"EN", "AN"})
_LEFT = frozenset({"L"}) | _NUMBER
_WITHIN_NUMBER = frozenset({"CS", "ES"})
_MIRRORED = str.maketrans("()[]{}<>«»\u2039\u203a", ")(][}{><»«\u203a\u2039")


def logical(visual: str) -> str:
    """A line of a right-to-left paragraph, given as it stands from left to right, in the order it is read.

    A line with no right-to-left character is returned as it is.
    """
    if not _turns(visual):
        return visual
    runs = ((visual[run.start : run.stop], left) for run, left in reversed(_runs(visual)))
    return "".join(run if left else run[::-1].translate(_MIRRORED) for run, left in runs)


def order(visual: str) -> list[int]:
    """Where each character of `logical` stands in the line that it was given."""
    if not _turns(visual):
        return list(range(len(visual)))
    return [i for run, left in reversed(_runs(visual)) for i in (run if left else reversed(run))]


def mostly_right_to_left(texts: Iterable[str]) -> bool:
    """Whether more of their letters are read from right to left than the other way."""
    classes = Counter(unicodedata.bidirectional(c) for text in texts for c in text)
    return sum(classes[c] for c in _RIGHT) > classes["L"]


def _turns(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in _RIGHT for c in text)


def _runs(text: str) -> list[tuple[range, bool]]:
    """The text cut into runs, each with whether it reads from left to right."""
    kept = _left_to_right([unicodedata.bidirectional(c) for c in text])
    bounds = [i for i in range(1, len(text)) if kept[i] != kept[i - 1]]
    return [(range(a, b), kept[a]) for a, b in zip([0, *bounds], [*bounds, len(text)], strict=True)]


def _left_to_right(classes: Sequence[str]) -> list[bool]:
    """Letters and digits of left-to-right scripts, and what stands between two letters or inside a number."""
    kept = [c in _LEFT for c in classes]
    for start, end in _gaps(kept):
        between = classes[start - 1], classes[end]
        inside_number = end - start == 1 and set(between) <= _NUMBER and classes[start] in _WITHIN_NUMBER
        if (between[0] in _LEFT and between[1] in _LEFT and "L" in between) or inside_number:
            kept[start:end] = [not any(c in _RIGHT for c in classes[start:end])] * (end - start)
    return kept


def _gaps(kept: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of False with a True on either side."""
    marked = [i for i, k in enumerate(kept) if k]
    return [(a + 1, b) for a, b in itertools.pairwise(marked) if b - a > 1]
