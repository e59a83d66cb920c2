"""The OCR server's prompt modes: what language to read, whether with layout, and the words for a vision model. Pure.

`chat` comes here. A prompt becomes the form's field that `wishes.parse` knows, so that whatever reads a page reads these too.
"""

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence

from kubeocr_contract import languages, wire
from kubeocr_runtime import errors, forms, tongues

MODE_FIELD, LANGUAGES_FIELD, LANGUAGE_FIELD = "prompt_mode", "languages", "language"
DEFAULT, TEXT = "prompt_layout_all_en", "prompt_text_only_en"
"""What is done where no mode is named: the first where pages are asked for, the second where a chat shows them."""
MIXED = "mixed"
MODES = (
    DEFAULT, "prompt_layout_all_tr", "prompt_layout_all", "prompt_layout_all_mixed",
    TEXT, "prompt_text_only_tr", "prompt_text_only", "prompt_text_only_mixed",
)  # fmt: skip
"""Those that a refusal lists; behind either of the two any language may stand."""
_MODE = re.compile(r"prompt_(?P<what>layout(?:_all)?|text_only)(?:_(?P<language>[\w-]{1,64}))?")


@dataclasses.dataclass(frozen=True, slots=True)
class Prompt:
    """What a request wants of its pages."""

    layout: bool
    """Whether blocks, lines and words are wanted beside the text."""
    asked: tuple[languages.Language, ...]
    """Its languages; `languages.AUTO` alone where none is named."""
    named: bool = False
    """Whether a mode was; else a message's own words say what is wanted."""

    @property
    def fields(self) -> dict[str, str]:
        """As a form has it."""
        return {wire.LANGUAGE_FIELD: tongues.SEPARATOR.join(language.id for language in self.asked)}

    @property
    def instruction(self) -> str:
        """What a vision model is told."""
        named = [language.name for language in self.asked if language is not languages.AUTO]
        which = f" The text is in {_listed(named)}." if named else ""
        how = _WITH_LAYOUT if self.layout else _TEXT_ONLY
        return f"{how}{which} Do not translate, correct or add anything."


_TEXT_ONLY = "Read all text in the picture, in reading order. Answer with the text alone."
_WITH_LAYOUT = (
    "Read all text in the picture, in reading order. Answer with one JSON list of objects, each with bbox [x1, y1, x2, y2] "
    "in pixels, category and text."
)


def parse(fields: Mapping[str, object], default: str = DEFAULT) -> Prompt:
    """Of a JSON body's fields `prompt_mode`, `language` and `languages`; what is named by itself goes before the mode's own.

    Raises `errors.InvalidField`, `UnknownLanguage`.
    """
    named = fields.get(MODE_FIELD) or ""
    mode = named or default
    found = _mode(mode) if isinstance(mode, str) else None
    if found is None:
        raise _unknown_mode(mode)
    asked = _languages(fields) or _language(fields)
    suffix = found["language"] if found["language"] != MIXED else None
    by_mode = (_found(MODE_FIELD, suffix),) if suffix and not asked else ()
    return Prompt(found["what"] != "text_only", asked or by_mode or (languages.AUTO,), named=bool(named))


def is_mode(text: str) -> bool:
    """Whether a text is a mode's name, whatever language stands behind it."""
    return _mode(text) is not None


def _mode(text: str) -> re.Match[str] | None:
    return _MODE.fullmatch(text.strip().casefold())


def _languages(fields: Mapping[str, object]) -> tuple[languages.Language, ...]:
    given = fields.get(LANGUAGES_FIELD) or []
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(x, str) for x in given):
        message = f'{LANGUAGES_FIELD}: {given!r:.64} is no list of languages, such as ["en", "tr"]'
        raise errors.InvalidField(message, field=LANGUAGES_FIELD)
    if len(given) > tongues.MOST:
        raise errors.InvalidField(f"{LANGUAGES_FIELD}: {len(given)} are more than {tongues.MOST}", field=LANGUAGES_FIELD)
    found = tuple(dict.fromkeys(_found(LANGUAGES_FIELD, name) for name in given))
    return (languages.AUTO,) if languages.AUTO in found else found


def _language(fields: Mapping[str, object]) -> tuple[languages.Language, ...]:
    given = fields.get(LANGUAGE_FIELD)
    if given is None or given == "":
        return ()
    if not isinstance(given, str):
        raise errors.InvalidField(f"{LANGUAGE_FIELD}: {given!r:.64} is no language's id or name", field=LANGUAGE_FIELD)
    return (_found(LANGUAGE_FIELD, given),)


def _found(field: str, name: str) -> languages.Language:
    try:
        return tongues.language(name)
    except languages.UnknownLanguage as e:
        raise errors.UnknownLanguage(f"{field}: {e}", field=field) from None


def _unknown_mode(mode: object) -> errors.InvalidField:
    shown = repr(mode)[: forms.SHOWN]
    near = difflib.get_close_matches(mode.casefold(), MODES, n=1) if isinstance(mode, str) else []
    hint = f"; did you mean {near[0]!r}?" if near else ""
    message = f"{MODE_FIELD}: {shown} is none of {', '.join(MODES)}, nor one of them with another language's id{hint}"
    return errors.InvalidField(message, field=MODE_FIELD, allowed=list(MODES))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
