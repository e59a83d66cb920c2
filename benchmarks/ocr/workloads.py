"""What systems are given to read, and by how many clients at once."""

import dataclasses
import itertools
import pathlib
from collections.abc import Sequence

from benchmarks.ocr import drawing

TIMED = ("linn.png", "8087_054.3B.tif")
"""Of the documents: what is read against the clock."""
JUDGED = (*TIMED, "eurotext.tif", "phototest.tif")
"""Of the documents: what error rates are of."""
CROPS = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """A file to read, and what it says."""

    path: pathlib.Path
    truth: str


@dataclasses.dataclass(frozen=True, slots=True)
class Workload:
    """Jobs, each taken by the next client that is free."""

    name: str
    clients: int
    jobs: Sequence[Job]


@dataclasses.dataclass(frozen=True, slots=True)
class Material:
    """All that can be read."""

    timed: Sequence[Job]
    judged: Sequence[Job]
    crops: Sequence[Job]


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """How much is read."""

    clients: tuple[int, ...] = (1, 8)
    """Of the pages; each number is a workload."""
    pages_a_client: int = 2
    crops: int = 2 * CROPS
    rounds: int = 3

    def with_rounds(self, rounds: int) -> "Effort":
        """The same with another number of rounds."""
        return dataclasses.replace(self, rounds=rounds)


QUICK = Effort(clients=(1, 8), pages_a_client=1, crops=64, rounds=1)
FULL = Effort(clients=(1, 8, 32))


def gather(folder: pathlib.Path | None, scratch: pathlib.Path) -> Material:
    """The documents of a folder, or pages drawn into the scratch folder where none is given; crops are always drawn.

    Raises `FileNotFoundError` for a document that is not there.
    """
    crops = [Job(*each) for each in drawing.crops(scratch, CROPS)]
    if folder is None:
        pages = [Job(*each) for each in drawing.pages(scratch, len(TIMED))]
        return Material(pages, pages, crops)
    judged = [Job(_there(folder / name), truth(folder / name)) for name in JUDGED]
    return Material(judged[: len(TIMED)], judged, crops)


def truth(document: pathlib.Path) -> str:
    """What a document says: NAME.txt beside it, or NAME.gold.txt."""
    gold = document.with_suffix(".gold.txt")
    return (gold if gold.is_file() else _there(document.with_suffix(".txt"))).read_text(encoding="utf-8")


def planned(material: Material, effort: Effort) -> list[Workload]:
    """Pages by each number of clients, and crops by 32."""
    counts = {clients: max(clients * effort.pages_a_client, len(material.timed)) for clients in effort.clients}
    pages = [Workload(f"pages-{clients}", clients, _repeated(material.timed, count)) for clients, count in counts.items()]
    return [*pages, Workload("crops-32", 32, _repeated(material.crops, effort.crops))]


def _repeated(jobs: Sequence[Job], count: int) -> list[Job]:
    return list(itertools.islice(itertools.cycle(jobs), count))


def _there(path: pathlib.Path) -> pathlib.Path:
    if not path.is_file():
        raise FileNotFoundError(f"--documents: {path} is not there")
    return path
