"""What the demo says as it goes: a line a step with its seconds; what programs say goes to a log."""

import contextlib
import pathlib
import sys
import time
from collections.abc import Iterator, Sequence

from cluster import clusters


class Failed(RuntimeError):
    """A step that did not go well; the message says where to look."""


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    """Says what is being done, and when it is done how long it took."""
    print(f"  {what} ...", end="", flush=True)
    started = time.monotonic()
    yield
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def run(cluster: clusters.Cluster, command: Sequence[str], log: pathlib.Path, *, input: str | None = None) -> str:  # noqa: A002
    """Runs a program on the cluster, keeping what it says in `log`. Returns its output. Raises `Failed` with its last words."""
    done = cluster.run(command, input=input)
    with log.open("a") as file:
        print("$", " ".join(command), file=file)
        print(done.stdout, done.stderr, file=file)
    if done.returncode:
        raise Failed(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-400:]}\nMore is in {log}")
    return done.stdout


def fail(message: str) -> int:
    """Ends the line that a step began and says what went wrong."""
    print(file=sys.stderr)
    print(message, file=sys.stderr)
    return 1
