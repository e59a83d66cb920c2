"""The pod's own log, its last lines, as the log routes show it: by the day, each a file in name only.

Nothing is read from a disk, so no name leads anywhere. Only what our own loggers say is kept, without tracebacks: they tell of
requests by name, route and figures, and nothing of a document.
"""

import collections
import dataclasses
import datetime as dt
import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

LOGGER = "kubeocr"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_MOST_BYTES = 4 * 2**20
_LONGEST = 2000
"""Characters of a line."""
_FILE = re.compile(r"app_(\d{4}-\d{2}-\d{2})\.log")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line."""

    at: float
    """Seconds since the epoch."""
    level: str
    """One of LEVELS."""
    text: str
    number: int
    """In its day's file, from 1, lines that are not kept any more counted in."""

    @property
    def day(self) -> str:
        """By UTC."""
        return dt.datetime.fromtimestamp(self.at, dt.UTC).date().isoformat()

    @property
    def content(self) -> str:
        """As a file has it."""
        when = dt.datetime.fromtimestamp(self.at, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{when} {self.level}: {self.text}"


class Ring(logging.Handler):
    """Forgets the oldest lines first. Written by any thread."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        super().__init__()
        self.began = time.time()
        self._most, self._size = most_bytes, 0
        self._lines: collections.deque[Line] = collections.deque()
        self._counts: dict[str, int] = {}
        self._changing = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """The hook of logging."""
        level = next((each for each in reversed(LEVELS) if getattr(logging, each) <= record.levelno), LEVELS[0])
        text = " ".join(record.getMessage().split())[:_LONGEST]
        with self._changing:
            self._keep(Line(record.created, level, text, 0))

    def lines(self) -> list[Line]:
        """All that are kept, the oldest first."""
        with self._changing:
            return list(self._lines)

    def _keep(self, line: Line) -> None:
        number = self._counts.get(line.day, 0) + 1
        self._counts[line.day] = number
        self._lines.append(dataclasses.replace(line, number=number))
        self._size += _size(line)
        while self._size > self._most:
            gone = self._lines.popleft()
            self._size -= _size(gone)
        first = self._lines[0].day if self._lines else ""
        self._counts = {day: count for day, count in self._counts.items() if day >= first}


def listening(ring: Ring) -> Callable[[object], AsyncIterator[None]]:
    """For an application: it hears what is logged as long as that runs."""

    async def listen(_: object) -> AsyncIterator[None]:
        logging.getLogger(LOGGER).addHandler(ring)
        yield
        logging.getLogger(LOGGER).removeHandler(ring)

    return listen


def by_file(lines: Iterable[Line]) -> Mapping[str, list[Line]]:
    """Name of each day's file -> its lines; the newest day first."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(f"app_{line.day}.log", []).append(line)
    return dict(sorted(found.items(), reverse=True))


def day(filename: str) -> str:
    """Of a file's name; empty for what is none."""
    found = _FILE.fullmatch(filename)
    return found[1] if found else ""


def size(lines: Iterable[Line]) -> int:
    """Bytes."""
    return sum(map(_size, lines))


def _size(line: Line) -> int:
    return len(line.content.encode(errors="replace")) + 1
