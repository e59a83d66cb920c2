"""What the watches bring, and how kopf is held."""

import kopf
import pytest

from kubeocr_contract import names
from kubeocr_operator import handlers, kinds, store, watches, workqueue

OWNER = workqueue.Key("n", "docs")


def obj(version=5, name="docs", labels=None, **rest):
    metadata = {"name": name, "namespace": "n", "uid": "u", "resourceVersion": str(version), "labels": labels or {}}
    return {"kind": "K", "metadata": metadata, **rest}


@pytest.fixture
def triggers(clock):
    return handlers.Triggers(store.Store(), workqueue.WorkQueue(clock=clock))


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        pytest.param(kinds.OCR_SERVICE, {}, id="a service"),
        pytest.param(kinds.DEPLOYMENT, {names.LABEL_OWNER: "docs"}, id="a child"),
    ],
)
@pytest.mark.parametrize("how", [None, "ADDED", "MODIFIED"])
async def test_news_makes_its_service_due(triggers, kind, labels, how):
    await triggers.heard(kind, {"type": how, "object": obj(labels=labels)})
    assert await triggers.queue.get() == OWNER


async def test_what_is_known_makes_nothing_due(triggers):
    triggers.store.put(kinds.OCR_SERVICE, obj())
    await triggers.heard(kinds.OCR_SERVICE, {"type": "MODIFIED", "object": obj()})
    assert len(triggers.queue) == 0


async def test_a_deleted_child_makes_its_service_due(triggers):
    child = obj(labels={names.LABEL_OWNER: "docs"})
    triggers.store.put(kinds.SERVICE, child)
    await triggers.heard(kinds.SERVICE, {"type": "DELETED", "object": obj(6, labels={names.LABEL_OWNER: "docs"})})
    assert triggers.store.get(kinds.SERVICE, OWNER) is None
    assert await triggers.queue.get() == OWNER


async def test_a_child_of_nobody_makes_nothing_due(triggers):
    await triggers.heard(kinds.SERVICE, {"type": "ADDED", "object": obj()})
    assert len(triggers.queue) == 0


async def test_kopf_calls_the_handler_by_keyword(triggers):
    await handlers._on_event(triggers, kinds.OCR_SERVICE, event={"type": None, "object": obj()}, name="docs", logger=None)
    assert await triggers.queue.get() == OWNER


async def test_a_listing_brings_all_and_drops_what_is_gone(scene):
    stage = scene()
    await stage.settle()
    queue = workqueue.WorkQueue()
    triggers = handlers.Triggers(store.Store(), queue)
    ghost = obj(1, "ghost", {names.LABEL_OWNER: "ghost"})
    triggers.store.put(kinds.DEPLOYMENT, ghost)
    await triggers.fill(stage.server, ())
    for kind in (kinds.OCR_SERVICE, kinds.DEPLOYMENT, kinds.SERVICE):
        assert triggers.store.keys(kind) == (stage.key,)
    assert {await queue.get(), await queue.get()} == {stage.key, workqueue.Key("n", "ghost")}


async def test_a_listing_of_the_same_makes_nothing_due(scene):
    stage = scene()
    await stage.settle()
    queue = workqueue.WorkQueue()
    await handlers.Triggers(stage.world.store, queue).fill(stage.server, ("office", "elsewhere"))
    assert len(queue) == 0


async def test_a_reminder_makes_every_service_due(triggers, clock):
    triggers.store.put(kinds.OCR_SERVICE, obj())
    triggers.remind(10)
    clock.seconds += 10
    assert await triggers.queue.get() == OWNER


def test_every_kind_is_watched_by_a_low_level_handler_and_by_nothing_else(triggers):
    registry = handlers.registry(triggers, watches.Ages())
    watched = {handler.selector for handler in registry._watching.get_all_handlers()}
    assert {(s.group, s.version, s.any_name) for s in watched} == {
        (kind.group or None, kind.version, kind.plural) if kind.group else ("", kind.version, kind.plural)
        for kind in (kinds.OCR_SERVICE, *kinds.CHILDREN)
    }
    for writing in (registry._changing, registry._spawning, registry._indexing, registry._webhooks):
        assert not list(writing.get_all_handlers())


def test_kopf_writes_nothing_and_watches_only_our_children():
    found = handlers.settings()
    assert not found.posting.enabled
    assert found.peering.standalone
    assert found.scanning.disabled
    assert len(found.watching.label_selectors) == len(kinds.CHILDREN)
    assert set(found.watching.label_selectors.values()) == {names.LABEL_OWNER}
    storage = found.persistence.diffbase_storage
    assert storage.fetch(body=kopf.Body(obj())) is None
    assert storage.build(body=kopf.Body(obj())) == {}


def test_a_watch_outlives_its_api_server():
    delays = iter(handlers.settings().networking.error_backoffs)
    first = [next(delays) for _ in range(100)]
    assert 0.5 <= first[0] <= 1
    assert 15 <= max(first) <= 30
