"""The time that each request has, and what ends it sooner: its client's word, a cancel, the pod's end."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator

from kubeocr_runtime import callers, errors


class Deadline:
    """Of one request, from its beginning on."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._begun = asyncio.get_running_loop().time()
        self._limit: asyncio.Timeout | None = None
        self._reason: errors.OcrError | None = None

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """What the request does; once only. Raises `errors.DeadlineExceeded`, or what it was ended with."""
        limit = asyncio.timeout_at(self._when())
        try:
            async with limit:
                self._limit = limit
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            late = errors.DeadlineExceeded(f"not done within {self.seconds} s; send fewer pages or ask again later")
            raise self._reason or late from None
        finally:
            self._limit = None

    def shorten(self, seconds: int) -> None:
        """The client does not wait for longer than this."""
        self.seconds = min(seconds, self.seconds)
        self._apply()

    def end(self, reason: errors.OcrError) -> None:
        """Now. The first reason counts; a request that is over stays as it is."""
        self._reason = self._reason or reason
        self._apply()

    def _when(self) -> float:
        """By the loop's clock."""
        return self._begun + (0 if self._reason else self.seconds)

    def _apply(self) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(self._when())


@dataclasses.dataclass(slots=True)
class Running:
    """The requests that are being worked on, by who sent them."""

    _deadlines: dict[callers.Caller, Deadline] = dataclasses.field(default_factory=dict)

    @contextlib.contextmanager
    def entered(self, caller: callers.Caller, seconds: int) -> Iterator[Deadline]:
        """A request is to be found here while it runs. Raises `errors.DuplicateRequest`."""
        if caller in self._deadlines:
            raise errors.DuplicateRequest(f"a request named {caller.request_id} still runs", request_id=caller.request_id)
        deadline = self._deadlines[caller] = Deadline(seconds)
        try:
            yield deadline
        finally:
            del self._deadlines[caller]

    def cancel(self, caller: callers.Caller, reason: str) -> None:
        """End one. Raises `errors.RequestNotFound`."""
        deadline = self._deadlines.get(caller)
        if deadline is None:
            raise errors.RequestNotFound(f"no request named {caller.request_id[:128]!r} runs here")
        deadline.end(errors.Cancelled(f"the request was cancelled: {reason}", reason=reason))

    def end_all(self, reason: Callable[[], errors.OcrError]) -> None:
        """Each with an answer: a connection that breaks tells a client nothing."""
        for deadline in self._deadlines.values():
            deadline.end(reason())
