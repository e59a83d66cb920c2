"""The languages of both HTTP APIs and of PaddleOCR, and the many names that callers use for each.

`languages.tsv` is the data, one row a language. Its facts: ids and ISO codes of the two APIs' own lists, PaddleOCR's ids
from paddleocr/_utils/langs.py (3.7.0), scripts by ISO 15924. Where a list contradicts ISO 639 (Catalan as "es"), ISO wins.
"""

import csv
import dataclasses
import difflib
import functools
import importlib.resources
import re
from collections.abc import Iterable, Mapping

_REGION = re.compile(r"^(?!zh)([a-z]{2})-(?:[a-z]{2}|\d{3})$")
"""Of BCP 47, behind a language other than Chinese, whose script depends on it."""
_SHOWN = 64
"""Characters of a name that its refusal repeats; none is as long."""


@dataclasses.dataclass(frozen=True, slots=True)
class Language:
    """One row of the catalogue; an empty string means that the list in question does not have the language."""

    id: str
    """BCP 47: the name of the language in an OCRService, in settings and in metrics."""
    name: str
    native_name: str
    iso639_1: str
    script: str
    direction: str
    paddleocr: str
    paddleocr_api: str
    """Its id in the PaddleOCR API (21 of them)."""
    ocr_server_code: str
    ocr_server_id: str


AUTO = Language("auto", "Detected automatically", "", "", "Zyyy", "ltr", "", "", "", "")
"""In place of a language: whatever a page is in. None of the catalogue; its script is ISO 15924's for any."""
UNDETERMINED = Language("und", "Undetermined", "", "", AUTO.script, AUTO.direction, "", "", "", "")
"""Likewise (BCP 47): of a text of which nothing tells it."""


class UnknownLanguage(ValueError):
    """No language goes by that name; the message has the nearest one that does."""


@functools.cache
def catalogue() -> tuple[Language, ...]:
    """Every language, sorted by id."""
    text = importlib.resources.files(__package__).joinpath("languages.tsv").read_text(encoding="utf-8")
    return tuple(Language(**row) for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@functools.cache
def by_id() -> Mapping[str, Language]:
    """Catalogue id -> language."""
    return {language.id: language for language in catalogue()}


def find(name: str) -> Language:
    """The language that a caller means by an id of either API, an ISO code, PaddleOCR's id or a name, in any case.

    A region behind an ISO code is ignored. Raises `UnknownLanguage`. Where two lists use one code for two languages
    (PaddleOCR's "ka" is Kannada, ISO's Georgian), ISO wins.
    """
    language = _aliases().get(_fold(name)) or _aliases().get(_REGION.sub(r"\1", _fold(name)))
    if language is None:
        raise UnknownLanguage(f"{name[:_SHOWN]!r} is no known language{_suggestion(name[:_SHOWN])}")
    return language


def find_all(names: Iterable[str]) -> tuple[Language, ...]:
    """`find` for each name, in order, each language once."""
    return tuple(dict.fromkeys(find(name) for name in names))


@functools.cache
def _aliases() -> Mapping[str, Language]:
    """Folded name -> language; the first list that has a name decides."""
    columns = ("id", "ocr_server_code", "ocr_server_id", "paddleocr_api", "paddleocr", "name", "native_name")
    aliases: dict[str, Language] = {"french": by_id()["fr"], "german": by_id()["de"], "chinese": by_id()["zh"]}
    for column in columns:
        for language in catalogue():
            aliases.setdefault(_fold(getattr(language, column)), language)
    aliases.pop("", None)
    return aliases


def _fold(name: str) -> str:
    return name.strip().casefold().replace("_", "-")


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(_fold(name), _aliases(), n=1)
    return f"; did you mean {_aliases()[near[0]].id!r}?" if near else ""
