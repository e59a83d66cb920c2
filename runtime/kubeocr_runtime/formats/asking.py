"""Which format a request asks for: by its form, by what stands behind `?`, or by Accept, in this order. Pure."""

from collections.abc import Iterable, Mapping

from kubeocr_contract import outputs, wire
from kubeocr_runtime import errors, forms

_ANYTHING = "*/*"


def asked(query: Mapping[str, str], accept: Iterable[str]) -> dict[str, str]:
    """Fields that a form need not repeat. Raises `errors.InvalidField`, `errors.NotAcceptable`."""
    if outputs.FORMAT_FIELD in query:
        return {outputs.FORMAT_FIELD: output(query).name}
    header = ",".join(accept)
    weights = dict(_weights(header))
    return {outputs.FORMAT_FIELD: _accepted(header, weights).name} if weights else {}


def output(fields: Mapping[str, str]) -> outputs.Output:
    """What the fields say; JSON where they do not. Raises `errors.InvalidField`."""
    return outputs.OUTPUTS[forms.choice(fields, outputs.FORMAT_FIELD, tuple(outputs.OUTPUTS))]


def refuse_by_page(wanted: outputs.Output) -> None:
    """What comes page by page is JSON. Raises `errors.InvalidField`."""
    if wanted.name != outputs.JSON:
        raise errors.InvalidField(
            f"{outputs.FORMAT_FIELD}: with Accept: {wire.JSON_LINES} it can only be {outputs.JSON}, not {wanted.name}",
            field=outputs.FORMAT_FIELD,
            allowed=[outputs.JSON],
        )


def completed(fields: Mapping[str, str], wanted: outputs.Output) -> Mapping[str, str]:
    """With what a format means for the other fields: a page that has its text already is not given it twice."""
    if wanted.name == outputs.PDF:
        return {wire.TEXT_LAYER_FIELD: wire.AUTO, **fields}
    return fields


def _accepted(header: str, weights: Mapping[str, float]) -> outputs.Output:
    """The format of most weight; of several, what is named goes before what a wildcard allows, and then JSON before others.

    Raises `errors.NotAcceptable` (RFC 9110, 12.5.1).
    """
    best = max(outputs.OUTPUTS.values(), key=lambda each: _rank(each, weights))
    if not _rank(best, weights)[0]:
        media = [each.media for each in outputs.OUTPUTS.values()]
        raise errors.NotAcceptable(
            f"Accept: {header[: forms.SHOWN]!r} has none of {', '.join([*media, wire.JSON_LINES])}",
            allowed=[*media, wire.JSON_LINES],
        )
    return best


def _rank(each: outputs.Output, weights: Mapping[str, float]) -> tuple[float, bool]:
    """Its weight, and whether it is named."""
    named = [weights[kind] for kind in (each.media, *each.also) if kind in weights]
    if named:
        return max(named), True
    family = f"{each.media.partition('/')[0]}/*"
    return weights.get(family, weights.get(_ANYTHING, 0.0)), False


def _weights(header: str) -> Iterable[tuple[str, float]]:
    """Of each type; what is none says nothing, and who does not want an answer page by page says nothing of others."""
    for each in header.lower().split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        if "/" in kind and kind != wire.JSON_LINES:
            yield kind, next((_weight(text) for text in parameters if text.startswith("q=")), 1.0)


def _weight(text: str) -> float:
    try:
        return min(max(float(text.removeprefix("q=")), 0.0), 1.0)
    except ValueError:
        return 1.0
