"""Why the process ended, where kubelet looks: what it finds there is in the pod's status, and so in its OCRService's.

https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
"""

import contextlib
import logging
import pathlib

_PATH = pathlib.Path("/dev/termination-log")
_LONGEST = 4096
"""Bytes that kubelet reads."""


class LastWords(logging.Handler):
    """Keeps the last critical message in a file that is there already; outside of a pod none is."""

    def __init__(self, path: pathlib.Path = _PATH) -> None:
        super().__init__(logging.CRITICAL)
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        """The hook of logging."""
        say(record.getMessage(), self._path)


def say(words: str, path: pathlib.Path = _PATH) -> None:
    """Leaves words in a file that is there already."""
    if path.exists():
        with contextlib.suppress(OSError):
            path.write_bytes(words.encode()[:_LONGEST])
