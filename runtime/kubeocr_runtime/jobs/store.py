"""Where documents and results lie: a folder a job. What every implementation does (`files`)."""

from typing import Protocol


class Store(Protocol):
    """Files of jobs, by the job's id and a name in its folder.

    Each raises `errors.QueueUnavailable` where it cannot be reached.
    """

    async def accept(self, job_id: str, name: str, data: bytes) -> None:
        """`put` for a new order's document. Raises `errors.Overloaded` where as much lies there as may."""
        ...

    async def put(self, job_id: str, name: str, data: bytes) -> None:
        """Keep a file: once this returns, it is there as a whole; before, not at all."""
        ...

    async def get(self, job_id: str, name: str) -> bytes:
        """A file as it was put. Raises `errors.RequestGone`."""
        ...

    async def drop(self, job_id: str, *, keep: str = "") -> None:
        """Delete a job's folder, but for one file where one is named. What is not there any more is fine."""
        ...

    def close(self) -> None:
        """Nothing is asked any more."""
        ...

    async def older_than(self, seconds: float) -> tuple[str, ...]:
        """Folders to which nobody wrote for so long."""
        ...
