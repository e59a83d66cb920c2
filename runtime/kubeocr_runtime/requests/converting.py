"""A conversion's form as the fields of an order. Pure; `conversions` comes here, and `conversion_works` reads the fields."""

import json
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import enhancing, languages, outputs, wire
from kubeocr_runtime import errors, forms

FORMATS: Mapping[str, str] = {
    "markdown": "markdown",
    "md": "markdown",
    "txt": "text",
    "text": "text",
    "docx": "docx",
    "pdf": outputs.PDF,
    "html": "html",
    "json": outputs.JSON,
}
"""As callers name them -> ours."""
FULL, PLAIN, LAYOUT, FROM_BBOX = (
    "extract_structured_full",
    "extract_text_plain",
    "extract_layout_structure",
    "extract_text_from_bbox",
)
MODES = (FULL, PLAIN, LAYOUT, FROM_BBOX)
SMART, MODE, BOX, THRESHOLD = "smart_processing", "processing_mode", "bbox", "confidence_threshold"
_FORMAT_OF = {FULL: outputs.JSON, PLAIN: "markdown", LAYOUT: outputs.JSON}
"""Processing mode -> what it gives, whatever format is named."""
_TYPES = ("file", "text")


def fields(form: Mapping[str, str]) -> dict[str, str]:
    """Of the order. Raises `errors.InvalidField`."""
    _refuse_texts(form)
    smart = forms.flag(form, SMART, default=False)
    mode = _mode(form) if smart else ""
    wanted = FORMATS[_word(form, "output_format", tuple(FORMATS))]
    options = _object(form, "ocr_options")
    enhance = _enhance(options)
    return {
        outputs.FORMAT_FIELD: _FORMAT_OF.get(mode, wanted),
        wire.LANGUAGE_FIELD: _language(options, form),
        SMART: json.dumps(smart),
        MODE: mode,
        **({BOX: json.dumps(_box(form, options))} if mode == FROM_BBOX else {}),
        **({THRESHOLD: str(_threshold(form))} if THRESHOLD in form else {}),
        **({enhancing.OPTIONS_FIELD: json.dumps(enhance, sort_keys=True)} if enhance else {}),
    }


def _refuse_texts(form: Mapping[str, str]) -> None:
    if _word(form, "convert_type", _TYPES) != _TYPES[0]:
        raise _refused("convert_type", "text is text already; send a picture or a PDF with convert_type=file")


def _mode(form: Mapping[str, str]) -> str:
    return _word(form, MODE, MODES)


def _word(form: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """In any case; the first where none was sent."""
    return forms.choice({name: form[name].strip().lower()} if form.get(name) else {}, name, allowed)


def _object(form: Mapping[str, str], name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(form.get(name) or "{}")
    except (ValueError, RecursionError):
        raise _refused(name, "it is no JSON") from None
    if not isinstance(found, dict):
        raise _refused(name, "it is JSON, and no object")
    return found


def _language(options: Mapping[str, Any], form: Mapping[str, str]) -> str:
    """An ISO 639-2 code too, which these callers send (tur), as the middle of their ids (lang_tur_tr) has it."""
    named = options.get("language", form.get("language")) or wire.DEFAULT_LANGUAGE
    if not isinstance(named, str):
        raise _refused("ocr_options.language", f"{named!r:.64} is no text")
    prefix = f"lang_{named.strip().lower()}_"
    return next((each.id for each in languages.catalogue() if each.ocr_server_id.startswith(prefix)), named)


def _enhance(options: Mapping[str, Any]) -> object:
    """What is to be done to a picture, wherever the documents have it; None for nothing."""
    told = options.get(enhancing.OPTIONS_FIELD)
    given = dict(told) if isinstance(told, dict) else {}
    given |= {name: options[name] for name in (enhancing.PRESET, enhancing.OVERRIDES) if options.get(name) is not None}
    switch = given.pop("enhance_image", options.get("enhance_image"))
    if switch is False:
        return None
    return (given | switch if isinstance(switch, dict) else given) or (told if not isinstance(told, dict) else None)


def _box(form: Mapping[str, str], options: Mapping[str, Any]) -> list[float]:
    try:
        found = json.loads(form[BOX]) if BOX in form else options.get(BOX)
    except (ValueError, RecursionError):
        found = None
    box = found if isinstance(found, list) and all(type(x) in {int, float} for x in found) else []
    if len(box) != 4 or not (box[0] < box[2] and box[1] < box[3]):
        raise _refused(BOX, f"{FROM_BBOX} needs [left, top, right, bottom] in pixels of the page")
    return [float(x) for x in box]


def _threshold(form: Mapping[str, str]) -> int:
    text = form[THRESHOLD].strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 100):
        raise _refused(THRESHOLD, f"{text[: forms.SHOWN]!r} is no whole number from 0 to 100")
    return int(text)


def _refused(field: str, why: str) -> errors.InvalidField:
    return errors.InvalidField(f"{field}: {why}", field=field)
