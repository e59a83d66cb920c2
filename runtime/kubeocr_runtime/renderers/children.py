"""A renderer as the server sees it: a process that is asked one thing at a time and is killed where it takes too long.

Lives on the event loop's thread only. `pool` says which file is where.
"""

import asyncio
import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading

from kubeocr_runtime import apart
from kubeocr_runtime.pdfs import messages

_MODULE = "kubeocr_runtime.pdfs"
_START_SECONDS = 60.0
_UNWANTED_SECONDS = 5.0
"""What nobody waits for any more may go on so long: to start a new process for each client that leaves would cost more."""


class Gone(Exception):
    """The process ended before it was asked; somebody else's request, or its memory, was too much for it."""


class Lost(Exception):
    """The process ended over what it was asked; the message says how."""


class Hung(Exception):
    """It was at it for longer than it may, and was killed."""


class Child:
    """A process with at most `heap` bytes of its own that may be at one request for `seconds`."""

    def __init__(self, heap: int, seconds: float) -> None:
        self.files = 0
        """Open there."""
        self.opened = 0
        """Ever."""
        self.held = 0
        """Bytes of its own memory, as it said last."""
        self.ended = False
        self._greeted = False
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(0)
        with theirs:
            self._process = _start(theirs, heap)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    async def begin(self, request: messages.Message, memory: int | None = None) -> "Asked":
        """Ask, once it is this request's turn. Raises `Gone`."""
        await self._turn.acquire()
        try:
            # nothing is unread on its side, so that there is room for a request at once
            socket.send_fds(self._socket, [messages.packed(request)], [] if memory is None else [memory])
        except OSError:  # it has ended, and the socket may be closed
            self._turn.release()
            self.end()
            raise Gone from None
        reply = asyncio.create_task(self._reply())
        reply.add_done_callback(self._done)
        return Asked(self, reply)

    def hurry(self, reply: asyncio.Task[messages.Message]) -> None:
        """Nobody waits for this any more."""
        asyncio.get_running_loop().call_later(_UNWANTED_SECONDS, lambda: None if reply.done() else self.end())

    def end(self) -> None:
        """Kill it, whatever it is doing."""
        if self.ended:
            return
        self.ended = True
        self._process.kill()
        # what it held takes a while to be given back; the event loop has better things to do
        threading.Thread(target=self._process.wait, name="reaper", daemon=True).start()
        if self._turn.locked():
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # whoever waits for a reply hears of it
        else:
            self._socket.close()

    async def _reply(self) -> messages.Message:
        await self._greeting()
        try:
            async with asyncio.timeout(self._seconds):
                reply = await self._message()
        except TimeoutError:
            raise Hung from None
        except (EOFError, OSError, ValueError, KeyError, TypeError) as e:
            raise Lost(await self._how_it_ended(e)) from None
        return reply

    async def _greeting(self) -> None:
        """Its first words, before which nothing that it was asked can be to blame. Raises `RuntimeError`."""
        if self._greeted:
            return
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._message()
        except TimeoutError:
            raise RuntimeError(f"the renderer of PDFs did not start within {_START_SECONDS:g} s") from None
        except (EOFError, OSError, ValueError, KeyError, TypeError) as e:
            raise RuntimeError(f"the renderer of PDFs did not start: {await self._how_it_ended(e)}") from None
        self._greeted = True

    async def _message(self) -> messages.Message:
        size = messages.length(await self._exactly(messages.HEADER.size))
        message = messages.unpacked(await self._exactly(size))
        self.held = int(message[messages.HELD])
        return message

    def _done(self, reply: asyncio.Task[messages.Message]) -> None:
        if reply.cancelled() or reply.exception() is not None:
            self.end()
        if self.ended:
            self._socket.close()
        self._turn.release()

    async def _exactly(self, size: int) -> bytes:
        loop = asyncio.get_running_loop()
        parts = bytearray()
        while len(parts) < size:
            part = await loop.sock_recv(self._socket, size - len(parts))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    async def _how_it_ended(self, error: Exception) -> str:
        if not isinstance(error, EOFError | OSError):
            return "it answered nonsense"
        code = await asyncio.to_thread(self._process.wait)
        return f"it was ended by {signal.Signals(-code).name}" if code < 0 else f"it ended with exit code {code}"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A request that a process is at."""

    child: Child
    reply: asyncio.Task[messages.Message]
    """Raises `Lost` or `Hung`. It goes on when whoever waits for it leaves, until `Child.hurry` ends it."""


def _start(theirs: socket.socket, heap: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno()), str(heap)]
    return subprocess.Popen(  # noqa: S603
        command,
        env=apart.environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[theirs.fileno()],
        start_new_session=True,  # Ctrl-C is for the server, which ends its renderers itself
    )
