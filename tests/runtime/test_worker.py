"""The worker with a reader that the tests hold: what is done in what order, by whom, and what happens to what goes wrong."""

import asyncio
import contextlib
import dataclasses
import time
import weakref
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest

from kubeocr_contract import models
from kubeocr_runtime import documents, errands, finds, pipelines, placements, readers, recognition, results, tries, worker

OPTIONS = pipelines.ReadOptions(reader=models.Reader("PP-OCRv6", "x_det", "x_rec"))


def page(number: int, size: tuple[int, int] = (40, 60)) -> documents.Page:
    return documents.Page(number, np.zeros((*size, 3), np.uint8))


@contextlib.asynccontextmanager
async def working(reader: readers.Reader, stuck_seconds: float = 60) -> AsyncIterator[worker.Worker]:
    engine = worker.Worker(reader, stuck_seconds)
    await engine.start()
    try:
        yield engine
    finally:
        engine.stop()


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_page_comes_back_with_its_lines(reader) -> None:
    async with working(reader) as engine:
        read = await engine.read(page(3), OPTIONS, errands.Share())
    assert (read.result.number, read.result.text, read.result.width) == (3, "page 3", 60)
    assert read.queue_seconds >= 0
    assert engine.busy_seconds > 0


async def test_a_page_is_held_by_nobody_while_its_lines_are_read(reader) -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    held, there, recognise = weakref.ref(image), [], reader.recognise
    reader.recognise = lambda key, strips: there.append(held()) or recognise(key, strips)
    async with working(reader) as engine:
        there.clear()  # it has read the page that tests it
        reading = engine.read(documents.Page(1, image), OPTIONS, errands.Share())
        del image
        await reading
    assert there == [None]


async def test_lines_of_pages_that_wait_together_share_a_batch(reader) -> None:
    async with working(reader) as engine:
        reader.gate.clear()
        held = asyncio.create_task(engine.read(page(9), OPTIONS, errands.Share()))
        await until(lambda: engine.busy)
        reads = [asyncio.create_task(engine.read(page(n), OPTIONS, errands.Share())) for n in range(1, 4)]
        await asyncio.sleep(0.05)
        reader.gate.set()
        assert [read.result.text for read in await asyncio.gather(*reads)] == ["page 1", "page 2", "page 3"]
        await held
    assert max(count for _, count in reader.batches) > 1


async def test_streams_work_at_the_same_time(reader) -> None:
    reader.streams = 2
    async with working(reader) as engine:
        reader.gate.clear()
        reads = [asyncio.create_task(engine.read(page(n), OPTIONS, errands.Share())) for n in (1, 2)]
        await until(lambda: len(engine._since) == 2)
        reader.gate.set()
        await asyncio.gather(*reads)


async def test_a_page_that_nobody_waits_for_is_not_begun(reader) -> None:
    async with working(reader) as engine:
        reader.gate.clear()
        held = asyncio.create_task(engine.read(page(1), OPTIONS, errands.Share()))
        await until(lambda: engine.busy)
        given_up = asyncio.create_task(engine.read(page(2), OPTIONS, errands.Share()))
        await asyncio.sleep(0.05)
        given_up.cancel()
        await asyncio.sleep(0)
        reader.gate.set()
        await held
        await engine.read(page(3), OPTIONS, errands.Share())
    assert [number for number, _, _ in reader.seen] == [1, 3]


async def test_lines_of_a_page_that_is_given_up_are_not_read(reader) -> None:
    async with working(reader) as engine:
        reader.gate.clear()
        given_up = asyncio.create_task(engine.read(page(1), OPTIONS, errands.Share()))
        await until(lambda: engine.busy)
        given_up.cancel()
        await asyncio.sleep(0)
        reader.gate.set()
        await engine.read(page(2), OPTIONS, errands.Share())
    assert [count for _, count in reader.batches] == [1]


class Choosy:
    """Refuses to read a page's lines, or a batch that has one of them."""

    def __init__(self, reader, number: int) -> None:
        self.refused = number
        self.read = reader.recognise
        self.sizes: list[int] = []

    def recognise(self, key: recognition.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        self.sizes.append(len(strips))
        if any(strip[0, 0, 0] == self.refused for strip in strips):
            raise RuntimeError("this line cannot be read")
        return self.read(key, strips)


async def test_a_line_that_fails_fails_its_page_and_no_other_of_its_batch(reader) -> None:
    choosy = Choosy(reader, 2)
    reader.recognise = choosy.recognise
    async with working(reader) as engine:
        reader.gate.clear()
        held = asyncio.create_task(engine.read(page(9), OPTIONS, errands.Share()))
        await until(lambda: engine.busy)
        reads = [asyncio.create_task(engine.read(page(n), OPTIONS, errands.Share())) for n in (1, 2, 3)]
        await asyncio.sleep(0.05)
        reader.gate.set()
        await held
        first, second, third = await asyncio.gather(*reads, return_exceptions=True)
    assert max(choosy.sizes) > 1
    assert (first.result.text, third.result.text) == ("page 1", "page 3")
    assert isinstance(second, RuntimeError)


async def test_pages_all_of_whose_lines_fail_leave_the_worker_as_it_was(reader) -> None:
    find, recognise = reader.find, reader.recognise

    def find_three(which: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
        found = find(which, options)
        return dataclasses.replace(found, quads=found.quads * 3, strips=found.strips * 3)

    def refuse(key: recognition.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        if any(strip[0, 0, 0] < 9 for strip in strips):
            raise RuntimeError("this line cannot be read")
        return recognise(key, strips)

    reader.streams, reader.find, reader.recognise = 2, find_three, refuse
    async with working(reader) as engine:
        for number in range(1, 6):
            with pytest.raises(RuntimeError, match="cannot be read"):
                await engine.read(page(number), OPTIONS, errands.Share())
        texts = [(await engine.read(page(9), OPTIONS, errands.Share())).result.text for _ in range(3)]
        await until(lambda: not engine._schedule._shares)
    assert texts == ["page 9 page 9 page 9"] * 3


async def test_a_page_that_cannot_be_placed_fails_alone(reader) -> None:
    place = reader.place

    def refuse(found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions) -> results.PageResult:
        if found.number == 1:
            raise ValueError("nowhere")
        return place(found, texts, options)

    reader.place = refuse
    async with working(reader) as engine:
        reader.gate.clear()
        held = asyncio.create_task(engine.read(page(9), OPTIONS, errands.Share()))
        await until(lambda: engine.busy)
        reads = [asyncio.create_task(engine.read(page(n), OPTIONS, errands.Share())) for n in (1, 2)]
        await asyncio.sleep(0.05)
        reader.gate.set()
        await held
        first, second = await asyncio.gather(*reads, return_exceptions=True)
    assert isinstance(first, ValueError)
    assert second.result.text == "page 2"
    assert sum(count for _, count in reader.batches) == 3, "none was read twice"


async def test_a_page_that_fails_is_told_and_the_next_is_read(reader) -> None:
    find = reader.find

    def fail_first(which: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
        if which.number == 1:
            raise ValueError("no page")
        return find(which, options)

    reader.find = fail_first
    async with working(reader) as engine:
        with pytest.raises(ValueError, match="no page"):
            await engine.read(page(1), OPTIONS, errands.Share())
        assert (await engine.read(page(2), OPTIONS, errands.Share())).result.text == "page 2"


async def test_a_page_without_lines_is_complete_at_once(reader) -> None:
    reader.find = lambda which, _: finds.Found(which.number, placements.Placement((60, 40)), (), (), ("x_rec", False), 1280)
    async with working(reader) as engine:
        assert (await engine.read(page(5), OPTIONS, errands.Share())).result.text == ""
    assert reader.batches == []


async def test_one_that_hangs_is_not_live_however_much_the_others_do(reader) -> None:
    reader.streams = 2
    async with working(reader, stuck_seconds=0.2) as engine:
        reader.gate.clear()
        held = asyncio.create_task(engine.read(page(1), OPTIONS, errands.Share()))
        await until(lambda: engine.busy)
        assert engine.live
        await until(lambda: not engine.live)
        assert time.monotonic() - min(engine._since.values()) >= 0.2
        reader.gate.set()
        await held
        assert engine.live


async def test_what_is_to_be_read_again_waits_its_turn_like_anything_else(reader) -> None:
    """Two rounds: the first line again by one other recogniser, then by a second."""
    rounds = [("y_rec", True), ("z_rec", True)]

    def reconsider(found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions) -> finds.Found:
        assert len(texts) == found.count
        if found.number != 5 or not rounds:
            return found
        return dataclasses.replace(found, further=(*found.further, tries.Try(0, found.strips[0], rounds.pop(0), 1280)))

    reader.reconsider = reconsider
    async with working(reader) as engine:
        reader.batches.clear()
        read = await engine.read(page(5), OPTIONS, errands.Share())
        await until(lambda: not engine._schedule._shares)
    assert reader.batches == [(("x_rec", False), 1), (("y_rec", True), 1), (("z_rec", True), 1)]
    assert read.result.text == "page 5 page 5 page 5"


async def test_a_page_that_cannot_be_reconsidered_fails_alone(reader) -> None:
    def refuse(found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions) -> finds.Found:
        if found.number == 2:
            raise ValueError("no such model")
        return found

    reader.reconsider = refuse
    async with working(reader) as engine:
        with pytest.raises(ValueError, match="no such model"):
            await engine.read(page(2), OPTIONS, errands.Share())
        assert (await engine.read(page(3), OPTIONS, errands.Share())).result.text == "page 3"
