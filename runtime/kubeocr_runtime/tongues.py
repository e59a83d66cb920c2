"""The field `lang`: one language, several (`en,ar`) or `auto`, as the models that read them. Pure; `wishes` comes here.

Of several recognisers one of the route's own version reads first, that for the most languages, and the others read what it is
not sure of (`tries`).
"""

import dataclasses
from collections.abc import Iterable, Mapping

from kubeocr_contract import languages, wire
from kubeocr_contract import models as catalogue
from kubeocr_runtime import errors, models, readers, tries

SEPARATOR = ","
MOST = 10
"""Languages of one request."""
_BROAD = "Hans"


@dataclasses.dataclass(frozen=True, slots=True)
class Tongues:
    """What a page is to be read as."""

    asked: tuple[languages.Language, ...]
    """The languages; `languages.AUTO` alone where that was asked for."""
    reader: catalogue.Reader
    script: str
    """That the reader has to know; that of `languages.AUTO` where it is more than one."""
    others: tuple[tries.Other, ...] = ()

    @property
    def first(self) -> languages.Language:
        """What answers name before anything is read."""
        return self.asked[0]

    @property
    def detects(self) -> bool:
        """Whether a page's language is to be told."""
        return len(self.asked) > 1 or self.guesses

    @property
    def guesses(self) -> bool:
        """Whether it may be any."""
        return self.asked == (languages.AUTO,)

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of the languages that it may be; none where that was said."""
        found = languages.catalogue() if self.guesses else self.asked
        return tuple(x.id for x in found) if self.detects else ()


def parse(version: str, text: str, store: readers.Store) -> Tongues:
    """Raises `errors.InvalidField`, `UnknownLanguage`, `LanguageNotCarried`."""
    named = text.split(SEPARATOR, MOST)
    asked = tuple(dict.fromkeys(_language(name, version) for name in named[:MOST]))
    if len(named) > MOST or (languages.AUTO in asked and len(asked) > 1):
        raise errors.InvalidField(
            f"{wire.LANGUAGE_FIELD}: one language, up to {MOST} with commas between them, or {languages.AUTO.id} alone",
            field=wire.LANGUAGE_FIELD,
        )
    return _all(version, store) if languages.AUTO in asked else _of(version, {x: _reader(x, version, store) for x in asked})


def readable(version: str, store: readers.Store) -> dict[languages.Language, catalogue.Reader]:
    """Every language that something here reads, by what does."""
    alike: dict[tuple[tuple[catalogue.Reader, ...], ...], list[languages.Language]] = {}
    for language in languages.catalogue():
        ways = tuple(catalogue.readers(language, version, size) for size in catalogue.sizes(version))
        alike.setdefault(ways, []).append(language)
    found = ((_carried(group[0], version, store), group) for ways, group in alike.items() if any(ways))
    return {language: reader for reader, group in found if reader for language in group}


def _all(version: str, store: readers.Store) -> Tongues:
    found = readable(version, store)
    if not found:
        raise errors.LanguageNotCarried(f"{wire.LANGUAGE_FIELD}: no model here reads any language", image=None)
    return dataclasses.replace(_of(version, found), asked=(languages.AUTO,))


def _of(version: str, by: Mapping[languages.Language, catalogue.Reader]) -> Tongues:
    groups: dict[catalogue.Reader, list[languages.Language]] = {}
    for language, reader in by.items():
        groups.setdefault(reader, []).append(language)

    def place(reader: catalogue.Reader) -> tuple[bool, int, bool]:
        # of PP-OCRv3 each model reads one language or script; the Chinese one knows Latin letters too
        return reader.version != version, -len(groups[reader]), groups[reader][0].script != _BROAD

    widest, *rest = sorted(groups, key=place)
    others = {reader.recogniser: tries.Other(reader.recogniser, _script(groups[reader])) for reader in rest}
    others.pop(widest.recogniser, None)
    return Tongues(tuple(by), widest, _script(groups[widest]), tuple(others.values()))


def _script(group: Iterable[languages.Language]) -> str:
    scripts = {language.script for language in group}
    return scripts.pop() if len(scripts) == 1 else languages.AUTO.script


def language(name: str) -> languages.Language:
    """`languages.find`, or `languages.AUTO` by its id. Raises `languages.UnknownLanguage`."""
    return languages.AUTO if name.strip().casefold() == languages.AUTO.id else languages.find(name)


def _language(name: str, version: str) -> languages.Language:
    try:
        return language(name)
    except languages.UnknownLanguage as e:
        raise errors.UnknownLanguage(f"{wire.LANGUAGE_FIELD}: {e}", supported_languages=_supported(version)) from None


def _reader(language: languages.Language, version: str, store: readers.Store) -> catalogue.Reader:
    if not catalogue.readers(language, version, catalogue.sizes(version)[0]):
        message = f"{wire.LANGUAGE_FIELD}: no model of PP-OCR reads {language.name} ({language.id})"
        raise errors.UnknownLanguage(message, supported_languages=_supported(version))
    try:
        return store.reader(language, version)
    except models.NotCarried as e:
        raise errors.LanguageNotCarried(f"{wire.LANGUAGE_FIELD}: {e}", language=language.id, image=e.image) from None


def _carried(language: languages.Language, version: str, store: readers.Store) -> catalogue.Reader | None:
    try:
        return store.reader(language, version)
    except models.NotCarried:
        return None


def _supported(version: str) -> list[str]:
    return wire.caller_ids(wire.languages_of(version))
