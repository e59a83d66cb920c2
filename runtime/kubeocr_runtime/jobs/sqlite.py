"""Jobs in a file of the pod's own: the ledger where no Redis is named.

One thread has the file, and each operation is one transaction there (`transactions`). Several processes of one machine may
share the file.
"""

import asyncio
import concurrent.futures
import contextlib
import pathlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from kubeocr_runtime import errors
from kubeocr_runtime.jobs import bells, ledger, orders, private, tables, transactions, troubles

T = TypeVar("T")
_BUSY_SECONDS = 5.0
"""That another process may take for its transaction."""
_LISTEN_SECONDS = 0.2
"""How often it is asked whether another process wrote to the file."""


class Sqlite:
    """A `ledger.Ledger`, which says what each method does."""

    def __init__(self, file: pathlib.Path, retention_seconds: float, clock: Callable[[], float] = time.time) -> None:
        """A file in a folder, which is made. A job can be asked for until `retention_seconds` after its end."""
        self._file, self._retention, self._clock = file, retention_seconds, clock
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._opened: sqlite3.Connection | None = None
        self._bells, self._trouble = bells.Bells(), troubles.Trouble("the queue's file")
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        with contextlib.suppress(errors.QueueUnavailable):
            await self._read(lambda _: None)
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
        await asyncio.wrap_future(self._thread.submit(self._close))
        self._thread.shutdown(wait=False)

    async def add(self, order: orders.Order) -> ledger.Added:
        return await self._write(transactions.add, order, rings=lambda _: (bells.WORK,))

    async def claim(self, worker: ledger.Worker, lease_seconds: float) -> ledger.Claim | None:
        lease = transactions.Lease(worker, secrets.token_hex(8), lease_seconds)
        return await self._write(transactions.claim, lease, rings=lambda claim: _ids(claim.job) if claim else ())

    async def renew(self, worker: ledger.Worker, claims: Collection[ledger.Claim], lease_seconds: float) -> frozenset[str]:
        tokens = [claim.token for claim in claims]
        return await self._write(transactions.renew, worker, tokens, lease_seconds)

    async def begin(self, claim: ledger.Claim, pages: int) -> None:
        await self._write(transactions.begin, claim, pages, rings=lambda _: _ids(claim.job))

    async def checkpoint(self, claim: ledger.Claim, page: int, name: str) -> None:
        await self._write(transactions.checkpoint, claim, page, name, rings=lambda _: _ids(claim.job))

    async def end(self, claim: ledger.Claim, ending: ledger.Ending) -> orders.Job:
        return await self._write(transactions.end, claim, ending, rings=_ids)

    async def give_back(self, claim: ledger.Claim, fault: orders.Fault | None = None) -> orders.Job:
        return await self._write(transactions.give_back, claim, fault, rings=lambda job: (*_ids(job), bells.WORK))

    async def cancel(self, owner: ledger.Owner, job_id: str, reason: str) -> orders.Job:
        return await self._write(transactions.cancel, owner, job_id, reason, rings=_ids)

    async def find(self, owner: ledger.Owner, job_id: str) -> orders.Job:
        return await self._read(transactions.find, owner, job_id)

    async def wait(self, owner: ledger.Owner, job_id: str, version: int, seconds: float) -> orders.Job:
        return await self._bells.changed(lambda: self.find(owner, job_id), job_id, version, seconds)

    async def select(self, owner: ledger.Owner, query: ledger.Query) -> ledger.Listing:
        return await self._read(transactions.select, owner, query)

    async def counts(self, owner: ledger.Owner) -> Mapping[str, int]:
        return await self._read(transactions.counts, owner)

    async def position(self, owner: ledger.Owner, job_id: str) -> int:
        return await self._read(transactions.position, owner, job_id)

    async def pace(self) -> ledger.Pace:
        return await self._write(transactions.pace)

    async def clear(self, owner: ledger.Owner, states: frozenset[str], ended_before: float) -> tuple[str, ...]:
        return await self._write(transactions.clear, owner, states, ended_before, rings=lambda ids: ids)

    async def sweep(self) -> ledger.Swept:
        return await self._write(transactions.sweep, self._retention, rings=_swept)

    async def known(self, job_ids: Collection[str]) -> frozenset[str]:
        return await self._read(transactions.known, job_ids)

    async def idle(self, seconds: float) -> None:
        await self._bells.heard(bells.WORK, seconds)

    async def _write(self, change: Callable[..., T], *values: object, rings: Callable[[T], Iterable[str]] = lambda _: ()) -> T:
        """A transaction at this moment, and what rings when it is done."""
        result = await self._on_thread(lambda db: change(db, self._clock(), *values), "BEGIN IMMEDIATE")
        self._bells.ring(rings(result))
        return result

    async def _read(self, look: Callable[..., T], *values: object) -> T:
        return await self._on_thread(lambda db: look(db, *values), "BEGIN")

    async def _on_thread(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        try:
            result = await asyncio.wrap_future(self._thread.submit(self._transact, work, begin))
        except (sqlite3.Error, OSError) as e:
            self._trouble.is_there(str(e))
            message = f"the queue's file cannot be used now: {e}"
            raise errors.QueueUnavailable(message, headers=errors.retry_after(1)) from e
        self._trouble.is_over()
        return result

    def _transact(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        """As a whole or not at all."""
        db = self._connection()
        db.execute(begin)
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            private.prepare(self._file.parent)
            opened = sqlite3.connect(self._file, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                tables.prepare(opened)
            except BaseException:
                opened.close()
                raise
            self._opened = opened
        return self._opened

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()

    async def _listen(self) -> None:
        """https://www.sqlite.org/pragma.html#pragma_data_version"""
        seen = 0
        while True:
            await asyncio.sleep(_LISTEN_SECONDS)
            with contextlib.suppress(errors.QueueUnavailable):
                version = await self._read(_data_version)
                if version != seen:
                    self._bells.ring_all()
                seen = version


def _data_version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA data_version").fetchone()
    return int(version)


def _ids(job: orders.Job) -> tuple[str, ...]:
    return (job.order.id,)


def _swept(swept: ledger.Swept) -> tuple[str, ...]:
    work = (bells.WORK,) if swept.back_in_line else ()
    return (*work, *swept.back_in_line, *swept.parked, *swept.waited_too_long, *swept.forgotten)
