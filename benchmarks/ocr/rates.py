"""How well a text was read, in per cent. Pure."""

import collections
import dataclasses
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """A text that was read, and what it should have been."""

    truth: str
    text: str


def error_percent(readings: Iterable[Reading]) -> float:
    """Edits that turn the texts into the truths, by the truths' characters; any white space counts as one blank."""
    folded = [(" ".join(each.truth.split()), " ".join(each.text.split())) for each in readings]
    wrong = sum(Levenshtein.distance(truth, text) for truth, text in folded)
    return _percent(wrong, sum(len(truth) for truth, _ in folded))


def words_percent(readings: Iterable[Reading]) -> float:
    """The share of the truths' words that the texts have, each as often as the truth has it, wherever they stand.

    Peers read across columns, so that an edit distance says more of their order than of their reading.
    """
    counted = [(collections.Counter(each.truth.split()), collections.Counter(each.text.split())) for each in readings]
    found = sum((truth & text).total() for truth, text in counted)
    return _percent(found, sum(truth.total() for truth, _ in counted))


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0
