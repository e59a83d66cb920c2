"""How long to wait before a server is asked once more, and when to leave it alone. No IO; `client` waits."""

import dataclasses
import random
from collections.abc import Callable, Iterator

TRIES = 3
_FIRST_SECONDS = 0.5
_MOST_SECONDS = 8.0
FAILURES = 5
"""In a row, after which a server is left alone."""
REST_SECONDS = 15.0


def delays(chance: Callable[[], float] = random.random) -> Iterator[float]:
    """Seconds before each further try: anything up to a limit that doubles, so that those who failed together do not come
    together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter, full jitter).
    """
    return (chance() * min(_MOST_SECONDS, _FIRST_SECONDS * 2**number) for number in range(TRIES - 1))


def asked_for(header: str | None) -> float:
    """Seconds that a server's Retry-After asks for, as far as anyone waits; 0 where it does not say in seconds."""
    return min(_MOST_SECONDS, float(header)) if header and header.isascii() and header.isdigit() else 0.0


@dataclasses.dataclass(slots=True)
class Breaker:
    """Of one server: after FAILURES in a row nobody asks it for REST_SECONDS, then one does, to see."""

    clock: Callable[[], float]
    failures: int = 0
    closed_until: float = 0.0

    def left(self) -> float:
        """Seconds for which it is to be left alone; 0: ask it. Whoever hears 0 of a server that failed is the one who looks."""
        if self.failures < FAILURES:
            return 0.0
        now = self.clock()
        if now >= self.closed_until:
            self.closed_until = now + REST_SECONDS
            return 0.0
        return self.closed_until - now

    def failed(self) -> None:
        """It did not answer."""
        self.failures += 1
        self.closed_until = self.clock() + REST_SECONDS

    def answered(self) -> None:
        """It did."""
        self.failures = 0
