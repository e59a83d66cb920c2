"""Whether what a language model says stands in the document, and where. Pure.

Compared are words: letters and digits without case, accents' codings, punctuation and white space, of which OCR and models each
have their own idea.
"""

import bisect
import dataclasses
import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence

from kubeocr_runtime import alphabets, results

_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[{alphabets.UNSPACED}]|[^\W\d_{alphabets.UNSPACED}]+")
"""Of a script that is written without spaces, a letter is a word."""
_PLACES = 8
_LONG = 8
"""Letters from which a value is believed to stand in the middle of what was read as one word."""
_SLACK = 8
"""Words that may stand among a value's own, besides as many again: the other columns of its row."""
_ALIKE = 0.8
_FUZZY_LENGTH = 5
"""Letters of a word from which one misread letter is forgiven."""
_FUZZY_PAGES = 32
"""Of a document in which that is tried: 3 ms a word and page."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands."""

    page: int
    """From 1."""
    lines: tuple[results.Line, ...]
    """That have some of it, in order."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A page's words, in order."""

    number: int
    lines: tuple[results.Line, ...]
    words: tuple[str, ...]
    line_of: tuple[int, ...]
    """Index in `lines` of each word."""
    starts: tuple[int, ...]
    """Where each word begins in `joined`."""
    joined: str
    known: frozenset[str]
    """The words, each once."""

    @classmethod
    def of(cls, page: results.PageResult) -> "Page":
        """What was read."""
        found = [(word, index) for index, line in enumerate(page.lines) for word in words(line.text)]
        starts, end = [], 0
        for word, _ in found:
            starts.append(end)
            end += len(word)
        texts = tuple(word for word, _ in found)
        return cls(
            page.number, page.lines, texts, tuple(index for _, index in found), tuple(starts), "".join(texts), frozenset(texts)
        )

    def whole(self, value: str) -> Iterator[Place]:
        """Wherever the value stands as it is."""
        at = self.joined.find(value)
        while at >= 0:
            first, last = self._word_at(at), self._word_at(at + len(value) - 1)
            exact = self.starts[first] == at and self.starts[last] + len(self.words[last]) == at + len(value)
            if exact or self._inside(at, value):
                yield self._place(range(first, last + 1))
            at = self.joined.find(value, at + 1)

    def scattered(self, wanted: Sequence[str], *, fuzzy: bool) -> Place | None:
        """Where all its words stand near each other; `fuzzy`: be a letter of a long one misread."""
        alike: list[frozenset[str]] = []
        for word in dict.fromkeys(wanted):
            alike.append(self._alike(word, fuzzy=fuzzy))
            if not alike[-1]:
                return None
        window = _shortest(self.words, alike)
        if window is None or len(window) > 2 * len(wanted) + _SLACK:
            return None
        every = frozenset().union(*alike)
        return self._place([index for index in window if self.words[index] in every])

    def _alike(self, word: str, *, fuzzy: bool) -> frozenset[str]:
        if word in self.known:
            return frozenset({word})
        if not fuzzy or len(word) < _FUZZY_LENGTH or not word.isalpha():
            return frozenset()
        return frozenset(filter(str.isalpha, difflib.get_close_matches(word, self.known, n=2, cutoff=_ALIKE)))

    def _word_at(self, offset: int) -> int:
        return bisect.bisect_right(self.starts, offset) - 1

    def _inside(self, at: int, value: str) -> bool:
        """Whether it may stand between others without white space: no number goes on where it ends."""
        around = (self.joined[max(0, at - 1) : at] + value[0], value[-1] + self.joined[at + len(value) :][:1])
        return len(value) >= _LONG and not any(len(pair) == 2 and pair.isdigit() for pair in around)

    def _place(self, indexes: Sequence[int]) -> Place:
        lines = dict.fromkeys(self.line_of[index] for index in indexes)
        return Place(self.number, tuple(self.lines[index] for index in lines))


def find(value: str, pages: Sequence[Page]) -> tuple[Place, ...]:
    """Where a value stands, at most _PLACES; empty where it does not."""
    wanted = words(value)
    if not wanted:
        return ()
    whole = dict.fromkeys(place for page in pages for place in page.whole("".join(wanted)))
    fuzzy = len(pages) <= _FUZZY_PAGES
    near = (page.scattered(wanted, fuzzy=fuzzy) for page in pages)
    return tuple(itertools.islice(whole or (place for place in near if place is not None), _PLACES))


def words(text: str) -> list[str]:
    """A text's words, each without what may be written one way or another; 1,234.50 is one."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word.replace(",", "").replace(".", "") for word in _WORD.findall(plain)]


def _shortest(found: Sequence[str], wanted: Sequence[frozenset[str]]) -> range | None:
    """The shortest stretch that has one of each."""
    last: dict[int, int] = {}
    best: range | None = None
    for index, word in enumerate(found):
        last.update((number, index) for number, options in enumerate(wanted) if word in options)
        if len(last) == len(wanted):
            stretch = range(min(last.values()), index + 1)
            best = stretch if best is None or len(stretch) < len(best) else best
    return best
