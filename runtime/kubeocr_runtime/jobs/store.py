"""Where documents and results lie: a folder a job. What every implementation does (`files`)."""

from collections.abc import AsyncIterator
from typing import Protocol


class Store(Protocol):
    """Files of jobs, by the job's id and a name in its folder.

    Each raises `errors.QueueUnavailable` where it cannot be reached.
    """

    async def put(self, job_id: str, name: str, data: bytes) -> None:
        """Keep a file: once this returns, it is there as a whole; before, not at all. Raises `errors.Overloaded` when full."""
        ...

    async def get(self, job_id: str, name: str) -> bytes:
        """A file as it was put. Raises `errors.RequestGone`."""
        ...

    async def drop(self, job_id: str, *, keep: str = "") -> None:
        """Delete a job's folder, but for one file where one is named. What is not there any more is fine."""
        ...

    def older_than(self, seconds: float) -> AsyncIterator[str]:
        """Folders that nobody wrote to for so long."""
        ...
