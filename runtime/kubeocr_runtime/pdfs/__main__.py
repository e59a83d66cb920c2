"""The renderer: `python -m kubeocr_runtime.pdfs SOCKET HEAP`. Started by `children`; ends when the server's side is gone.

Requests are answered one at a time in the order they come. A second thread listens meanwhile, so that the process ends with the
server even in the middle of a page that never gets done.
"""

import mmap
import os
import pathlib
import queue
import socket
import sys
import threading
from collections.abc import Callable, Mapping

from kubeocr_runtime import apart, errors
from kubeocr_runtime.pdfs import layers, messages, pdfium

_Request = tuple[messages.Message, int | None]
_STATM = pathlib.Path("/proc/self/statm")


class Files:
    """The files that are open, by the server's numbers."""

    def __init__(self) -> None:
        self._open: dict[int, pdfium.File] = {}

    def answer(self, request: messages.Message, memory: int | None) -> messages.Message:
        """What a request gives. Raises `errors.OcrError`."""
        return _ANSWERS[str(request["do"])](self, request, memory)

    def open(self, request: messages.Message, memory: int | None) -> messages.Message:
        """A file that lies in memory."""
        file = pdfium.File(_mapped(memory))
        self._open[request["file"]] = file
        return {"pages": file.pages}

    def points(self, request: messages.Message, _: int | None) -> messages.Message:
        """A page's width and height."""
        return {"points": self._open[request["file"]].points(request["page"])}

    def draw(self, request: messages.Message, memory: int | None) -> messages.Message:
        """A page into memory."""
        width, height = request["size"]
        self._open[request["file"]].draw(request["page"], (width, height), _mapped(memory))
        return {}

    def layer(self, request: messages.Message, _: int | None) -> messages.Message:
        """A page's own text."""
        width, height = request["size"]
        found = self._open[request["file"]].layer(request["page"], (width, height))
        return {"layer": layers.to_json(found) if found else None}

    def close(self, request: messages.Message, _: int | None) -> messages.Message:
        """Also of a file that could not be opened."""
        file = self._open.pop(request["file"], None)
        if file:
            file.close()
        return {}


_Answer = Callable[[Files, messages.Message, int | None], messages.Message]
_ANSWERS: Mapping[str, _Answer] = {
    messages.OPEN: Files.open,
    messages.POINTS: Files.points,
    messages.DRAW: Files.draw,
    messages.LAYER: Files.layer,
    messages.CLOSE: Files.close,
}


def main(arguments: list[str]) -> None:
    """Never returns."""
    connection = socket.socket(fileno=int(arguments[0]))
    apart.bound(int(arguments[1]))
    requests: queue.SimpleQueue[_Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(connection, requests), daemon=True).start()
    files = Files()
    connection.sendall(messages.packed({messages.HELD: _held()}))
    while True:
        connection.sendall(messages.packed(_reply(files, *requests.get())))


def _reply(files: Files, request: messages.Message, memory: int | None) -> messages.Message:
    try:
        reply = files.answer(request, memory)
    except errors.OcrError as e:
        reply = messages.refusal(e)
    finally:
        if memory is not None:
            os.close(memory)
    return {**reply, messages.HELD: _held()}


def _listen(connection: socket.socket, requests: "queue.SimpleQueue[_Request]") -> None:
    try:
        while True:
            requests.put(messages.receive(connection))
    except (EOFError, OSError):
        os._exit(0)


def _held() -> int:
    """Bytes of memory that are this process's alone."""
    if not _STATM.exists():
        return 0
    _, resident, shared, *_ = map(int, _STATM.read_text(encoding="ascii").split())
    return (resident - shared) * mmap.PAGESIZE


def _mapped(memory: int | None) -> memoryview:
    """Unmapped when nobody has it any more."""
    if memory is None:
        raise TypeError("a request without memory")
    return memoryview(mmap.mmap(memory, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
