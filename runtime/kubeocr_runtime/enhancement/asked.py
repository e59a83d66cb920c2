"""What a caller says of enhancement, in a form or in the OCR server's JSON, as a `Wish`. Pure; `wishes` and routes call it."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import enhancing
from kubeocr_runtime import enhancement, errors, forms
from kubeocr_runtime.enhancement import recipes

_DEFAULTS: Mapping[str, Any] = {name: parameter.default for name, parameter in enhancing.PARAMETERS.items()}
"""What an object of parameters goes out from, as the OCR server has it."""


def parse(fields: Mapping[str, str]) -> enhancement.Wish:
    """Of a form. Raises `errors.InvalidField`."""
    word, text = fields.get(enhancing.ENHANCE_FIELD, enhancing.NONE), fields.get(enhancing.OPTIONS_FIELD, "")
    if word not in enhancing.WORDS:
        raise _not_among(enhancing.ENHANCE_FIELD, word, enhancing.WORDS)
    if not text.strip():
        return enhancement.Wish(recipes.PRESETS.get(word, recipes.PLAIN), auto=word == enhancing.AUTO)
    if word != enhancing.NONE:
        raise _refused(enhancing.OPTIONS_FIELD, text, f"stands beside {enhancing.ENHANCE_FIELD}={word}; send one of them")
    return of_json(_decoded(text))


def of_json(options: object) -> enhancement.Wish:
    """Of the value of `enhance_options`; null asks for nothing. Raises `errors.InvalidField`.

    Parameters that stand beside a preset count as its overrides do.
    """
    if options is None:
        return enhancement.NOTHING
    given = dict(_object(enhancing.OPTIONS_FIELD, options))
    preset, overrides = given.pop(enhancing.PRESET, None), given.pop(enhancing.OVERRIDES, None)
    beside = _values(enhancing.OPTIONS_FIELD, given)
    over = _values(_under(enhancing.OVERRIDES), {} if overrides is None else overrides)
    base = recipes.Recipe(**_DEFAULTS) if preset is None else _preset(preset)
    return enhancement.Wish(dataclasses.replace(base, **{**beside, **over}))


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(enhancing.OPTIONS_FIELD, text, "is no JSON") from None


def _preset(name: object) -> recipes.Recipe:
    if isinstance(name, str) and name in recipes.PRESETS:
        return recipes.PRESETS[name]
    raise _not_among(_under(enhancing.PRESET), name, enhancing.PRESETS)


def _values(where: str, given: object) -> dict[str, Any]:
    """Parameters that may be what they are."""
    found = _object(where, given)
    for name, value in found.items():
        if name not in enhancing.PARAMETERS:
            raise _not_among(where, name, tuple(enhancing.PARAMETERS))
        _check(f"{where}.{name}", value, name)
    return dict(found)


def _check(where: str, value: object, name: str) -> None:
    parameter = enhancing.PARAMETERS[name]
    if isinstance(parameter.default, bool):
        if not isinstance(value, bool):
            raise _refused(where, value, "is neither true nor false")
    elif not ((value is None and name in enhancing.WHOLE) or _is_within(value, parameter, name)):
        kind = "is neither null nor a whole number" if name in enhancing.WHOLE else "is no number"
        raise _refused(where, value, f"{kind} from {parameter.least:g} to {parameter.most:g}")


def _is_within(value: object, parameter: enhancing.Parameter, name: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if name in enhancing.WHOLE else int | float):
        return False
    return parameter.least <= value <= parameter.most


def _object(where: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _refused(where, value, "is no JSON object")
    return value


def _under(key: str) -> str:
    return f"{enhancing.OPTIONS_FIELD}.{key}"


def _not_among(field: str, value: object, allowed: tuple[str, ...]) -> errors.InvalidField:
    return errors.InvalidField(
        f"{field}: {_shown(value)} is not one of {', '.join(allowed)}", field=field, allowed=list(allowed)
    )


def _refused(field: str, value: object, why: str) -> errors.InvalidField:
    return errors.InvalidField(f"{field}: {_shown(value)} {why}", field=field)


def _shown(value: object) -> str:
    return repr(value)[: forms.SHOWN]
