"""Orders and faults as the text that ledgers keep. What a later release adds to them is passed over."""

import msgspec

from kubeocr_runtime.jobs import orders

_ORDERS = msgspec.json.Decoder(orders.Order)
_FAULTS = msgspec.json.Decoder(orders.Fault)


def of(value: orders.Order | orders.Fault | None) -> str:
    """Empty for nothing. What is no JSON among a fault's details is told in words."""
    return msgspec.json.encode(value, enc_hook=str).decode() if value is not None else ""


def order(text: str) -> orders.Order:
    """`order(of(x)) == x`."""
    return _ORDERS.decode(text)


def fault(text: str) -> orders.Fault | None:
    """`fault(of(x)) == x`."""
    return _FAULTS.decode(text) if text else None
