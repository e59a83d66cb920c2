"""What scripts are written with: which of a recogniser's characters can stand on their pages, and which have no spaces. Pure.

`loading` cuts a model down to such characters.

A model of many languages spends a sixth of its time on scores of characters that no page of the service has.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

# ISO 15924 -> first words of its letters' names in Unicode. Latin and Greek stand on pages of every script.
_EVERYWHERE = frozenset({"LATIN", "GREEK", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "SCRIPT", "DOUBLE-STRUCK"})
_NAMES: Mapping[str, frozenset[str]] = {
    "Latn": frozenset(), "Grek": frozenset(),
    "Arab": frozenset({"ARABIC"}), "Armn": frozenset({"ARMENIAN"}), "Beng": frozenset({"BENGALI"}),
    "Cyrl": frozenset({"CYRILLIC"}), "Deva": frozenset({"DEVANAGARI"}), "Ethi": frozenset({"ETHIOPIC"}),
    "Geor": frozenset({"GEORGIAN"}), "Gujr": frozenset({"GUJARATI"}), "Guru": frozenset({"GURMUKHI"}),
    "Hebr": frozenset({"HEBREW"}), "Khmr": frozenset({"KHMER"}), "Knda": frozenset({"KANNADA"}), "Laoo": frozenset({"LAO"}),
    "Mlym": frozenset({"MALAYALAM"}), "Mymr": frozenset({"MYANMAR"}), "Orya": frozenset({"ORIYA"}),
    "Sinh": frozenset({"SINHALA"}), "Syrc": frozenset({"SYRIAC"}), "Taml": frozenset({"TAMIL"}), "Telu": frozenset({"TELUGU"}),
    "Thai": frozenset({"THAI"}), "Tibt": frozenset({"TIBETAN"}),
}  # fmt: skip
"""Scripts that are not here (Chinese, Japanese, Korean) borrow from one another: they keep every character."""
_WIDE = frozenset("WF")
_OF_NAMES = {
    "LATIN": "Latn", "GREEK": "Grek", "CJK": "Hani", "HIRAGANA": "Hrkt", "KATAKANA": "Hrkt", "HANGUL": "Kore",
    **{word: script for script, words in _NAMES.items() for word in words},
}  # fmt: skip

_UNSPACED = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip
"""Code points of scripts that are written without spaces: Thai and Lao, Tibetan, Burmese, Khmer, kana, Han."""
UNSPACED = "".join(f"{chr(first)}-{chr(last)}" for first, last in _UNSPACED)
"""The same for between the brackets of a regular expression."""


def is_unspaced(character: str) -> bool:
    """Whether it is of a script that is written without spaces."""
    return any(first <= ord(character) <= last for first, last in _UNSPACED)


def kept(characters: Sequence[str], scripts: Collection[str]) -> tuple[int, ...]:
    """Indices of what may stand on pages of these scripts (ISO 15924); blank and space are always kept.

    Digits, punctuation and signs stand everywhere, but full-width ones only beside Chinese, Japanese and Korean.
    """
    if keep_all(scripts):
        return tuple(range(len(characters)))
    words = _EVERYWHERE.union(*(_NAMES[script] for script in scripts))
    return tuple(i for i, text in enumerate(characters) if _stands(text, words))


def keep_all(scripts: Iterable[str]) -> bool:
    """Whether one of them borrows from others, so that no character can be left out."""
    return not all(script in _NAMES for script in scripts)


def script(character: str) -> str:
    """What a letter is written in (ISO 15924); for what is no letter, or of a script of no language here, an empty string.

    Of Chinese and Japanese characters Hani, of kana Hrkt.
    """
    if not unicodedata.category(character).startswith(("L", "M")):
        return ""
    name = unicodedata.name(character, "").removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ")
    return _OF_NAMES.get(name.partition(" ")[0], "")


def _stands(text: Iterable[str], words: frozenset[str]) -> bool:
    return all(_is_plain(character, words) for character in text)


def _is_plain(character: str, words: frozenset[str]) -> bool:
    if unicodedata.east_asian_width(character) in _WIDE:
        return False
    name = unicodedata.name(character, "")
    return not character.isalpha() or name.partition(" ")[0] in words
