"""The scripts that Redis runs for `redis`, and its answers as values. Each script is one operation, and so done as a whole.

A queue's keys all begin with its name in braces, so that they are in one slot of a Redis Cluster:
https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
"""

import functools
import importlib.resources
from collections.abc import Iterable, Sequence
from typing import Any

from kubeocr_runtime import errors
from kubeocr_runtime.jobs import ledger, orders, texts

Reply = Any
"""What a script returns: bytes, numbers, lists of them, or None."""


@functools.cache
def text(name: str) -> str:
    """Of a script, with what all of them share before it."""
    folder = importlib.resources.files("kubeocr_runtime.jobs") / "lua"
    return "".join((folder / f"{each}.lua").read_text(encoding="utf-8") for each in ("jobs", name))


def prefix(queue: str) -> str:
    """What the keys of a queue begin with."""
    return f"kubeocr:{{{queue}}}:"


def whose(owner: ledger.Owner) -> str:
    """As the scripts have it: one owner's jobs, or all."""
    return "*" if owner is None else f"o:{owner}"


def scope(owner: ledger.Owner, client: str | None) -> str:
    """The index that has an owner's jobs for a client."""
    if client is None:
        return whose(owner)
    return f"x:{client}" if owner is None else f"c:{owner}:{client}"


def job(reply: Sequence[Reply]) -> orders.Job:
    """A look at a job."""
    fields, pages_done = pairs(reply[0]), int(reply[1])
    return orders.Job(
        order=texts.order(fields["ordered"]),
        state=fields["state"],
        created=float(fields["created"]),
        version=int(fields["version"]),
        attempts=int(fields["attempts"]),
        worker=fields.get("worker", ""),
        started=float(fields["started"]) if "started" in fields else None,
        ended=float(fields["ended"]) if "ended" in fields else None,
        pages=int(fields["pages"]) if "pages" in fields else None,
        pages_done=pages_done,
        result=fields.get("result", ""),
        fault=texts.fault(fields.get("fault", "")),
        reason=fields.get("reason", ""),
    )


def found(reply: Reply, job_id: str) -> Reply:
    """The answer about a job that may be seen. Raises `errors.RequestNotFound`, `errors.RequestGone`."""
    if reply == b"never":
        raise orders.never_known(job_id)
    if reply == b"gone":
        raise orders.gone(job_id)
    return reply


def held(reply: Reply, job_id: str) -> Reply:
    """The answer to whoever holds a job. Raises `ledger.LeaseLost`."""
    if reply == b"lost":
        raise ledger.LeaseLost(job_id)
    return reply


def pairs(flat: Sequence[bytes]) -> dict[str, str]:
    """A hash, which comes as a list of names and values."""
    words = strings(flat)
    return dict(zip(words[::2], words[1::2], strict=True))


def strings(reply: Iterable[bytes]) -> tuple[str, ...]:
    """Texts."""
    return tuple(each.decode() for each in reply)


def away(reason: str) -> errors.QueueUnavailable:
    """What is raised where Redis cannot be asked."""
    return errors.QueueUnavailable(f"the queue's Redis cannot be asked now: {reason}", headers=errors.retry_after(1))
