"""A page that may be in several scripts: lines that one recogniser is not sure of are read by others too. Pure.

`pipelines` asks here, after each round, what is still to be read, and in the end whose reading of each line counts.
"""

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Sequence

from kubeocr_runtime import recognition

SURE = 0.95
"""Lines of 18 languages drawn with DejaVu and Noto: of those that PP-OCRv6 small and PP-OCRv5 mobile read, nine in ten came
back surer than this; of Cyrillic, Greek, Arabic, Hebrew, Armenian, Georgian and Korean ones, none of 144."""
Wanted = tuple[int, recognition.Key]
"""A line and who is to read it."""
_SAMPLE = 4
"""Unsure lines with which a page's script is looked for, the longest ones: every recogniser that is here reads them."""
_WINNERS = 2
"""Recognisers that read the rest of the unsure lines then."""
_SPARSE = 2.0
"""Heights of a line that a character may take: full-width ones, spaced, take less. A recogniser that has no letter for what
stands there leaves it out, and is sure of the full stop that is left."""


@dataclasses.dataclass(frozen=True, slots=True)
class Other:
    """A recogniser that may know what the first one does not."""

    recogniser: str
    """Its model's name."""
    script: str
    """Which it is for (ISO 15924)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Try:
    """A line for one recogniser."""

    line: int
    """Index in its page."""
    strip: recognition.Strip
    recogniser: recognition.Key
    budget: int
    """Columns of a batch beyond which a larger one is no faster."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What came of a try."""

    line: int
    recogniser: recognition.Key
    text: recognition.Text
    strip: recognition.Strip
    """That it was read from: where its characters stand is told in that one's pixels."""
    sure: float
    """See `sureness`."""

    @classmethod
    def of(cls, tried: Try, text: recognition.Text) -> "Reading":
        """With how sure it is."""
        height, width = tried.strip.shape[:2]
        return cls(tried.line, tried.recogniser, text, tried.strip, sureness(text.text, text.confidence, width / height))

    @property
    def width(self) -> int:
        """Of its line, in pixels at the model's height."""
        return int(self.strip.shape[1])


def sureness(text: str, confidence: float, aspect: float) -> float:
    """How far a reading is to be believed, 0 to 1: its confidence, less where there is little of it for the line's length.

    `aspect` is the line's width by its height.
    """
    letters = sum(not character.isspace() for character in text)
    return confidence * min(1.0, letters * _SPARSE / aspect) if aspect else confidence


def read_all(
    wanted: Sequence[Try], read: Callable[[recognition.Key, list[recognition.Strip]], list[recognition.Text]]
) -> list[recognition.Text]:
    """The texts of tries, by whatever recognisers."""
    texts: dict[int, recognition.Text] = {}
    for key in dict.fromkeys(each.recogniser for each in wanted):
        indices = [i for i, each in enumerate(wanted) if each.recogniser == key]
        texts.update(zip(indices, read(key, [wanted[i].strip for i in indices]), strict=True))
    return [texts[i] for i in range(len(wanted))]


def wanted(readings: Sequence[Reading], others: Sequence[recognition.Key], *, sample: bool) -> list[Wanted]:
    """Lines, and by whom each is to be read next; empty at the end.

    With `sample`, a few lines settle first who reads the others.
    """
    best, tried = _best(readings), {each.line for each in readings if each.recogniser in others}
    unsure = [each for each in readings if each.recogniser not in others and each.sure < SURE]
    if not tried:
        few = sorted(unsure, key=lambda each: -each.width)[:_SAMPLE] if sample and len(others) > 1 else unsure
        return list(itertools.product((each.line for each in few), others))
    won = Counter(best[line].recogniser for line in sorted(tried) if best[line].recogniser in others)
    winners = [recogniser for recogniser, _ in won.most_common(_WINNERS)]
    return list(itertools.product((each.line for each in unsure if each.line not in tried), winners))


def surest(readings: Sequence[Reading]) -> list[Reading]:
    """Each line by whoever was surest of it; the first of two who were equally sure."""
    best = _best(readings)
    return [best[line] for line in sorted(best)]


def _best(readings: Sequence[Reading]) -> dict[int, Reading]:
    best: dict[int, Reading] = {}
    for each in readings:
        if each.line not in best or each.sure > best[each.line].sure:
            best[each.line] = each
    return best
