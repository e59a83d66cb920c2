"""How much may wait: pages that were accepted and are not read yet. Asked by `routes` before any work is done for a request."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Iterator

from kubeocr_runtime import errors

_SMOOTHING = 0.1
"""Weight of the newest page in the mean time of a page: some ten pages are remembered."""


@dataclasses.dataclass(slots=True)
class Admission:
    """Counts waiting pages against a limit. Lives on the event loop's thread only."""

    limit: int
    waiting: int = 0
    requests: int = 0
    leaving: bool = False
    """Readiness fails, requests are still let in: proxies hear of it a little later."""
    draining: bool = False
    """No request is let in."""
    page_seconds: float = 1.0
    idle: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    """Set by the end of the last request that was let in, once `draining`."""

    @contextlib.contextmanager
    def admit(self) -> Iterator["Ticket"]:
        """A request waits from now on until it ends, as one page until it is known how many it has.

        Raises `errors.Unavailable` while draining, `errors.Overloaded` while as many pages wait as may wait.
        """
        if self.draining:
            raise errors.Unavailable("this pod is about to end; ask again", headers=errors.retry_after(1))
        if self.waiting >= self.limit:
            raise self.overloaded(1)
        ticket = Ticket(self)
        self.waiting += ticket.left
        self.requests += 1
        try:
            yield ticket
        finally:
            self.waiting -= ticket.left
            self.requests -= 1
            self._tell_if_idle()

    def drain(self) -> None:
        """Let no request in any more."""
        self.draining = True
        self._tell_if_idle()

    def overloaded(self, pages: int) -> errors.Overloaded:
        """The refusal of so many pages, with the time after which there should be room."""
        wait = self.waiting * self.page_seconds
        return errors.Overloaded(
            f"{self.waiting} pages wait and {pages} more would be over {self.limit}; come again in about {max(wait, 1):.0f} s",
            headers=errors.retry_after(wait),
            waiting_pages=self.waiting,
        )

    def _tell_if_idle(self) -> None:
        if self.draining and not self.requests:
            self.idle.set()


@dataclasses.dataclass(slots=True)
class Ticket:
    """The pages of one request that still wait."""

    admission: Admission
    left: int = 1

    def take(self, pages: int) -> None:
        """It is known now how many pages there are. Raises `errors.Overloaded`.

        A document with more pages than may wait is let in when nothing else waits: it could never be, otherwise.
        """
        others = self.admission.waiting - self.left
        if others and others + pages > self.admission.limit:
            raise self.admission.overloaded(pages)
        self.admission.waiting += pages - self.left
        self.left = pages

    def done(self, seconds: float) -> None:
        """One page was read, in so many seconds of the engine."""
        self.left -= 1
        self.admission.waiting -= 1
        self.admission.page_seconds += _SMOOTHING * (seconds - self.admission.page_seconds)
