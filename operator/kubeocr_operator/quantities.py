"""Kubernetes' quantities ("500m", "2", "4Gi"): to compare them, and to write them as the API server stores them.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import decimal
import re

_FORM = re.compile(
    r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_DECIMAL = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_FACTORS = {
    **{suffix: decimal.Decimal(10) ** power for power, suffix in _DECIMAL.items()},
    **{suffix: decimal.Decimal(1024) ** power for power, suffix in enumerate(_BINARY)},
}
_LEAST = decimal.Decimal("1e-3")
"""A pod's quantities are rounded up to this by the API server (1.36.3)."""


def valid(text: str) -> bool:
    """Whether this is a quantity."""
    return _FORM.fullmatch(text) is not None


def parse(text: str) -> decimal.Decimal:
    """In the quantity's own unit: cores, bytes, devices. Raises `ValueError` for what is no quantity."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no quantity such as 500m, 2 or 4Gi")
    return (
        decimal.Decimal(found["number"]) * _FACTORS[found["suffix"] or ""] * decimal.Decimal(10) ** int(found["exponent"] or 0)
    )


def canonical(text: str) -> str:
    """As the API server stores it in a pod: "1000m" is "1", "0.5Gi" is "512Mi". Raises `ValueError` for what is no quantity."""
    amount = parse(text).quantize(_LEAST, rounding=decimal.ROUND_UP)
    if amount == 0:
        return "0"
    if text.endswith("i") and abs(amount) >= 1024 and amount == amount.to_integral_value():
        return _binary(int(amount))
    exponent = next(power for power in reversed(_DECIMAL) if amount.scaleb(-power) == amount.scaleb(-power).to_integral_value())
    mantissa = int(amount.scaleb(-exponent))
    if re.search("[eE][+-]?[0-9]", text) and exponent:
        return f"{mantissa}e{exponent}"
    return f"{mantissa}{_DECIMAL[exponent]}"


def _binary(amount: int) -> str:
    power = max(power for power in range(len(_BINARY)) if amount % 1024**power == 0)
    return f"{amount // 1024**power}{_BINARY[power]}"
