"""A form's fields, one by one, as values. Pure; whoever parses a form comes here."""

from collections.abc import Mapping

from kubeocr_runtime import errors

SHOWN = 64
"""Characters of a wrong value that its refusal repeats."""
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", ""})


def flag(fields: Mapping[str, str], name: str, *, default: bool) -> bool:
    """A boolean as FastAPI, which this API's callers know, reads it. Raises `errors.InvalidField`."""
    text = fields.get(name)
    if text is None:
        return default
    if text.strip().lower() in _TRUE | _FALSE:
        return text.strip().lower() in _TRUE
    raise errors.InvalidField(f"{name}: {text[:SHOWN]!r} is neither true nor false", field=name)


def choice(fields: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """One of several words, the first where none was sent. Raises `errors.InvalidField`."""
    text = fields.get(name, allowed[0])
    if text not in allowed:
        message = f"{name}: {text[:SHOWN]!r} is not one of {', '.join(allowed)}"
        raise errors.InvalidField(message, field=name, allowed=list(allowed))
    return text
