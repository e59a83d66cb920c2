"""A model on several devices at once."""

import itertools
import threading
from collections.abc import Sequence

from kubeocr_contract import report
from kubeocr_runtime import engines


class Spread:
    """An `Engine` of equal sessions, one a device. A thread that calls it keeps to one; each gets as many threads."""

    def __init__(self, sessions: Sequence[engines.Engine]) -> None:
        self._sessions = tuple(sessions)
        self._turns = itertools.cycle(self._sessions)
        self._lock = threading.Lock()
        self._own = threading.local()

    @property
    def about(self) -> report.Engine:
        """The first one's."""
        return self._sessions[0].about

    @property
    def batch_pixels(self) -> int:
        """The first one's."""
        return self._sessions[0].batch_pixels

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        """By the calling thread's own session."""
        if not hasattr(self._own, "session"):
            with self._lock:
                self._own.session = next(self._turns)
        session: engines.Engine = self._own.session
        return session.infer(batch)
