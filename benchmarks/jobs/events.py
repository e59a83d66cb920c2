"""What workers did, as they note it line by line in one file, and what that says of all jobs. Pure, but for `Notes`."""

import collections
import dataclasses
import os
import pathlib
import statistics
import time
from collections.abc import Iterable, Mapping

CLAIMED, READ, KEPT, ENDED = "claimed", "read", "kept", "ended"


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One line."""

    at: float
    """Seconds of the machine's monotonic clock, which all its processes share."""
    pid: int
    what: str
    job: str
    """Its number in the document, of `READ`; its id, of the others."""
    page: int = 0
    token: str = ""


class Notes:
    """Lines are appended whole, whoever is killed."""

    def __init__(self, file: pathlib.Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, what: str, job: str, page: int = 0, token: str = "") -> None:
        """It has just happened."""
        os.write(self._file, f"{time.monotonic()} {os.getpid()} {what} {job} {page} {token}\n".encode())


def parsed(lines: Iterable[str]) -> list[Event]:
    """In the order in which they were written."""
    return [_event(*line.split(" ")) for line in lines]


def _event(at: str, pid: str, what: str, job: str, page: str, token: str) -> Event:
    return Event(float(at), int(pid), what, job, int(page), token.strip())


def read_after_kept(found: Iterable[Event], numbers: Mapping[str, str]) -> int:
    """Pages that were read once more after the ledger had taken them; `numbers` has each job's by its id."""
    kept: set[tuple[str, int]] = set()
    again = 0
    for event in found:
        if event.what == KEPT:
            kept.add((numbers[event.job], event.page))
        elif event.what == READ:
            again += (event.job, event.page) in kept
    return again


def ended_twice(found: Iterable[Event]) -> int:
    """Jobs whose end the ledger took from more than one attempt."""
    tokens: dict[str, set[str]] = collections.defaultdict(set)
    for event in found:
        if event.what == ENDED:
            tokens[event.job].add(event.token)
    return sum(len(each) > 1 for each in tokens.values())


def recoveries(found: Iterable[Event], kills: Mapping[int, float]) -> list[float]:
    """Seconds from a worker's death to the next claim of each job that it had; `kills` has the time by process."""
    holders: dict[str, int] = {}
    waits: list[float] = []
    for event in found:
        if event.what == CLAIMED:
            killed = kills.get(holders.get(event.job, 0))
            if killed is not None:
                waits.append(event.at - killed)
            holders[event.job] = event.pid
        elif event.what == ENDED:
            holders.pop(event.job, None)
    return waits


def median(values: Iterable[float]) -> float:
    """0 of nothing."""
    found = list(values)
    return round(statistics.median(found), 3) if found else 0.0
