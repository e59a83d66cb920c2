"""What is measured, each on a server that has just come up."""

import asyncio
import contextlib
import dataclasses
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from benchmarks.ocr import processes
from benchmarks.overload import books, clients, outcomes

_TIMES = 5
_BOOK_LINES, _SHORT_LINES = 30, 3
_OTHERS = 8
"""Clients that keep a server busy on which books are given up."""
_GREEDY_CLIENTS = 200
"""More than a tenant may have pages in the queue."""
_PAUSES = 3
"""A light tenant does nothing for so many times as long as a page of its takes alone."""
LIGHT, GREEDY = "light", "greedy"
"""Keys of the tenants' server."""
_PATIENCE = 10.0
"""Seconds after which a book that was given up is taken to be read on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked of it."""

    clients: int = 32
    seconds: float = 30
    """Of the peak and of the overload."""
    soak: int = 20_000
    settled: int = 1000
    """Requests after which the memory is what it should stay."""
    lines: int = 200
    """Of the fairness, each way."""
    book: int = 500
    equal: int = 10_000
    cancel: int = 20
    """Books that are given up, each way."""
    stream: int = 1000
    pages: int = 60
    """Of a light tenant, each way."""


QUICK = Effort(seconds=5, soak=400, settled=100, lines=20, book=20, equal=200, cancel=5, stream=20, pages=5)


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """A server that is ready."""

    client: clients.Client
    tree: processes.Tree
    crops: Sequence[clients.Body]
    effort: Effort

    def some(self, count: int) -> list[clients.Body]:
        """So many of the crops, again and again."""
        return list(itertools.islice(itertools.cycle(self.crops), count))

    @property
    def rss_mib(self) -> float:
        """Of the server now."""
        return self.tree.usage().rss_mib


async def peak(bench: Bench) -> outcomes.Figures:
    """Goodput with as many clients as do best, and with five times as many requests as it can answer."""
    await bench.client.keep_busy(bench.some(2 * bench.effort.clients), bench.effort.clients)
    most = await _closed(bench)
    before = bench.rss_mib
    begun = time.monotonic()
    found = await _offered(bench, _TIMES * most)
    good = outcomes.goodput(found, begun, bench.effort.seconds)
    return {
        "peak_per_second": most,
        "goodput_per_second": good,
        "goodput_share": good / most if most else None,
        "rss_growth_mib": bench.rss_mib - before,
        **outcomes.refusals(found),
    }


async def soak(bench: Bench) -> outcomes.Figures:
    """Memory after some requests and after many."""
    first = await bench.client.keep_busy(bench.some(bench.effort.settled), bench.effort.clients)
    settled = bench.rss_mib
    rest = await bench.client.keep_busy(bench.some(bench.effort.soak - bench.effort.settled), bench.effort.clients)
    end = bench.rss_mib
    return {"settled_mib": settled, "end_mib": end, "rss_ratio": end / settled, "failed": outcomes.failed([*first, *rest])}


async def fair(bench: Bench) -> outcomes.Figures:
    """One line after the other, alone and beside a book that another client has read, over and over."""
    book = clients.body(books.book(bench.effort.book, _BOOK_LINES))
    lines = bench.some(bench.effort.lines)
    await bench.client.keep_busy(lines[:10], 1)
    alone = outcomes.p95(await bench.client.keep_busy(lines, 1))
    reading = asyncio.create_task(_again_and_again(bench, book))
    await asyncio.sleep(1)  # until its pages are in the line
    beside = outcomes.p95(await bench.client.keep_busy(lines, 1))
    failed = int(reading.done())
    reading.cancel()
    ratio = beside / alone if beside and alone else None
    return {"alone_p95_seconds": alone, "beside_p95_seconds": beside, "p95_ratio": ratio, "book_failed": failed}


async def tenants(bench: Bench) -> outcomes.Figures:
    """A page of one API key now and then, alone and beside another key that has the queue full at all times."""
    page = clients.body(books.book(1, _BOOK_LINES))
    *_, last = await bench.client.keep_busy([page.of(LIGHT)] * 5, 1)
    pause = _PAUSES * last.seconds
    alone = await _now_and_then(bench, page.of(LIGHT), pause)
    others = [asyncio.create_task(_insist(bench, page.of(GREEDY))) for _ in range(_GREEDY_CLIENTS)]
    await asyncio.sleep(2)  # until as many wait as may
    waiting = await bench.client.waiting()
    beside = await _now_and_then(bench, page.of(LIGHT), pause)
    for other in others:
        other.cancel()
    alone_p95, beside_p95 = outcomes.p95(alone), outcomes.p95(beside)
    return {
        "alone_p95_seconds": alone_p95,
        "beside_p95_seconds": beside_p95,
        "p95_ratio": beside_p95 / alone_p95 if alone_p95 and beside_p95 else None,
        "waiting_pages": waiting,
        "failed": outcomes.failed([*alone, *beside]),
    }


async def equal(bench: Bench) -> outcomes.Figures:
    """Answers to many clients against those to one."""
    alone = await bench.client.keep_busy(bench.crops, 1)
    found = await bench.client.keep_busy(bench.some(bench.effort.equal), bench.effort.clients)
    return {"compared": len(found), "differences": outcomes.differences(found, alone), "failed": outcomes.failed(found)}


async def stream(bench: Bench) -> outcomes.Figures:
    """A book of short pages, page by page."""
    book = clients.body(books.book(bench.effort.stream, _SHORT_LINES))
    idle, begun = bench.rss_mib, time.monotonic()
    first, lines = None, []
    with _sampled(bench) as samples:
        async for line in bench.client.stream(book):
            lines.append({key: line[key] for key in ("page", "status") if key in line})
            first = first or ("page" in line and time.monotonic() - begun) or None
    return {
        "first_page_seconds": first,
        "idle_mib": idle,
        "over_idle_mib": max(samples) - idle,
        "not_done": sum("page" in line and line["status"] != "done" for line in lines),
        "unaccounted": outcomes.unaccounted(lines, bench.effort.stream),
        "seconds": time.monotonic() - begun,
    }


async def cancel(bench: Bench) -> outcomes.Figures:
    """How long a book that is given up still waits to be read, on a server that others keep busy: the longest of all times."""
    book = clients.body(books.book(bench.effort.book, _BOOK_LINES))
    others = [asyncio.create_task(_again_and_again(bench, crop)) for crop in bench.some(_OTHERS)]
    seconds: dict[str, list[float]] = {"deleted": [], "closed": []}
    for number in range(bench.effort.cancel):
        for way, taken in seconds.items():
            # at another moment of its reading each time
            reading = await _begun(bench, book, f"{way}-{number}", later=number / bench.effort.cancel)
            taken.append(await _given_up(bench, reading, f"{way}-{number}" if way == "deleted" else None))
    failed = sum(other.done() for other in others)
    for other in others:
        other.cancel()
    return {
        **{f"{way}_max_seconds": max(taken) for way, taken in seconds.items()},
        "tries": 2 * bench.effort.cancel,
        "failed": failed,
    }


PARTS: Mapping[str, Callable[[Bench], Awaitable[outcomes.Figures]]] = {
    "peak": peak,
    "soak": soak,
    "fair": fair,
    "tenants": tenants,
    "equal": equal,
    "cancel": cancel,
    "stream": stream,
}


async def _closed(bench: Bench) -> float:
    """Answers a second while every client asks again as soon as it is answered."""
    begun = time.monotonic()
    found: list[outcomes.Outcome] = []
    crops = itertools.cycle(bench.crops)

    async def work() -> None:
        while time.monotonic() < begun + bench.effort.seconds:
            found.append(await bench.client.read(next(crops)))

    await asyncio.gather(*(work() for _ in range(bench.effort.clients)))
    return outcomes.goodput(found, begun, bench.effort.seconds)


async def _offered(bench: Bench, rate: float) -> list[outcomes.Outcome]:
    """What became of so many requests a second, sent whether the ones before were answered or not."""
    begun, crops = time.monotonic(), itertools.cycle(bench.crops)
    running = []
    for number in range(int(rate * bench.effort.seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        running.append(asyncio.create_task(bench.client.read(next(crops))))
    return await asyncio.gather(*running)


async def _begun(bench: Bench, book: clients.Body, name: str, later: float) -> asyncio.Task[outcomes.Outcome]:
    """A book that is being read for so many seconds."""
    reading = asyncio.create_task(bench.client.read(book, name))
    while not reading.done() and await bench.client.waiting() <= _OTHERS:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)
    if reading.done():
        raise ValueError(f"the book was not read: {reading.result().status}")
    await asyncio.sleep(later)
    return reading


async def _given_up(bench: Bench, reading: asyncio.Task[outcomes.Outcome], name: str | None) -> float:
    """Seconds until none of its pages waits any more; without a name it is ended by closing its connection."""
    begun = time.monotonic()
    if name:
        await bench.client.end(name)
    else:
        reading.cancel()
    while await bench.client.waiting() > _OTHERS and time.monotonic() < begun + _PATIENCE:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    seconds = time.monotonic() - begun
    reading.cancel()
    await asyncio.wait([reading])
    return seconds


async def _again_and_again(bench: Bench, sent: clients.Body) -> None:
    """Ends where the server does not read it."""
    while (await bench.client.read(sent)).status == 200:  # noqa: ASYNC110 - it is the reading that takes the time
        await asyncio.sleep(0)


async def _now_and_then(bench: Bench, sent: clients.Body, pause: float) -> list[outcomes.Outcome]:
    """One after the other, with so many seconds between."""
    found = []
    for _ in range(bench.effort.pages):
        found.append(await bench.client.read(sent))
        await asyncio.sleep(pause)
    return found


async def _insist(bench: Bench, sent: clients.Body) -> None:
    """Ask again at once where it is answered, a little later where it is refused; without end."""
    while True:
        if (await bench.client.read(sent)).status != 200:
            await asyncio.sleep(0.5)


@contextlib.contextmanager
def _sampled(bench: Bench) -> Iterator[list[float]]:
    """The server's memory in MiB, looked at again and again."""
    samples = [bench.rss_mib]

    async def look() -> None:
        while True:
            await asyncio.sleep(0.05)
            samples.append(bench.rss_mib)

    looking = asyncio.create_task(look())
    try:
        yield samples
    finally:
        looking.cancel()
