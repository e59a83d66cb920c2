"""The OCR server's prompt modes: what language to read, whether with layout, and the words for a vision model. Pure.

The chat route and the OCR server's own routes come here. A prompt becomes the form's field that `wishes.parse` knows, so that
whatever reads a page reads these too.
"""

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence

from kubeocr_contract import languages, wire
from kubeocr_runtime import errors, tongues

MODE_FIELD, LANGUAGES_FIELD, LANGUAGE_FIELD = "prompt_mode", "languages", "language"
DEFAULT = "prompt_layout_all_en"
MIXED = "mixed"
MODES = (
    DEFAULT, "prompt_layout_all_tr", "prompt_layout_all", "prompt_layout_all_mixed",
    "prompt_text_only_en", "prompt_text_only_tr", "prompt_text_only", "prompt_text_only_mixed",
)  # fmt: skip
"""Those that a refusal lists; behind either of the two any language may stand."""
_MODE = re.compile(r"prompt_(layout_all|text_only)(?:_(.{1,64}))?")
_SHOWN = 64


@dataclasses.dataclass(frozen=True, slots=True)
class Prompt:
    """What a request wants of its pages."""

    layout: bool
    """Whether blocks, lines and words are wanted beside the text."""
    asked: tuple[languages.Language, ...]
    """Its languages; `languages.AUTO` alone where none is named."""

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


_WITH_LAYOUT = "Transcribe this page as Markdown in reading order: headings, paragraphs, lists, and tables as HTML."
_TEXT_ONLY = "Transcribe all text of this page in reading order, as plain text."


def parse(fields: Mapping[str, object]) -> Prompt:
    """Of a JSON body's fields `prompt_mode`, `language` and `languages`; what is named by itself goes before the mode's own.

    Raises `errors.InvalidField`, `UnknownLanguage`.
    """
    mode = fields.get(MODE_FIELD) or DEFAULT
    found = _MODE.fullmatch(mode.strip().casefold()) if isinstance(mode, str) else None
    if found is None:
        raise _unknown_mode(mode)
    named = _languages(fields) or _language(fields)
    suffix = found[2] if found[2] != MIXED else None
    by_mode = (_found(MODE_FIELD, suffix),) if suffix and not named else ()
    return Prompt(found[1] == "layout_all", named or by_mode or (languages.AUTO,))


def _languages(fields: Mapping[str, object]) -> tuple[languages.Language, ...]:
    given = fields.get(LANGUAGES_FIELD) or []
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(x, str) for x in given):
        raise errors.InvalidField(f'{LANGUAGES_FIELD}: a list of languages, such as ["en", "tr"]', field=LANGUAGES_FIELD)
    if len(given) > tongues.MOST:
        raise errors.InvalidField(f"{LANGUAGES_FIELD}: {tongues.MOST} at most", field=LANGUAGES_FIELD)
    found = tuple(dict.fromkeys(_found(LANGUAGES_FIELD, name) for name in given))
    return (languages.AUTO,) if languages.AUTO in found else found


def _language(fields: Mapping[str, object]) -> tuple[languages.Language, ...]:
    given = fields.get(LANGUAGE_FIELD)
    if given is None or given == "":
        return ()
    if not isinstance(given, str):
        raise errors.InvalidField(f"{LANGUAGE_FIELD}: a language's id or name", field=LANGUAGE_FIELD)
    return (_found(LANGUAGE_FIELD, given),)


def _found(field: str, name: str) -> languages.Language:
    try:
        return tongues.language(name)
    except languages.UnknownLanguage as e:
        raise errors.UnknownLanguage(f"{field}: {e}", field=field) from None


def _unknown_mode(mode: object) -> errors.InvalidField:
    shown = repr(mode)[:_SHOWN]
    near = difflib.get_close_matches(mode.casefold(), MODES, n=1) if isinstance(mode, str) else []
    hint = f"; did you mean {near[0]!r}?" if near else ""
    message = f"{MODE_FIELD}: {shown} is none of {', '.join(MODES)}, nor one of them with another language's id{hint}"
    return errors.InvalidField(message, field=MODE_FIELD, allowed=list(MODES))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
