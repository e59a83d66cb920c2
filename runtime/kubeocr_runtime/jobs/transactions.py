"""What each operation of the embedded ledger does to its tables, within a transaction that `sqlite` opens and ends.

`now` is the ledger's clock, in seconds since the epoch.
"""

import dataclasses
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from kubeocr_contract import jobs
from kubeocr_runtime.jobs import estimates, ledger, orders, tables, texts

_NEXT_OWNER = """
SELECT owner FROM (SELECT owner, min(place) AS first FROM jobs WHERE state = 'queued' GROUP BY owner)
LEFT JOIN (SELECT owner, count(*) AS running FROM jobs WHERE state = 'processing' GROUP BY owner) USING (owner)
LEFT JOIN owners USING (owner)
ORDER BY coalesce(running, 0), coalesce(served, 0), first LIMIT 1
"""
_LINES = """
SELECT owner, waiting, coalesce(running, 0) AS running, coalesce(served, 0) AS served, first
FROM (SELECT owner, count(*) AS waiting, min(place) AS first FROM jobs WHERE state = 'queued' GROUP BY owner)
LEFT JOIN (SELECT owner, count(*) AS running FROM jobs WHERE state = 'processing' GROUP BY owner) USING (owner)
LEFT JOIN owners USING (owner)
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Lease:
    """What a claim is to be made with."""

    worker: ledger.Worker
    token: str
    seconds: float


def add(db: sqlite3.Connection, now: float, order: orders.Order) -> ledger.Added:
    """Raises `errors.IdempotencyConflict`."""
    known = db.execute(
        f"{tables.LOOK} WHERE id = ? OR (owner = ? AND once = ? AND once != '')", (order.id, order.owner, order.idempotency_key)
    ).fetchone()
    if known is not None:
        return ledger.Added(orders.agreed(tables.job(known), order), is_new=False)
    db.execute(
        "INSERT INTO jobs (id, owner, client, once, ordered, state, created, until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.id,
            order.owner,
            order.client,
            order.idempotency_key,
            texts.of(order),
            jobs.QUEUED,
            now,
            now + order.wait_seconds,
        ),
    )
    return ledger.Added(_look(db, order.id), is_new=True)


def claim(db: sqlite3.Connection, now: float, lease: Lease) -> ledger.Claim | None:
    """The next job."""
    owner = db.execute(_NEXT_OWNER).fetchone()
    if owner is None:
        return None
    (job_id,) = db.execute(
        "SELECT id FROM jobs WHERE state = 'queued' AND owner = ? ORDER BY place LIMIT 1", tuple(owner)
    ).fetchone()
    served = "INSERT OR REPLACE INTO owners SELECT ?, 1 + coalesce(max(served), 0) FROM owners"
    db.execute(served, tuple(owner))
    held = {"token": lease.token, "worker": lease.worker.name, "until": now + lease.seconds}
    _set(db, job_id, state=jobs.PROCESSING, started=now, ended=None, **held)
    db.execute("UPDATE jobs SET attempts = attempts + 1 WHERE id = ?", (job_id,))
    done = db.execute("SELECT page, name FROM pages WHERE job = ?", (job_id,))
    return ledger.Claim(_look(db, job_id), lease.token, {row["page"]: row["name"] for row in done})


def renew(db: sqlite3.Connection, now: float, worker: ledger.Worker, tokens: Sequence[str], seconds: float) -> frozenset[str]:
    """Those of the tokens that still hold a job."""
    db.execute("INSERT OR REPLACE INTO workers VALUES (?, ?, ?)", (worker.name, worker.slots, now))
    held = f"state = 'processing' AND token IN ({_marks(tokens)})"
    db.execute(f"UPDATE jobs SET until = ? WHERE {held}", (now + seconds, *tokens))
    return frozenset(token for (token,) in db.execute(f"SELECT token FROM jobs WHERE {held}", tokens))


def begin(db: sqlite3.Connection, _: float, claim: ledger.Claim, pages: int) -> None:
    """Raises `ledger.LeaseLost`."""
    _refuse_unless_held(db, claim)
    _set(db, claim.job.order.id, pages=pages)


def checkpoint(db: sqlite3.Connection, _: float, claim: ledger.Claim, page: int, name: str) -> None:
    """Raises `ledger.LeaseLost`."""
    _refuse_unless_held(db, claim)
    db.execute("INSERT OR IGNORE INTO pages VALUES (?, ?, ?)", (claim.job.order.id, page, name))
    _set(db, claim.job.order.id)


def end(db: sqlite3.Connection, now: float, claim: ledger.Claim, ending: ledger.Ending) -> orders.Job:
    """Raises `ledger.LeaseLost`."""
    job_id = claim.job.order.id
    said = "SELECT 1 FROM jobs WHERE id = ? AND token = ? AND state = ?"
    if db.execute(said, (job_id, claim.token, ending.state)).fetchone():
        return _look(db, job_id)
    _refuse_unless_held(db, claim)
    return _over(db, job_id, now, state=ending.state, result=ending.result, fault=texts.of(ending.fault))


def give_back(db: sqlite3.Connection, now: float, claim: ledger.Claim, fault: orders.Fault | None) -> orders.Job:
    """Raises `ledger.LeaseLost`."""
    _refuse_unless_held(db, claim)
    job = _look(db, claim.job.order.id)
    if fault and job.attempts >= job.order.attempts:
        return _over(db, job.order.id, now, state=jobs.FAILED, fault=texts.of(fault))
    return _back_in_line(db, now, job, attempts=job.attempts if fault else job.attempts - 1)


def cancel(db: sqlite3.Connection, now: float, owner: ledger.Owner, job_id: str, reason: str) -> orders.Job:
    """Raises as `find`."""
    job = find(db, owner, job_id)
    return job if job.over else _over(db, job_id, now, state=jobs.CANCELLED, reason=reason)


def find(db: sqlite3.Connection, owner: ledger.Owner, job_id: str) -> orders.Job:
    """Raises `errors.RequestNotFound`, `errors.RequestGone`."""
    whose, values = _whose(owner)
    row = db.execute(f"{tables.LOOK} WHERE id = ? AND {whose}", (job_id, *values)).fetchone()
    if row is not None:
        return tables.job(row)
    gone = db.execute(f"SELECT 1 FROM gone WHERE id = ? AND {whose}", (job_id, *values)).fetchone()
    raise orders.gone(job_id) if gone else orders.never_known(job_id)


def select(db: sqlite3.Connection, owner: ledger.Owner, query: ledger.Query) -> ledger.Listing:
    """The newest first."""
    whose, values = _whose(owner)
    states = sorted(query.states)
    where = f"WHERE {whose} AND state IN ({_marks(states)}) AND created >= ? AND created < ?"
    asked = [*values, *states, query.created_from, query.created_before]
    if query.client is not None:
        where, asked = f"{where} AND client = ?", [*asked, query.client]
    (total,) = db.execute(f"SELECT count(*) FROM jobs {where}", asked).fetchone()
    found = f"{tables.LOOK} {where} ORDER BY created DESC, place DESC LIMIT ? OFFSET ?"
    return ledger.Listing(tuple(map(tables.job, db.execute(found, (*asked, query.limit, query.offset)))), total)


def counts(db: sqlite3.Connection, owner: ledger.Owner) -> Mapping[str, int]:
    """Every state is there."""
    whose, values = _whose(owner)
    found = db.execute(f"SELECT state, count(*) FROM jobs WHERE {whose} GROUP BY state", values)
    return dict.fromkeys(jobs.STATES, 0) | dict(map(tuple, found))


def position(db: sqlite3.Connection, owner: ledger.Owner, job_id: str) -> int:
    """Raises as `find`."""
    order = find(db, owner, job_id).order
    own = "FROM jobs WHERE id = ? AND state = 'queued'"
    place = db.execute(f"SELECT place {own}", (job_id,)).fetchone()
    if place is None:
        return 0
    ahead = "SELECT count(*) FROM jobs WHERE state = 'queued' AND owner = ? AND place < ?"
    (before,) = db.execute(ahead, (order.owner, *place)).fetchone()
    lines = {row["owner"]: estimates.Line(*row) for row in db.execute(_LINES)}
    return estimates.position(before, lines.pop(order.owner), lines.values())


def pace(db: sqlite3.Connection, now: float) -> ledger.Pace:
    """See `ledger.Pace`."""
    heard = "SELECT coalesce(sum(slots), 0) FROM workers WHERE seen > ?"
    (slots,) = db.execute(heard, (now - ledger.PRESENT_SECONDS,)).fetchone()
    (processing,) = db.execute("SELECT count(*) FROM jobs WHERE state = 'processing'").fetchone()
    took = "SELECT ended - started FROM jobs WHERE state = 'completed' ORDER BY ended DESC LIMIT ?"
    return ledger.Pace(slots, processing, tuple(seconds for (seconds,) in db.execute(took, (ledger.RECENT,))))


def clear(
    db: sqlite3.Connection, now: float, owner: ledger.Owner, states: frozenset[str], ended_before: float
) -> tuple[str, ...]:
    """Their ids."""
    whose, values = _whose(owner)
    over = sorted(states & jobs.ENDED)
    found = f"SELECT id, owner FROM jobs WHERE {whose} AND state IN ({_marks(over)}) AND ended < ? ORDER BY ended LIMIT ?"
    return _forget(db, now, db.execute(found, (*values, *over, ended_before, ledger.SWEEP)).fetchall())


def sweep(db: sqlite3.Connection, now: float, retention_seconds: float) -> ledger.Swept:
    """See `ledger.Swept`."""
    lapsed = _past(db, now, jobs.PROCESSING)
    tired = [job for job in lapsed if job.attempts >= job.order.attempts]
    waited = _past(db, now, jobs.QUEUED)
    for job in lapsed:
        if job in tired:
            _over(db, job.order.id, now, state=jobs.FAILED, fault=texts.of(orders.parked(job.order)))
        else:
            _back_in_line(db, now, job, attempts=job.attempts)
    for job in waited:
        _over(db, job.order.id, now, state=jobs.TIMEOUT, fault=texts.of(orders.waited_too_long(job.order)))
    db.execute("DELETE FROM gone WHERE until < ?", (now,))
    db.execute("DELETE FROM workers WHERE seen < ?", (now - ledger.PRESENT_SECONDS,))
    return ledger.Swept(
        back_in_line=tuple(job.order.id for job in lapsed if job not in tired),
        parked=tuple(job.order.id for job in tired),
        waited_too_long=tuple(job.order.id for job in waited),
        forgotten=clear(db, now, None, jobs.ENDED, now - retention_seconds),
    )


def known(db: sqlite3.Connection, job_ids: Collection[str]) -> frozenset[str]:
    """Those that are jobs."""
    asked = list(job_ids)
    return frozenset(job_id for (job_id,) in db.execute(f"SELECT id FROM jobs WHERE id IN ({_marks(asked)})", asked))


def _past(db: sqlite3.Connection, now: float, state: str) -> list[orders.Job]:
    rows = db.execute(f"{tables.LOOK} WHERE state = ? AND until < ? ORDER BY until LIMIT ?", (state, now, ledger.SWEEP))
    return list(map(tables.job, rows))


def _refuse_unless_held(db: sqlite3.Connection, claim: ledger.Claim) -> None:
    held = "SELECT 1 FROM jobs WHERE id = ? AND state = 'processing' AND token = ?"
    if not db.execute(held, (claim.job.order.id, claim.token)).fetchone():
        raise ledger.LeaseLost(claim.job.order.id)


def _over(db: sqlite3.Connection, job_id: str, now: float, **what: object) -> orders.Job:
    _set(db, job_id, ended=now, **what)
    return _look(db, job_id)


def _back_in_line(db: sqlite3.Connection, now: float, job: orders.Job, attempts: int) -> orders.Job:
    until = now + job.order.wait_seconds
    _set(db, job.order.id, state=jobs.QUEUED, attempts=attempts, token="", started=None, until=until)
    return _look(db, job.order.id)


def _forget(db: sqlite3.Connection, now: float, found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    gone = [(job_id, owner, now + ledger.GONE_SECONDS) for job_id, owner in found]
    db.executemany("INSERT OR REPLACE INTO gone VALUES (?, ?, ?)", gone)
    db.executemany("DELETE FROM jobs WHERE id = ?", [(job_id,) for job_id, _, _ in gone])
    return tuple(job_id for job_id, _, _ in gone)


def _set(db: sqlite3.Connection, job_id: str, **values: object) -> None:
    """Change columns of a job: its version grows."""
    columns = "".join(f", {name} = ?" for name in values)
    db.execute(f"UPDATE jobs SET version = version + 1{columns} WHERE id = ?", (*values.values(), job_id))


def _look(db: sqlite3.Connection, job_id: str) -> orders.Job:
    return tables.job(db.execute(f"{tables.LOOK} WHERE id = ?", (job_id,)).fetchone())


def _whose(owner: ledger.Owner) -> tuple[str, tuple[str, ...]]:
    return ("owner = ?", (owner,)) if owner is not None else ("1", ())


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))
