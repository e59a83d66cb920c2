"""Threads that decode: what they hold while they do, and how a hung one is known."""

import asyncio
import threading

import numpy as np
import pytest

from kubeocr_runtime import admission, decoding, documents


class Slow:
    """A `documents.Document` whose page is done when the test says so."""

    def __init__(self, *, serial: bool) -> None:
        self.pages = 1
        self.serial = serial
        self.begun, self.end = threading.Event(), threading.Event()

    def pixels(self, index: int) -> int:
        return 60

    def page(self, index: int) -> documents.Page:
        self.begun.set()
        self.end.wait(20)
        return documents.Page(index + 1, np.zeros((6, 10, 3), np.uint8))

    def close(self) -> None:
        self.end.set()


@pytest.mark.parametrize("serial", [pytest.param(True, id="pdf"), pytest.param(False, id="picture")])
async def test_memory_is_held_until_the_thread_is_done_though_the_client_left(serial: bool) -> None:
    decoder, budget, document = decoding.Decoder(60), admission.Budget(100), Slow(serial=serial)

    async def request() -> None:
        async with budget.take(60) as held:
            await decoder.page(document, 0, held)

    asked = asyncio.create_task(request())
    await asyncio.to_thread(document.begun.wait, 5)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert budget.free == 40
    document.end.set()
    async with asyncio.timeout(5):
        async with budget.take(100):
            assert budget.free == 0
    decoder.stop()


async def test_a_hung_pdf_is_known_and_stops_no_picture() -> None:
    decoder, hung, picture = decoding.Decoder(0.1), Slow(serial=True), Slow(serial=False)
    picture.end.set()
    budget = admission.Budget(1000)
    async with budget.take(1) as one, budget.take(1) as other:
        stuck = asyncio.create_task(decoder.page(hung, 0, one))
        await asyncio.to_thread(hung.begun.wait, 5)
        assert (await decoder.page(picture, 0, other)).number == 1
        await asyncio.sleep(0.15)
        assert (decoder.busy, decoder.live) == (True, False)
        hung.end.set()
        await stuck
    assert (decoder.busy, decoder.live) == (False, True)
    decoder.stop()
