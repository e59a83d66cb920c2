"""Drains the queue: a bounded number of services at once, each with an end to waiting, failures back in line."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from kubeocr_operator import errors, metrics, reconcile, workqueue

LIMIT_SECONDS = 60.0
"""No reconcile may take longer: it is a dozen requests at most."""
_LOG = logging.getLogger(__name__)
Reconcile = Callable[[workqueue.Key], Awaitable[reconcile.Outcome]]


async def work(queue: workqueue.WorkQueue, story: Reconcile, counts: metrics.Metrics) -> None:
    """One worker, for as long as the process lives."""
    while True:
        key = await queue.get()
        try:
            await once(key, queue, story, counts)
        finally:
            queue.done(key)


async def once(key: workqueue.Key, queue: workqueue.WorkQueue, story: Reconcile, counts: metrics.Metrics) -> None:
    """One reconcile, and what follows from how it went."""
    started = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            outcome = await story(key)
    except errors.Unavailable as error:
        _failed(key, error, queue, counts, at_least=error.retry_after)
    except (errors.OperatorError, TimeoutError) as error:
        _failed(key, error, queue, counts)
    except Exception as error:  # noqa: BLE001 - a bug that one service shows must not stop the others
        _LOG.exception("reconcile of %s has a bug", key)
        _failed(key, error, queue, counts)
    else:
        queue.succeeded(key)
        _settle(key, outcome, queue, counts)
    counts.reconciles.observe(time.monotonic() - started)


async def resync(every: float, refresh: Callable[[], Awaitable[None]]) -> None:
    """Looks at everything anew every so many seconds, more or less a tenth: what a watch missed comes to light."""
    while True:
        await asyncio.sleep(every * random.uniform(0.9, 1.1))  # noqa: S311 - to spread load
        try:
            await refresh()
        except errors.OperatorError as error:
            _LOG.warning("resync put off: %s", error)


def _settle(key: workqueue.Key, outcome: reconcile.Outcome, queue: workqueue.WorkQueue, counts: metrics.Metrics) -> None:
    if outcome.status is None:
        counts.forgotten(key)
    else:
        counts.seen(key, outcome.status)
    if outcome.again is not None:
        queue.add_after(key, outcome.again)


def _failed(
    key: workqueue.Key, error: Exception, queue: workqueue.WorkQueue, counts: metrics.Metrics, *, at_least: float = 0.0
) -> None:
    reason = type(error).__name__
    _LOG.warning("reconcile failed service=%s reason=%s message=%s", key, reason, error)
    counts.errors.labels(reason=reason).inc()
    queue.failed(key, at_least=at_least)
