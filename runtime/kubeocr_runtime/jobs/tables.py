"""The tables of the embedded ledger, and a row as a job. `sqlite` alone comes here."""

import dataclasses
import sqlite3
from collections.abc import Mapping
from typing import Any

from kubeocr_runtime.jobs import orders, texts

VERSION = 1
"""Of the tables; the file knows its own (`PRAGMA user_version`)."""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS jobs (
    place INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they came
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    client TEXT NOT NULL,
    once TEXT NOT NULL,                       -- idempotency key
    ordered TEXT NOT NULL,
    state TEXT NOT NULL,
    created REAL NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    token TEXT NOT NULL DEFAULT '',
    until REAL NOT NULL,                      -- in line: when it waited too long; processed: when its lease ends
    started REAL,
    ended REAL,
    pages INTEGER,
    result TEXT NOT NULL DEFAULT '',
    fault TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS jobs_once ON jobs (owner, once) WHERE once != '';
CREATE INDEX IF NOT EXISTS jobs_line ON jobs (state, owner, place);
CREATE INDEX IF NOT EXISTS jobs_until ON jobs (state, until);
CREATE INDEX IF NOT EXISTS jobs_ended ON jobs (state, ended);
CREATE INDEX IF NOT EXISTS jobs_owner ON jobs (owner, created);
CREATE TABLE IF NOT EXISTS pages (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (job, page)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owners (owner TEXT PRIMARY KEY, served INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workers (name TEXT PRIMARY KEY, slots INTEGER NOT NULL, seen REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS gone (id TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
LOOK = "SELECT jobs.*, (SELECT count(*) FROM pages WHERE job = jobs.id) AS pages_done FROM jobs"
"""Rows for `job`."""
_SAME = [field.name for field in dataclasses.fields(orders.Job) if field.name not in {"order", "fault"}]


def prepare(connection: sqlite3.Connection) -> None:
    """Once for each connection. Raises `sqlite3.DatabaseError` for a file of a later release's."""
    connection.row_factory = sqlite3.Row
    # a commit that was answered is on the disk: https://www.sqlite.org/pragma.html#pragma_synchronous
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise sqlite3.DatabaseError(f"its tables are of version {version}, and this release knows {VERSION}")
    connection.executescript(SCHEMA)


def job(row: Mapping[str, Any]) -> orders.Job:
    """What a row of `LOOK` says."""
    same = {name: row[name] for name in _SAME}
    return orders.Job(order=texts.order(row["ordered"]), fault=texts.fault(row["fault"]), **same)
