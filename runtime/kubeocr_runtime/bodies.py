"""A JSON body's fields, one by one, as values. Pure; `forms` is the same for forms."""

import json
from collections.abc import Mapping
from typing import Any

from kubeocr_runtime import errors


def parse(body: bytes) -> Mapping[str, Any]:
    """The object that a body is. Raises `errors.InvalidBody`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise errors.InvalidBody(f"the body is no JSON: {type(e).__name__}") from None
    if not isinstance(found, dict):
        raise errors.InvalidBody("the body is JSON, and no object")
    return found


def text(found: Mapping[str, Any], name: str) -> str:
    """Empty where there is none. Raises `errors.InvalidField`."""
    value = found.get(name)
    if not isinstance(value, str | None):
        raise errors.InvalidField(f"{name}: {value!r:.64} is no text", field=name)
    return value or ""


def flag(found: Mapping[str, Any], name: str) -> bool:
    """False where there is none. Raises `errors.InvalidField`."""
    value = found.get(name)
    if not isinstance(value, bool | None):
        raise errors.InvalidField(f"{name}: {value!r:.64} is neither true nor false", field=name)
    return bool(value)


def number(found: Mapping[str, Any], name: str, allowed: tuple[int, int]) -> float | None:
    """None where there is none. Raises `errors.InvalidField`."""
    value = found.get(name)
    if value is None:
        return None
    least, most = allowed
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise errors.InvalidField(f"{name}: {value!r:.64} is no number from {least} to {most}", field=name)
    return value


def whole(found: Mapping[str, Any], name: str, allowed: tuple[int, int]) -> int | None:
    """None where there is none; what is behind the point is cut off. Raises `errors.InvalidField`."""
    value = number(found, name, allowed)
    return None if value is None else int(value)
