"""How kopf is held, and what it brings."""

import kopf
import pytest

from kubeocr_contract import names
from kubeocr_operator import handlers, store, triggers, watches, workqueue

BODY = {"metadata": {"name": "docs", "namespace": "n", "uid": "u", "resourceVersion": "5"}}


@pytest.fixture
def told(clock):
    return triggers.Triggers(store.Store(), workqueue.WorkQueue(clock=clock))


@pytest.mark.parametrize("how", [None, "ADDED", "MODIFIED"])
async def test_news_makes_its_service_due(told, how):
    await handlers._on_event(told, event={"type": how, "object": BODY}, name="docs", logger=None)
    assert await told.queue.get() == workqueue.Key("n", "docs")


async def test_a_deletion_is_news(told):
    await handlers._on_event(told, event={"type": "ADDED", "object": BODY})
    assert told.queue.done(await told.queue.get()) is None
    await handlers._on_event(told, event={"type": "DELETED", "object": BODY})
    assert await told.queue.get() == workqueue.Key("n", "docs")


def test_services_are_watched_by_a_low_level_handler_and_by_nothing_else(told):
    registry = handlers.registry(told, watches.Ages())
    (watched,) = {handler.selector for handler in registry._watching.get_all_handlers()}
    assert (watched.group, watched.version, watched.any_name) == (names.GROUP, names.VERSION, names.PLURAL)
    for writing in (registry._changing, registry._spawning, registry._indexing, registry._webhooks):
        assert not list(writing.get_all_handlers())


def test_kopf_writes_nothing():
    found = handlers.settings()
    assert not found.posting.enabled
    assert found.peering.standalone
    assert found.scanning.disabled
    storage = found.persistence.diffbase_storage
    assert storage.fetch(body=kopf.Body(BODY)) is None
    assert storage.build(body=kopf.Body(BODY)) == {}


def test_a_watch_outlives_its_api_server():
    delays = iter(handlers.settings().networking.error_backoffs)
    first = [next(delays) for _ in range(100)]
    assert 0.5 <= first[0] <= 1
    assert 15 <= max(first) <= 30
