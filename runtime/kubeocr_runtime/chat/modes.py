"""What is to be made of a picture, by the OCR server's prompt modes. Pure."""

import dataclasses
import re

from kubeocr_runtime import errors, forms

_MODE = re.compile(r"prompt_(?P<what>text_only|layout(?:_all)?)(?:_(?P<language>[a-z]{2,3}|mixed|auto))?")
_KNOWN = "prompt_text_only, prompt_layout_all, each with _ and a language or mixed"
_INSTRUCTION = {
    False: "Read all text in the picture, in reading order. Answer with the text alone.",
    True: "Read all text in the picture, in reading order. Answer with one JSON list of objects, each with bbox "
    "[x1, y1, x2, y2] in pixels, category and text.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Mode:
    """What was asked for."""

    layout: bool = False
    """JSON with boxes, or text."""
    language: str = ""
    """Empty where it does not say."""
    instruction: str = ""
    """What a model is told in place of the mode's name; empty where there is none."""


def parse(name: str, text: str) -> Mode:
    """`name` is a request's `prompt_mode`; without one, a message's text may be a mode's name. Raises `errors.InvalidField`."""
    found = _MODE.fullmatch((name or text).strip().lower())
    if found is None:
        if name:
            raise errors.InvalidField(f"prompt_mode: {name[: forms.SHOWN]!r} is not one of {_KNOWN}", field="prompt_mode")
        return Mode()
    language = found["language"] or ""
    layout = found["what"] != "text_only"
    return Mode(layout, "" if language in {"mixed", "auto"} else language, _INSTRUCTION[layout])
