"""Pages of one document: in order, a few in hand, never more of them kept than are taken."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from kubeocr_contract import languages, models
from kubeocr_runtime import admission, callers, decoding, documents, errands, errors, metrics, pipelines, rates, turns, worker

OPTIONS = pipelines.ReadOptions(reader=models.choose(languages.find("en"), "PP-OCRv6", "small", models.WHEELS))


@dataclasses.dataclass
class FakeDocument:
    """A `decoding.Opened` of so many pages, of which some are broken and some are no error of the client's."""

    pages: int
    broken: frozenset[int] = frozenset()
    bugs: frozenset[int] = frozenset()
    decoded: list[int] = dataclasses.field(default_factory=list)

    async def pixels(self, index: int) -> int:
        if index + 1 in self.broken:
            raise errors.BrokenDocument(f"page {index + 1} is broken", page=index + 1)
        return 100

    async def layer(self, index: int) -> None:
        return None

    async def page(self, index: int, held: admission.Holding) -> documents.Page:
        self.decoded.append(index + 1)
        if index + 1 in self.bugs:
            raise ZeroDivisionError
        return documents.Page(index + 1, np.zeros((10, 10, 3), np.uint8))


@pytest.fixture
async def read(reader) -> AsyncIterator[turns.Turns]:
    """What documents share, on the fake reader."""
    engine, decoder = worker.Worker(reader, 60), decoding.Decoder(60)
    await engine.start()
    yield turns.Turns(
        engine=engine, decoder=decoder, room=admission.Room.of(10_000), metrics=metrics.Metrics(), rate=rates.Rate(), lanes=2
    )
    reader.gate.set()
    engine.stop()
    decoder.stop()


@pytest.fixture
async def ticket() -> AsyncIterator[admission.Ticket]:
    entrance = admission.Admission(admission.Load(1000, 10**9, 10**9))
    with entrance.admit(callers.Caller("test"), 60, 0) as ticket:
        yield ticket


async def outcomes(read: turns.Turns, document: FakeDocument, ticket: admission.Ticket) -> list[turns.Outcome]:
    found: list[turns.Outcome] = []

    async def take(outcome: turns.Outcome) -> None:
        found.append(outcome)

    await read.deliver(document, turns.Job(OPTIONS, errands.Share(), ticket), take)
    return found


def told(outcome: turns.Outcome) -> int | tuple[int, str]:
    return (outcome.page, outcome.error.code) if isinstance(outcome, turns.Failure) else outcome.result.number


async def test_every_page_comes_in_order_and_one_that_fails_keeps_no_other_back(read, ticket) -> None:
    ticket.take(9, None, 0)
    document = FakeDocument(9, broken=frozenset({1, 5}), bugs=frozenset({6}))
    found = [told(each) for each in await outcomes(read, document, ticket)]
    assert found == [(1, "broken_document"), 2, 3, 4, (5, "broken_document"), (6, "internal"), 7, 8, 9]
    assert ticket.left == 0


async def test_pages_that_were_read_before_are_passed_over(read, ticket) -> None:
    ticket.take(5, None, 0)
    document, found = FakeDocument(5), []

    async def take(outcome: turns.Outcome) -> None:
        found.append(told(outcome))

    await read.deliver(document, turns.Job(OPTIONS, errands.Share(), ticket, skip=frozenset({1, 4})), take)
    assert (found, sorted(document.decoded)) == ([2, 3, 5], [2, 3, 5])


async def test_read_as_a_whole_the_first_page_that_fails_ends_the_document(read, ticket) -> None:
    ticket.take(100, None, 0)
    document = FakeDocument(100, broken=frozenset({3}))
    with pytest.raises(errors.BrokenDocument, match="page 3"):
        await read.read_all(document, turns.Job(OPTIONS, errands.Share(), ticket))
    assert len(document.decoded) < 10


async def test_a_page_comes_as_soon_as_it_is_read(read, ticket, reader) -> None:
    ticket.take(3, None, 0)
    first, more = asyncio.Event(), asyncio.Event()

    async def take(outcome: turns.Outcome) -> None:
        first.set()
        await more.wait()

    reading = asyncio.create_task(read.deliver(FakeDocument(3), turns.Job(OPTIONS, errands.Share(), ticket), take))
    await asyncio.wait_for(first.wait(), 5)
    more.set()
    await reading


async def test_whoever_takes_no_page_has_few_read_for_it(read, ticket, reader, settled: Callable) -> None:
    ticket.take(100, None, 0)
    never = asyncio.Event()

    async def take(outcome: turns.Outcome) -> None:
        await never.wait()

    document = FakeDocument(100)
    reading = asyncio.create_task(read.deliver(document, turns.Job(OPTIONS, errands.Share(), ticket), take))
    assert await settled(lambda: len(reader.seen)) <= 4
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert await settled(lambda: len(document.decoded)) <= 4


async def test_the_memory_of_a_page_is_free_again_however_it_ends(read, ticket, reader) -> None:
    ticket.take(9, None, 0)
    await outcomes(read, FakeDocument(9, bugs=frozenset({2})), ticket)
    reader.gate.clear()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outcomes(read, FakeDocument(9), ticket), 0.05)
    reader.gate.set()
    assert read.room.small.free == read.room.small.total


@pytest.mark.parametrize(
    ("document", "want"),
    [pytest.param(FakeDocument(1), 100, id="told"), pytest.param(FakeDocument(1, frozenset({1})), None, id="broken")],
)
async def test_the_first_page_is_looked_at_before_any_is_read(read, document: FakeDocument, want: int | None) -> None:
    assert await read.first_pixels(document) == want
