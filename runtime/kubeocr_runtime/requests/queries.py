"""What stands behind `?`, one by one, as values. Pure. Each raises `errors.InvalidParameter`."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from kubeocr_runtime import errors, forms

_SPACE_FOR_PLUS = re.compile(r"(?<=:\d\d) (?=\d\d:?\d\d$)")
"""A zone's plus is a space where it is not escaped."""


def whole(query: Mapping[str, str], name: str, default: int, allowed: tuple[int, int]) -> int:
    """A whole number within bounds, both of them allowed."""
    least, most = allowed
    text = query.get(name, str(default)).strip()
    if re.fullmatch("[0-9]{1,12}", text, re.ASCII) and least <= int(text) <= most:
        return int(text)
    raise _wrong(name, f"{text[: forms.SHOWN]!r} is no whole number from {least} to {most}")


def choice(query: Mapping[str, str], name: str, default: str, allowed: Iterable[str]) -> str:
    """One of several words, in any case."""
    text = query.get(name, default)
    found = next((word for word in (default, *allowed) if word.casefold() == text.casefold()), None)
    if found is None:
        raise _wrong(name, f"{text[: forms.SHOWN]!r} is not one of {', '.join(allowed)}")
    return found


def moment(query: Mapping[str, str], name: str, default: float) -> float:
    """ISO 8601 as seconds since the epoch; UTC where it names no zone."""
    text = query.get(name)
    if text is None:
        return default
    try:
        found = dt.datetime.fromisoformat(_SPACE_FOR_PLUS.sub("+", text.strip()))
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        raise _wrong(
            name, f"{text[: forms.SHOWN]!r} is no date of ISO 8601, such as 2026-11-28 or 2026-11-28T12:00:00Z"
        ) from None


def line(query: Mapping[str, str], name: str, default: str, longest: int) -> str:
    """A short text on one line."""
    text = query.get(name, default)
    if not (1 <= len(text) <= longest and text.isprintable()):
        raise _wrong(name, f"1 to {longest} printable characters are allowed")
    return text


def _wrong(name: str, why: str) -> errors.InvalidParameter:
    return errors.InvalidParameter(f"{name}: {why}", field=name)
