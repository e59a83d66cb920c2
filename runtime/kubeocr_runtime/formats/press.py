"""Where formats are made while others are served: on threads, a PDF in a process of its own, which a hostile file may crash.

Lives on the event loop. Pickles go to the process only; what comes back is a PDF, or an error as `messages` has it.
"""

import asyncio
import contextlib
import dataclasses
import os
import pickle
import signal
import sys
from collections.abc import AsyncIterator

from kubeocr_contract import outputs
from kubeocr_runtime import apart, errors
from kubeocr_runtime.engines import cpus
from kubeocr_runtime.formats import content, table
from kubeocr_runtime.pdfs import messages

_MODULE = "kubeocr_runtime.formats"
_HEAP = 256 * 2**20
_HEAP_A_BYTE, _HEAP_A_PIXEL = 4, 8
"""Bytes that the process may take: for itself, on top for each of the file's, and for each pixel of its largest page."""
_PDF = b"%PDF-"


@dataclasses.dataclass(frozen=True, slots=True)
class Press:
    """As many formats at a time as there are CPUs; further ones wait, within their request's time."""

    room: asyncio.Semaphore = dataclasses.field(default_factory=lambda: asyncio.Semaphore(cpus.available()))

    async def printed(self, output: outputs.Output, found: content.Content) -> bytes:
        """A document in a format other than JSON. Cancelled, its process ends. Raises `errors.OcrError`."""
        async with self.room:
            if output.name == outputs.PDF:
                return await _apart(found)
            return await asyncio.to_thread(lambda: table.renderer(output)(found))


async def _apart(found: content.Content) -> bytes:
    pixels = max(page.width * page.height for page in found.pages)
    heap = _HEAP + _HEAP_A_BYTE * len(found.file) + _HEAP_A_PIXEL * pixels
    async with _process(heap) as process:
        made, _ = await process.communicate(pickle.dumps(found))
    if made.startswith(_PDF):
        return made
    with contextlib.suppress(ValueError):
        messages.raise_refusal(messages.unpacked(made))
    how = signal.Signals(-code).name if (code := process.returncode or 0) < 0 else f"exit code {code}"
    raise errors.BrokenDocument(f"file: no searchable PDF can be made of it: what makes it gave up ({how})")


@contextlib.asynccontextmanager
async def _process(heap: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Which is no more in the end, whatever happens."""
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-P", "-m", _MODULE, str(heap)]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, env=apart.environment(os.environ), start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
