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
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))
"""Unicode's combining diacritical marks."""
_REGION = re.compile(r"^(?!zh)([a-z]{2})-(?:[a-z]{2}|\d{3})$")
"""Of BCP 47, behind a language other than Chinese, whose script depends on it."""
_SCRIPT = re.compile(r"^([a-z]{2,3})-([a-z]{4})(?:-(?:[a-z]{2}|\d{3}))?$")
"""Likewise a script, and a region behind it, which then tells nothing more."""
_SERVER_ID = re.compile(r"lang_([a-z]{3})_[a-z]{2}")
"""The OCR server's, with ISO 639-2's code inside."""
_OTHER_CODES = (
    "bak:ba chv:cv hau:ha ibo:ig kaz:kk kan:kn kom:kv kir:ky ltz:lb mri:mi mon:mn mar:mr msa:ms mya:my nep:ne oci:oc oss:os "
    "pli:pi que:qu roh:rm snd:sd sin:si som:so sqi:sq tgk:tg tir:ti tuk:tk tgl:tl fil:tl uig:ug xho:xh yor:yo zho:zh zul:zu "
    "kur:ku alb:sq arm:hy baq:eu bur:my chi:zh cze:cs dut:nl fre:fr geo:ka ger:de gre:el ice:is mac:mk mao:mi may:ms per:fa "
    "rum:ro slo:sk tib:bo wel:cy nb:no nn:no nob:no nno:no"
)
"""ISO 639-2 of languages for which no list has it, its bibliographic codes (loc.gov/standards/iso639-2), the two Norwegians."""
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
    """The language that a caller means by an id of either API, an ISO code, PaddleOCR's id or a name, in English or its own.

    Case, accents and widths do not matter, nor do a region behind an ISO code and a script that is the language's own. Raises
    `UnknownLanguage`. Where two lists use one code for two languages (PaddleOCR's "ka" is Kannada, ISO's Georgian), ISO wins.
    """
    folded = _fold(name)
    language = _aliases().get(folded) or _aliases().get(_REGION.sub(r"\1", folded)) or _in_script(folded)
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
    for code, language in _codes():
        aliases.setdefault(code, language)
    aliases.pop("", None)
    return aliases


def _codes() -> Iterator[tuple[str, Language]]:
    """ISO 639-2."""
    inside = ((_SERVER_ID.fullmatch(language.ocr_server_id), language) for language in catalogue())
    yield from ((found[1], language) for found, language in inside if found)
    pairs = (pair.split(":") for pair in _OTHER_CODES.split())
    yield from ((code, by_id()[language]) for code, language in pairs)


def _in_script(folded: str) -> Language | None:
    """Of a code with a script: the one that is written so."""
    found = _SCRIPT.match(folded)
    if found is None:
        return None
    language = _aliases().get(f"{found[1]}-{found[2]}") or _aliases().get(found[1])
    return language if language and language.script.casefold() == found[2] else None


def _fold(name: str) -> str:
    """Without what callers write one way or another. Accents are taken off; signs of other scripts are letters, and stay."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    return unicodedata.normalize("NFC", "".join(c for c in plain if c not in _ACCENTS)).replace("_", "-")


def _suggestion(name: str) -> str:
    near = difflib.get_close_matches(_fold(name), _aliases(), n=1)
    return f"; did you mean {_aliases()[near[0]].id!r}?" if near else ""
