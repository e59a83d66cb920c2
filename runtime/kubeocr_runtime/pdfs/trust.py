"""Whether the text that a page brings along says what a reader would see on it. Pure.

A file may carry any text it likes beside what it shows. It is believed only where nothing speaks against it: what is doubted is
read from the picture, which costs time and no words.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from kubeocr_runtime.pdfs import layers

_FEW = 20
"""Characters. Less may be a number beside a scan, or a page whose text is outlines."""
_HIDDEN = 0.02
"""Share of characters. Invisible text is mostly another OCR's reading of a scan, with its mistakes."""
_UNREADABLE = 0.01
"""Share of characters: replacements, private use, controls, and glyphs for which the file names no letter."""
_PICTURES = 0.3
"""Share of the page. Larger pictures are scans, or figures with words of their own."""
_LETTERS = 0.6
"""Share of letters and digits among characters, without leaders and rules. A font whose codes are no letters gives signs."""
_ODD = 0.25
"""Share of words that mix scripts, cases or are too long to be one."""
_VOICED = 0.75
"""Share of Latin words with a vowel. A font whose codes are other letters gives words that nobody could say."""
_WORDS = 8
"""Fewer tell nothing of their kind."""
_LONGEST = 30
"""Letters of a word that is written with spaces beside it."""

_LEADERS = re.compile(r"([^\w\s])(?:\s*\1){2,}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_NO_LETTERS = frozenset({"Cc", "Co", "Cn", "Cs"})
_VOWELS = frozenset("aeiouyæœø")


def doubt(layer: layers.Layer) -> str | None:
    """The first rule (a key of `RULES`) that speaks against a page's own text; None where it can be trusted."""
    return next((name for name, breaks in RULES.items() if breaks(layer)), None)


def _characters(layer: layers.Layer) -> int:
    return sum(not c.isspace() for line in layer.lines for c in line.text)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def _unreadable(layer: layers.Layer) -> float:
    bad = sum(c == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(c) in _NO_LETTERS for c in layer.text if c != "\n")
    return _share(max(bad, layer.facts.unmapped), _characters(layer))


def _letters(layer: layers.Layer) -> float:
    """Share of characters that carry meaning: letters, their marks, digits."""
    counted = [unicodedata.category(c)[0] for c in _LEADERS.sub("", layer.text) if not c.isspace()]
    return sum(kind in "LMN" for kind in counted) / len(counted) if counted else 0.0


def _odd(layer: layers.Layer) -> float:
    words = _WORD.findall(layer.text)
    return _share(sum(_is_odd(word) for word in words), len(words)) if len(words) >= _WORDS else 0.0


def _is_odd(word: str) -> bool:
    cased = word.lower() != word.upper()
    in_order = word.islower() or word.isupper() or word[1:].islower()
    return (cased and (not in_order or len(word) > _LONGEST)) or len({_script(c) for c in word} - {""}) > 1


def _script(character: str) -> str:
    """Of those that look alike, by the first word of a letter's name; the rest mix where they please (kana and kanji)."""
    name = unicodedata.name(character, "").split(" ")[0]
    return name if name in {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC"} else ""


def _voiced(layer: layers.Layer) -> float:
    words = [word for word in _WORD.findall(layer.text) if word[1:].islower() and _script(word[0]) == "LATIN"]
    if len(words) < _WORDS:
        return 1.0
    return sum(any(_plain(c) in _VOWELS for c in word.lower()) for word in words) / len(words)


def _plain(character: str) -> str:
    """Without its accent."""
    return unicodedata.normalize("NFD", character)[0]


RULES: Mapping[str, Callable[[layers.Layer], bool]] = {
    "few": lambda layer: _characters(layer) < _FEW,
    "hidden": lambda layer: _share(layer.facts.hidden, _characters(layer)) > _HIDDEN,
    "unreadable": lambda layer: _unreadable(layer) > _UNREADABLE,
    "pictures": lambda layer: layer.facts.pictures > _PICTURES,
    "drawn": lambda layer: layer.facts.shapes > _characters(layer),
    "annotations": lambda layer: layer.facts.annotations > 0,
    "signs": lambda layer: _letters(layer) < _LETTERS,
    "odd": lambda layer: _odd(layer) > _ODD,
    "voiceless": lambda layer: _voiced(layer) < _VOICED,
}
"""In the order asked."""
