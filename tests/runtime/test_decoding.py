"""Where documents are decoded: what is held while they are, and how a hung one is known or ended."""

import asyncio
import contextlib
import os
import pathlib
import signal
import threading

import hostile
import numpy as np
import PIL.Image
import pytest

from kubeocr_contract import settings
from kubeocr_runtime import admission, decoding, documents, errors
from kubeocr_runtime.pdfs import layers
from kubeocr_runtime.renderers import children

LIMITS = settings.Settings(megapixels=8)


class Slow:
    """A `documents.Document` whose page is done when the test says so."""

    def __init__(self) -> None:
        self.pages = 1
        self.begun, self.end = threading.Event(), threading.Event()

    def pixels(self, index: int) -> int:
        return 60

    def page(self, index: int) -> documents.Page:
        self.begun.set()
        self.end.wait(20)
        return documents.Page(index + 1, np.zeros((6, 10, 3), np.uint8))

    def layer(self, index: int) -> layers.Layer | None:
        return None

    def close(self) -> None:
        self.end.set()


def open_files() -> int:
    return len(list(pathlib.Path("/proc/self/fd").iterdir()))


async def test_memory_is_held_until_the_thread_is_done_though_the_client_left() -> None:
    threads, budget, document = decoding.Threads(60), admission.Budget(100), Slow()

    async def request() -> None:
        async with budget.take(60) as held:
            await decoding.OnThreads(document, threads).page(0, held)

    asked = asyncio.create_task(request())
    await asyncio.to_thread(document.begun.wait, 5)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert budget.free == 40
    document.end.set()
    async with asyncio.timeout(5):
        async with budget.take(100):
            assert budget.free == 0
    threads.stop()


async def test_memory_is_held_until_the_renderer_is_done_though_the_client_left(pdf) -> None:
    decoder, budget = decoding.Decoder(60), admission.Budget(100)
    async with decoder.opened(pdf(1), LIMITS) as document:
        (child,) = decoder.pdfs.children
        assert await document.pixels(0) == 200 * 200
        os.kill(child.pid, signal.SIGSTOP)

        async def request() -> None:
            async with budget.take(60) as held:
                await document.page(0, held)

        asked = asyncio.create_task(request())
        await asyncio.sleep(0.1)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        assert budget.free == 40
        os.kill(child.pid, signal.SIGCONT)
        async with asyncio.timeout(5):
            async with budget.take(100):
                assert budget.free == 0
    decoder.stop()


async def test_what_nobody_waits_for_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_UNWANTED_SECONDS", 0.1)
    decoder, budget = decoding.Decoder(60), admission.Budget(100)
    async with decoder.opened(hostile.endless(), LIMITS) as document:

        async def request() -> None:
            async with budget.take(60) as held:
                await document.page(0, held)

        asked = asyncio.create_task(request())
        await asyncio.sleep(0.3)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        async with asyncio.timeout(5):
            async with budget.take(100):
                assert all(child.ended for child in decoder.pdfs.children)
    decoder.stop()


async def test_a_hung_picture_is_known() -> None:
    decoder, hung = decoding.Decoder(0.1), Slow()
    async with admission.Budget(1).take(1) as held:
        stuck = asyncio.create_task(decoding.OnThreads(hung, decoder.threads).page(0, held))
        await asyncio.to_thread(hung.begun.wait, 5)
        await asyncio.sleep(0.15)
        assert (decoder.busy, decoder.live) == (True, False)
        hung.end.set()
        await stuck
    assert (decoder.busy, decoder.live) == (False, True)
    decoder.stop()


async def test_a_hung_pdf_is_ended_and_stops_no_picture(picture) -> None:
    decoder, budget = decoding.Decoder(0.5), admission.Budget(1000)
    files = decoder.opened(hostile.endless(), LIMITS), decoder.opened(picture(), LIMITS)
    async with files[0] as hung, files[1] as other, budget.take(1) as one, budget.take(1) as two:
        stuck = asyncio.create_task(hung.page(0, one))
        assert (await other.page(0, two)).number == 1
        with pytest.raises(errors.BrokenDocument, match=r"page 1 of the PDF cannot be rendered: not done within 0.5 s"):
            await stuck
    assert (decoder.busy, decoder.live) == (False, True)
    decoder.stop()


async def test_a_picture_is_decoded_once_and_its_size_told_from_its_header(picture, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, decoded = decoding.Decoder(60), []
    load = PIL.Image.core.jpeg_decoder
    monkeypatch.setattr(PIL.Image.core, "jpeg_decoder", lambda *given: decoded.append(1) or load(*given))
    async with decoder.opened(picture("JPEG", size=(300, 200)), LIMITS) as document:
        assert (await document.pixels(0), decoded) == (60_000, [])
        async with admission.Budget(1).take(1) as held:
            await document.page(0, held)
    assert decoded == [1]
    decoder.stop()


async def test_a_document_whose_request_ended_while_it_was_opened_is_closed(pdf) -> None:
    decoder = decoding.Decoder(60)

    async def request() -> None:
        async with decoder.opened(pdf(1), LIMITS):
            pass

    await request()
    before = open_files()
    for _ in range(3):
        asked = asyncio.create_task(request())
        await asyncio.sleep(0.01)
        asked.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asked
    async with asyncio.timeout(10):
        while any(child.files for child in decoder.pdfs.children):
            await asyncio.sleep(0.01)
    await request()
    assert open_files() <= before
    decoder.stop()
