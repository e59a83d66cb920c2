"""Notices a model that says the same over and over, as vision models do on empty tables and rows of dots. Pure.

What is repeated counts, not what is said first: after REPEATED tokens of it the answer is cut. Tokens are estimated, since
servers may send several at a time.
"""

import dataclasses
import re

REPEATED = 192
"""Tokens that only repeat what stood before them. A dotted leader across a page has half as many."""
PERIOD = 96
"""The most tokens of what is repeated: what is longer, a page may well have three times."""
_EVERY = 16
"""Tokens after which it is looked again; with REPEATED, less than 256."""
_TOKEN = re.compile(r"[A-Za-z]{1,4}|\d{1,3}|\s{1,8}|.", re.DOTALL)
_TAIL = (REPEATED + PERIOD + _EVERY) * 8
"""Characters that may matter."""


@dataclasses.dataclass(slots=True)
class Guard:
    """Listens to one answer."""

    text: str = ""
    looped: bool = False
    _unseen: int = 0

    def hear(self, piece: str) -> bool:
        """Whether to listen on. Once it is not, `text` has what was repeated once."""
        self.text += piece
        self._unseen += len(tokens(piece))
        if self._unseen >= _EVERY:
            self._unseen = 0
            while repeated := repetition(self.text[-_TAIL:]):
                self.text = self.text[:-repeated]
                self.looped = True
        return not self.looped


def tokens(text: str) -> list[str]:
    """About those of a language model: four letters, three digits or eight blanks are one, as is a sign or any other letter."""
    return _TOKEN.findall(text)


def repetition(text: str) -> int:
    """Characters at the end of a text that only repeat what stands before them; 0 where they are too few to be a loop."""
    last, *backwards = tokens(text)[::-1] or [""]  # the last one may go on
    for length, period in _periods(backwards):
        if period <= PERIOD and length - period >= max(REPEATED, 2 * period):
            return len(last) + sum(map(len, backwards[: length - period]))
    return 0


def _periods(items: list[str]) -> list[tuple[int, int]]:
    """For each beginning of a list, the longest first: its length, and after how many items it repeats itself at the soonest.

    By the borders of Knuth, Morris and Pratt (SIAM J. Comput. 6, 1977).
    """
    border = [0] * len(items)
    for index in range(1, len(items)):
        length = border[index - 1]
        while length and items[index] != items[length]:
            length = border[length - 1]
        border[index] = length + (items[index] == items[length])
    return [(index + 1, index + 1 - border[index]) for index in reversed(range(len(items)))]
