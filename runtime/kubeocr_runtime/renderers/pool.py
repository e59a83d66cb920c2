"""PDFs in renderers: which file is in which process, and what happens to it when that is no more.

A file stays in one process while it is open. Where the process ends over another's page, the file is opened in the next one and
nobody notices; where it ends over a page of this file, the file is broken. Processes are started when they are first needed.

Lives on the event loop's thread only. `decoding` asks.
"""

import asyncio
import contextlib
import itertools
import logging
import mmap
import os
from typing import Any

import numpy as np

from kubeocr_contract import settings, wire
from kubeocr_runtime import admission, documents, errors, text_layers
from kubeocr_runtime.documents import pages
from kubeocr_runtime.pdfs import layers, messages, sizes
from kubeocr_runtime.renderers import children

LOG = logging.getLogger("kubeocr.renderers")
_MOST = 4
_PAGE_SECONDS = 60.0
"""A page that takes longer is no page; the slowest of real ones take a few."""
_FILES = 200
_HELD = 192 * 2**20
"""A process that opened so many files, or keeps so many bytes, is replaced once its files are closed: PDFium keeps fonts."""
_FAULTS = 3
"""Pages of one file that may end a renderer; then the file has had its chances."""
_HEAP = 256 * 2**20
_HEAP_A_PIXEL = 4
"""Bytes that a process may take for a file, and on top for each pixel that a page may have: of a picture that it unpacks."""


def heap(limits: settings.Settings) -> int:
    """Bytes that a renderer may take for itself; the page that it draws and the file are not counted."""
    return _HEAP + _HEAP_A_PIXEL * limits.megapixels * 1_000_000


class Pool:
    """At most as many renderers as `cpus`, each busy with one page for at most `seconds`."""

    def __init__(self, cpus: int, seconds: float) -> None:
        self.seconds = min(seconds, _PAGE_SECONDS)
        self.children: list[children.Child] = []
        self.numbers = itertools.count()
        self._most = min(cpus, _MOST)
        self._telling: set[asyncio.Task[None]] = set()

    async def open(self, data: bytes, limits: settings.Settings, text_layer: str = wire.NEVER) -> "Pdf":
        """The PDF in these bytes; `text_layer` is one of `wire.TEXT_LAYERS`.

        Raises `errors.BrokenDocument`, `EncryptedDocument`, `TooLarge`.
        """
        pdf = Pdf(self, await _shared(data), limits, text_layer)
        try:
            await pdf.look()
            pages.check_count(pdf.pages, limits)
        except BaseException:
            pdf.close()
            raise
        return pdf

    def choose(self, limits: settings.Settings) -> children.Child:
        """The process for the next file: an idle one, a new one, or that with the fewest files."""
        self._replace()
        usable = [child for child in self.children if not _is_worn(child)]
        child = min(usable, key=lambda each: each.files, default=None)
        if child is None or (child.files and len(usable) < self._most):
            child = children.Child(heap(limits), self.seconds)
            self.children.append(child)
        child.files += 1
        child.opened += 1
        return child

    def leave(self, child: children.Child, file: int) -> None:
        """A file is no longer needed there."""
        child.files -= 1
        telling = asyncio.create_task(_close(child, file))
        self._telling.add(telling)
        telling.add_done_callback(self._told)

    def stop(self) -> None:
        """End all processes, whatever they do."""
        for child in self.children:
            child.end()
        self.children.clear()

    def _told(self, telling: asyncio.Task[None]) -> None:
        self._telling.discard(telling)
        self._replace()

    def _replace(self) -> None:
        for child in self.children:
            if _is_worn(child) and not child.files:
                child.end()
        self.children = [child for child in self.children if not child.ended]


class Pdf:
    """An open PDF (a `decoding.Opened`). A page over which its renderer ended is broken; the next one draws the others."""

    def __init__(self, pool: Pool, memory: int, limits: settings.Settings, text_layer: str) -> None:
        self.pages = 0
        self._pool, self._memory, self._limits, self._text_layer = pool, memory, limits, text_layer
        self._bounds = sizes.Bounds(limits.megapixels * 1_000_000, pages.SIDE)
        self._number = next(pool.numbers)
        self._child: children.Child | None = None
        self._moving = asyncio.Lock()
        self._faults: list[errors.BrokenDocument] = []
        self._sizes: dict[int, tuple[int, int]] = {}

    async def look(self) -> None:
        """Open it, and learn how many pages there are. Raises as `Pool.open`."""
        await self._at()

    async def pixels(self, index: int) -> int:
        """Of a page (from 0), from its size."""
        width, height = await self._size(index)
        return width * height

    async def page(self, index: int, held: admission.Holding) -> documents.Page:
        """A page (from 0), drawn into memory that is shared with the renderer.

        Cancelled, what is held for it stays held until the renderer is done with it, or dead.
        """
        width, height = await self._size(index)
        memory = messages.shared(width * height * 3)
        try:
            pixels = mmap.mmap(memory, 0)
            drawing = await self._begin({"do": messages.DRAW, "page": index, "size": (width, height)}, memory)
        finally:
            os.close(memory)
        await self._result(drawing, index, held)
        return documents.Page(index + 1, np.frombuffer(pixels, np.uint8).reshape(height, width, 3))

    async def layer(self, index: int) -> layers.Layer | None:
        """A page's own text (from 0) where it is to be taken, in pixels of the page as it would be drawn."""
        if self._text_layer == wire.NEVER:
            return None
        asked = await self._begin({"do": messages.LAYER, "page": index, "size": await self._size(index)})
        told = (await self._result(asked, index))["layer"]
        return text_layers.taken(layers.from_json(told) if told else None, self._text_layer)

    def close(self) -> None:
        """Free it."""
        os.close(self._memory)
        if self._child is not None:
            self._pool.leave(self._child, self._number)

    async def _size(self, index: int) -> tuple[int, int]:
        if index not in self._sizes:
            asked = await self._begin({"do": messages.POINTS, "page": index})
            width, height = (await self._result(asked, index))["points"]
            self._sizes[index] = sizes.pixels((width, height), self._bounds)
        return self._sizes[index]

    async def _begin(self, request: messages.Message, memory: int | None = None) -> children.Asked:
        """Ask whichever process has the file by now."""
        while True:
            child = await self._at()
            if len(self._faults) >= _FAULTS:
                raise self._faults[-1]
            with contextlib.suppress(children.Gone):
                return await child.begin({**request, "file": self._number}, memory)

    async def _at(self) -> children.Child:
        """The process that has the file; another where the last one is no more."""
        async with self._moving:
            while self._child is None or self._child.ended:
                with contextlib.suppress(children.Gone):
                    await self._move(self._pool.choose(self._limits))
            return self._child

    async def _move(self, child: children.Child) -> None:
        try:
            opening = await child.begin({"do": messages.OPEN, "file": self._number}, self._memory)
        except BaseException:
            self._pool.leave(child, self._number)
            raise
        self._child = child
        self.pages = (await self._result(opening))["pages"]

    async def _result(
        self, asked: children.Asked, index: int | None = None, held: admission.Holding | None = None
    ) -> messages.Message:
        """The reply about a page (from 0), or about the file. Raises `errors.OcrError`."""
        try:
            reply = await asyncio.shield(asked.reply)
        except asyncio.CancelledError:
            if held is not None:
                give_back = held.hand_over()
                asked.reply.add_done_callback(lambda _: give_back())
            asked.child.hurry(asked.reply)
            raise
        except (children.Lost, children.Hung) as e:
            self._faults.append(self._fault(index, e))
            LOG.warning("pid=%d was lost: %s", asked.child.pid, self._faults[-1].message)
            raise self._faults[-1] from None
        messages.raise_refusal(reply)
        return reply

    def _fault(self, index: int | None, error: children.Lost | children.Hung) -> errors.BrokenDocument:
        what = "the PDF cannot be opened" if index is None else f"page {index + 1} of the PDF cannot be rendered"
        page: dict[str, Any] = {} if index is None else {"page": index + 1}
        if isinstance(error, children.Hung):
            seconds = self._pool.seconds
            return errors.BrokenDocument(f"file: {what}: not done within {seconds:g} s", limit_seconds=seconds, **page)
        most = heap(self._limits) >> 20
        message = f"file: {what}: the renderer gave up ({error}); it is damaged or takes more than {most} MiB to draw"
        return errors.BrokenDocument(message, limit_mib=most, **page)


async def _shared(data: bytes) -> int:
    """A copy that renderers can have."""
    copying = asyncio.get_running_loop().run_in_executor(None, _copy, data)
    try:
        return await asyncio.shield(copying)
    except asyncio.CancelledError:
        copying.add_done_callback(lambda copied: os.close(copied.result()))
        raise


def _copy(data: bytes) -> int:
    memory, view = messages.shared(len(data)), memoryview(data)
    while view:
        view = view[os.write(memory, view) :]
    return memory


async def _close(child: children.Child, file: int) -> None:
    with contextlib.suppress(children.Gone, children.Lost, children.Hung):
        await (await child.begin({"do": messages.CLOSE, "file": file})).reply


def _is_worn(child: children.Child) -> bool:
    return child.ended or child.opened >= _FILES or child.held > _HELD
