"""The one thread that owns the engines.

Pages stand in line in the order they came, one of each request at a time (see `turns`): requests take turns page by page.
"""

import asyncio
import concurrent.futures
import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from kubeocr_contract import languages, models, report
from kubeocr_runtime import documents, pipelines, results

T = TypeVar("T")


class Reader(Protocol):
    """What reads pages (`pipelines.Pipelines`, or a fake in tests). Its methods are called on the worker's thread."""

    @property
    def loaded(self) -> Mapping[str, str]:
        """Name of each model that is loaded -> SHA-256 of its weights."""
        ...

    @property
    def engine(self) -> report.Engine:
        """What runs them."""
        ...

    @property
    def orients_pages(self) -> bool:
        """Whether it can turn pages upright."""
        ...

    @property
    def orients_lines(self) -> bool:
        """Whether it can turn lines upright."""
        ...

    def warm(self) -> None:
        """Load what the settings name."""
        ...

    def self_test(self) -> None:
        """Read a known page; raises where it comes back wrong."""
        ...

    def read(self, page: documents.Page, options: pipelines.ReadOptions) -> results.PageResult:
        """A page's lines."""
        ...


class Store(Protocol):
    """What knows the models that are here (`models.Store`)."""

    def carried(self) -> frozenset[str]:
        """Names of the models that are here."""
        ...

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> models.Reader:
        """The models that read a language. Raises `kubeocr_runtime.models.NotCarried`."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A page's result and what it cost."""

    result: results.PageResult
    queue_seconds: float
    inference_seconds: float


class Worker:
    """Runs a `Reader` on a thread of its own; one that is at a page for longer than `stuck_seconds` has hung."""

    def __init__(self, reader: Reader, stuck_seconds: float) -> None:
        self.reader = reader
        self.stuck_seconds = stuck_seconds
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._busy_since: float | None = None
        self.busy_seconds = 0.0
        self.ready = False

    async def start(self) -> None:
        """Load the models and read a page whose text is known. Raises what the reader raises."""
        await self._run(self.reader.warm)
        await self._run(self.reader.self_test)
        self.ready = True

    async def read(self, page: documents.Page, options: pipelines.ReadOptions) -> Read:
        """A page's result, in its turn. Cancelled while it stands in line, it is never read."""
        asked = time.monotonic()
        started, result = await self._run(lambda: (time.monotonic(), self.reader.read(page, options)))
        return Read(result, started - asked, time.monotonic() - started)

    @property
    def busy(self) -> bool:
        """Whether the engine is at work."""
        return self._busy_since is not None

    @property
    def live(self) -> bool:
        """Whether the engine is idle or began its work lately."""
        since = self._busy_since
        return since is None or time.monotonic() - since < self.stuck_seconds

    def stop(self) -> None:
        """End the thread after what it does now; what stands in line is dropped."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._thread.submit(self._timed, work))

    def _timed(self, work: Callable[[], T]) -> T:
        self._busy_since = begin = time.monotonic()
        try:
            return work()
        finally:
            self._busy_since = None
            self.busy_seconds += time.monotonic() - begin
