"""Watches that end, fail, expire, and of APIs that come and go."""

import asyncio
import contextlib
import dataclasses

import pytest

from kubeocr_contract import names
from kubeocr_operator import cluster, errors, informers, kinds, store, transport, triggers, watches, workqueue

OWNER = workqueue.Key("n", "docs")
SCOPE = cluster.Scope(kinds.HTTP_ROUTE, labels=names.LABEL_OWNER)


def obj(version, name="docs"):
    labels = {names.LABEL_OWNER: "docs"}
    return {"metadata": {"name": name, "namespace": "n", "uid": "u", "resourceVersion": str(version), "labels": labels}}


def bookmark(version):
    return cluster.Event("BOOKMARK", {"metadata": {"resourceVersion": str(version)}})


@dataclasses.dataclass
class FakeServer:
    """Implements what an informer asks of `cluster.Cluster`: answers in order, and is silent after the last."""

    listings: list = dataclasses.field(default_factory=list)
    """Items and version, or an error."""
    streams: list = dataclasses.field(default_factory=list)
    """Events, or errors, of each watch."""
    asked: list = dataclasses.field(default_factory=list)

    async def pages(self, kind, *, namespace=None, labels="", fields=""):
        self.asked.append("list")
        answer = self.listings.pop(0)
        if isinstance(answer, Exception):
            raise answer
        yield cluster.Page(*answer)

    @contextlib.asynccontextmanager
    async def watch(self, scope, version):
        self.asked.append(version)
        if not self.streams:
            await asyncio.Event().wait()
        yield self._events(self.streams.pop(0))

    async def _events(self, stream):
        for event in stream:
            if isinstance(event, Exception):
                raise event
            yield event


@pytest.fixture
def told():
    return triggers.Triggers(store.Store(), workqueue.WorkQueue())


@pytest.fixture
def follow(told, clock, monkeypatch):
    """Lets an informer of a server run until all that the server has was asked for."""
    pauses = []
    asleep = asyncio.sleep

    async def sleep(seconds):
        pauses.append(seconds)
        await asleep(0)

    async def run(server, scope=SCOPE):
        ages = watches.Ages(clock)
        informer = informers.Informer(scope, server, told, ages)
        monkeypatch.setattr(informers.asyncio, "sleep", sleep)
        task = asyncio.create_task(informer.run(asyncio.Lock(), clock))
        for _ in range(50):
            await asleep(0)
        task.cancel()
        await asyncio.wait({task})
        monkeypatch.undo()
        return informer, ages, pauses

    return run


async def test_what_is_there_is_listed_and_then_watched(told, follow):
    server = FakeServer([((obj(4),), 7)], [[cluster.Event("MODIFIED", obj(8)), bookmark(9)]])
    informer, _, _ = await follow(server)
    assert server.asked == ["list", 7, 9]
    assert told.store.get(kinds.HTTP_ROUTE, OWNER) is not None
    assert informer.synced.is_set()


@pytest.mark.parametrize(
    ("stream", "asked"),
    [
        pytest.param([], ["list", 7, 7], id="a watch that ended goes on from where it was"),
        pytest.param([bookmark(9), errors.Unavailable("reset")], ["list", 7, 9], id="and so does one that broke"),
        pytest.param([transport.Expired("too old")], ["list", 7, "list", 8], id="a version that is too old: listed anew"),
    ],
)
async def test_after_a_watch(follow, stream, asked):
    server = FakeServer([((), 7), ((), 8)], [stream])
    await follow(server)
    assert server.asked == asked


async def test_a_listing_that_fails_is_tried_again_later_and_later(follow):
    server = FakeServer([errors.Unavailable("no")] * 4 + [((), 7)])
    informer, _, pauses = await follow(server)
    assert server.asked == ["list"] * 5 + [7]
    assert 0.25 <= pauses[0] <= 0.5
    assert 2 <= pauses[3] <= 4
    assert informer.synced.is_set()


@pytest.mark.parametrize(
    "refusal",
    [pytest.param(transport.Missing("404"), id="404"), pytest.param(errors.Refused("forbidden"), id="no right to it")],
)
async def test_an_api_that_is_not_there_is_a_state(follow, refusal):
    server = FakeServer([refusal, refusal, ((), 7)])
    informer, ages, pauses = await follow(server)
    assert pauses == [informers.ASK_AGAIN_SECONDS] * 2
    assert informer.served
    assert ages.oldest == 0


async def test_when_an_api_goes_its_objects_are_forgotten_and_nothing_is_expected_of_it(told, follow, clock):
    told.store.put(kinds.OCR_SERVICE, obj(1))
    server = FakeServer([((obj(4),), 7), *[transport.Missing("404")] * 50], [[transport.Missing("404")]])
    informer, ages, _ = await follow(server)
    assert not informer.served
    assert told.store.keys(kinds.HTTP_ROUTE) == ()
    clock.seconds += 100
    assert ages.oldest == 0
    assert await told.queue.get() == OWNER


async def test_what_every_cluster_has_is_served_even_where_it_is_refused(follow):
    server = FakeServer([errors.Refused("forbidden"), ((), 7)])
    informer, _, pauses = await follow(server, cluster.Scope(kinds.DEPLOYMENT))
    assert pauses[0] < 1
    assert informer.served


async def test_a_watch_that_brings_nothing_ages(follow, clock):
    _, ages, _ = await follow(FakeServer([((), 7)]))
    clock.seconds += 100
    assert ages.oldest == 100


def test_every_kind_of_child_is_followed_in_every_namespace(told):
    found = informers.Informers(FakeServer(), told, watches.Ages(), ("a", "b"))
    scopes = [informer.scope for informer in found.each]
    assert {(scope.kind, scope.namespace) for scope in scopes} == {(kind, name) for kind in kinds.OWNED for name in "ab"}
    assert {scope.labels for scope in scopes} == {names.LABEL_OWNER}


def test_an_api_is_served_where_all_its_informers_say_so(told):
    found = informers.Informers(FakeServer(), told, watches.Ages(), ("a", "b"))
    assert found.served(kinds.HTTP_ROUTE)
    next(informer for informer in found.each if informer.scope.kind == kinds.HTTP_ROUTE).served = False
    assert not found.served(kinds.HTTP_ROUTE)
    assert found.served(kinds.SCALED_OBJECT)
