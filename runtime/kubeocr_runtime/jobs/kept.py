"""A page that was read, as bytes in the store: another attempt takes it from there, on whichever pod it is."""

import dataclasses

import msgspec

from kubeocr_runtime import readers
from kubeocr_runtime.jobs import orders


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """What became of a page."""

    page: int
    """From 1."""
    read: readers.Read | None = None
    """None where it could not be read, and the job goes on without it."""
    fault: orders.Fault | None = None
    """Why not."""


_DECODER = msgspec.msgpack.Decoder(Kept)


def to_bytes(page: Kept) -> bytes:
    """`from_bytes(to_bytes(x)) == x`. What is no plain value among a fault's details is told in words."""
    return msgspec.msgpack.encode(page, enc_hook=str)


def from_bytes(data: bytes) -> Kept:
    """What a later release adds is passed over."""
    return _DECODER.decode(data)
