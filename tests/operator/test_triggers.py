"""What the watches bring, and whose news it is."""

import pytest

from kubeocr_contract import names
from kubeocr_operator import cluster, kinds, store, triggers, workqueue

OWNER = workqueue.Key("n", "docs")
LABELS = {names.LABEL_OWNER: "docs"}


def obj(version=5, name="docs", labels=None, **rest):
    metadata = {"name": name, "namespace": "n", "uid": "u", "resourceVersion": str(version), "labels": labels or {}}
    return {"kind": "K", "metadata": metadata, **rest}


@pytest.fixture
def told(clock):
    return triggers.Triggers(store.Store(), workqueue.WorkQueue(clock=clock))


async def test_news_of_a_service_is_due_at_once(told):
    told.heard(kinds.OCR_SERVICE, cluster.Event("MODIFIED", obj()))
    assert len(told.queue) == 1
    assert await told.queue.get() == OWNER


async def test_news_of_a_child_waits_for_what_follows(told, clock):
    for version in (5, 6, 7):
        told.heard(kinds.DEPLOYMENT, cluster.Event("MODIFIED", obj(version, labels=LABELS, status={"replicas": version})))
    assert len(told.queue) == 0
    clock.seconds += triggers.SOON_SECONDS
    told.queue.done(await told.queue.get())
    assert len(told.queue) == 0


async def test_what_is_known_makes_nothing_due(told):
    told.store.put(kinds.OCR_SERVICE, obj())
    told.heard(kinds.OCR_SERVICE, cluster.Event("MODIFIED", obj()))
    assert len(told.queue) == 0


async def test_a_deleted_child_makes_its_service_due(told):
    told.store.put(kinds.SERVICE, obj(labels=LABELS))
    told.heard(kinds.SERVICE, cluster.Event("DELETED", obj(6, labels=LABELS)))
    assert told.store.get(kinds.SERVICE, OWNER) is None
    assert await told.queue.get() == OWNER


async def test_a_child_of_nobody_makes_nothing_due(told, clock):
    told.heard(kinds.SERVICE, cluster.Event("ADDED", obj()))
    clock.seconds += triggers.SOON_SECONDS
    assert len(told.queue) == 0


async def test_when_an_api_goes_those_who_had_of_it_look(told):
    told.store.put(kinds.HTTP_ROUTE, obj(labels=LABELS))
    told.forget(cluster.Scope(kinds.HTTP_ROUTE))
    assert await told.queue.get() == OWNER
    told.heard(kinds.HTTP_ROUTE, cluster.Event("ADDED", obj(4, labels=LABELS)))
    assert told.store.get(kinds.HTTP_ROUTE, OWNER) is not None


async def test_a_reminder_makes_every_service_due(told, clock):
    told.store.put(kinds.OCR_SERVICE, obj())
    told.remind(10)
    clock.seconds += 10
    assert await told.queue.get() == OWNER


async def test_a_listing_brings_all_and_drops_what_is_gone(scene, clock):
    stage = scene()
    await stage.settle()
    told = triggers.Triggers(store.Store(), workqueue.WorkQueue(clock=clock))
    told.store.put(kinds.DEPLOYMENT, obj(1, "ghost", {names.LABEL_OWNER: "ghost"}))
    for kind in (kinds.OCR_SERVICE, kinds.DEPLOYMENT, kinds.SERVICE):
        assert await triggers.take_stock(stage.server, cluster.Scope(kind, labels=""), told) > 0
        assert told.store.keys(kind) == (stage.key,)
    assert {await told.queue.get(), await told.queue.get()} == {stage.key, workqueue.Key("n", "ghost")}


async def test_a_listing_of_the_same_makes_nothing_due(scene, clock):
    stage = scene()
    await stage.settle()
    told = triggers.Triggers(stage.world.store, workqueue.WorkQueue(clock=clock))
    for namespace in ("office", "elsewhere"):
        await triggers.take_stock(stage.server, cluster.Scope(kinds.DEPLOYMENT, namespace), told)
    clock.seconds += triggers.SOON_SECONDS
    assert len(told.queue) == 0
