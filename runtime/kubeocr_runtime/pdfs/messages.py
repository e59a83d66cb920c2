"""What server and renderer say to each other: JSON behind its length, and memory that both may use.

Not pickles: hostile files may have taken the renderer over, and the server must not run what it sends. `receive` blocks and is
the renderer's; the server awaits.
"""

import fcntl
import json
import os
import socket
import struct
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from kubeocr_runtime import errors

Message = Mapping[str, Any]

HEADER = struct.Struct("!I")
"""Length of what follows, in bytes."""
LONGEST = 64 * 2**20
"""Bytes. No page's text comes near it."""

OPEN, POINTS, DRAW, LAYER, CLOSE = "open", "points", "draw", "layer", "close"
"""What a renderer is asked for, under `do`."""

HELD = "held"
"""In each reply: bytes of memory that are the renderer's alone."""

_ERRORS = {kind.code: kind for kind in (errors.BrokenDocument, errors.EncryptedDocument)}


def packed(message: Message) -> bytes:
    """For `unpacked`, behind its header."""
    body = json.dumps(message).encode()
    return HEADER.pack(len(body)) + body


def length(header: bytes) -> int:
    """Bytes of the body. Raises `ValueError` for more than anybody has to say."""
    (announced,) = HEADER.unpack(header)
    if announced > LONGEST:
        raise ValueError(f"a message of {announced} bytes")
    return int(announced)


def unpacked(body: bytes) -> Message:
    """Raises `ValueError` for what is no message."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("no message")  # noqa: TRY004
    return message


def receive(connection: socket.socket) -> tuple[Message, int | None]:
    """The next message and the file descriptor that came with it. Raises `EOFError` where the other side has left."""
    header, descriptors, _, _ = socket.recv_fds(connection, HEADER.size, 1)
    if len(header) < HEADER.size:
        raise EOFError
    body = connection.recv(length(header), socket.MSG_WAITALL)
    return unpacked(body), next(iter(descriptors), None)


def refusal(error: errors.OcrError) -> Message:
    """An error on its way to the server."""
    return {"code": error.code, "message": error.message, "details": error.details}


def raise_refusal(reply: Message) -> None:
    """Raises the error that a renderer answered with, if it did."""
    if "code" in reply:
        kind = _ERRORS.get(str(reply["code"]), errors.BrokenDocument)
        raise kind(str(reply["message"]), **reply["details"])


def shared(size: int) -> int:
    """A file descriptor of so many bytes of memory, which is free again once nobody has it open or mapped any more.

    It is not in /dev/shm, of which a container has 64 MiB, nor on a disk. Who gets it cannot make it smaller, which would
    crash whoever reads it.
    """
    if sys.platform != "linux":
        with tempfile.TemporaryFile() as file:
            file.truncate(size)
            return os.dup(file.fileno())
    descriptor = os.memfd_create("page", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return descriptor
