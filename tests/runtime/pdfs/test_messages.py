"""What goes between server and renderer, and the memory that both use."""

import mmap
import os
import socket

import pytest

from kubeocr_runtime import errors
from kubeocr_runtime.pdfs import messages


def test_a_message_comes_with_its_memory() -> None:
    here, there = socket.socketpair()
    memory = messages.shared(5)
    os.write(memory, b"bytes")
    with here, there:
        socket.send_fds(here, [messages.packed({"do": "open", "file": 3})], [memory])
        os.close(memory)
        message, got = messages.receive(there)
        assert message == {"do": "open", "file": 3}
        assert got is not None
        assert mmap.mmap(got, 0).read() == b"bytes"
        os.close(got)
        here.close()
        with pytest.raises(EOFError):
            messages.receive(there)


def test_memory_cannot_be_made_smaller_by_who_gets_it() -> None:
    memory = messages.shared(10)
    for size in (5, 20):
        with pytest.raises(PermissionError):
            os.ftruncate(memory, size)
    os.close(memory)


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff"], ids=["no-object", "cut", "no-text"])
def test_what_is_no_message(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        messages.unpacked(body)


def test_nobody_announces_more_than_there_is_to_say() -> None:
    with pytest.raises(ValueError, match="4294967295 bytes"):
        messages.length(b"\xff" * 4)


@pytest.mark.parametrize("error", [errors.BrokenDocument, errors.EncryptedDocument])
def test_an_error_arrives_as_it_was(error: type[errors.OcrError]) -> None:
    with pytest.raises(error, match="file: page 2") as caught:
        messages.raise_refusal(messages.unpacked(messages.packed(messages.refusal(error("file: page 2", page=2)))[4:]))
    assert caught.value.details == {"page": 2}
