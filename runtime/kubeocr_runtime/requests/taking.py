"""To take an order: within the bounds of memory and of its key's quota."""

import contextlib
from collections.abc import Iterator

from aiohttp import web

from kubeocr_runtime import callers, errors, services, uploads
from kubeocr_runtime.jobs import ledger
from kubeocr_runtime.requests import ordering, reception, webhooks, works

_TIMES = 3
"""So many times a body's bytes are held while it is parsed: as they came, as text, as a file."""
_BESIDE = 64 * 1024
"""Bytes that a body may have beside the file."""


@contextlib.contextmanager
def let_in(request: web.Request) -> Iterator[None]:
    """A request that may order, as long as it lasts. Raises `errors.Unavailable`, `errors.QuotaExceeded`."""
    entrance, key = request.app[services.SERVICES].entrance, request[callers.CALLER].key
    services.refuse_while_loading(request.app[services.SERVICES])
    if entrance.draining:
        raise errors.Unavailable("this pod is about to end; ask again", headers=errors.retry_after(1))
    with entrance.accounts.allowance(key.name, key.quota).entered():
        yield


async def take(path: str, request: web.Request) -> ledger.Added:
    """The order that a body of JSON is, once it cannot be lost any more; its file is in memory no longer than that."""
    known, at = request.app[services.SERVICES], request.app[reception.RECEPTION]
    limit = known.file_bytes * 4 // 3 + _BESIDE
    uploads.refuse_if_declared_too_large(request, limit)
    key = ordering.idempotency_key(request.headers)
    async with known.uploads.take(_TIMES * uploads.expected(request, limit)) as held:
        asked = ordering.parse(await uploads.receive_body(request, limit), at.timeouts, known.file_bytes)
        held.shrink(len(asked.file))
        webhooks.parse(asked.webhook, known.settings)
        works.parses(known)[path](known, asked.fields)
        made = ordering.order(asked, path, request[callers.CALLER].key.name, key, at.timeouts)
        added = await at.desk.add(made, asked.file)
    at.messenger.follow(added.job)
    return added
