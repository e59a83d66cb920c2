"""Pods are looked at when their service is unsettled for some seconds, less and less often."""

import datetime as dt

import pytest

from kubeocr_contract import names
from kubeocr_operator import errors, kinds, sightings, workqueue

KEY = workqueue.Key("office", "docs")


def pod(name="docs-1", owner="docs", **status):
    metadata = {"name": name, "namespace": "office", "uid": f"uid-{name}", "labels": {names.LABEL_OWNER: owner}}
    return {"metadata": metadata, "spec": {"nodeName": "n"}, "status": status}


def waiting(reason, message=""):
    state = {"waiting": {"reason": reason, "message": message}}
    return {"containerStatuses": [{"name": "runtime", "image": "r:1", "ready": False, "state": state}]}


@pytest.fixture
def stage(scene):
    return scene()


@pytest.fixture
def looker(stage, clock):
    return sightings.Sightings(stage.server, lambda: dt.datetime.fromtimestamp(clock.seconds, dt.UTC))


async def test_nobody_looks_at_once(stage, looker):
    assert await looker.look(KEY, urgent=False) == sightings.Sighting(None, 5.0)
    assert stage.server.calls == []


async def test_after_some_seconds_the_pods_of_this_service_are_asked(stage, looker, clock):
    stage.server.put(kinds.POD, pod(**waiting("CreateContainerConfigError", "no secret")))
    stage.server.put(kinds.POD, pod("mail-1", owner="mail", **waiting("CreateContainerConfigError", "another")))
    await looker.look(KEY, urgent=False)
    clock.seconds += 6
    assert (await looker.look(KEY, urgent=False)).trouble.message == "pod docs-1: no secret"


async def test_at_once_where_it_is_urgent(stage, looker):
    stage.server.put(kinds.POD, pod(**waiting("CreateContainerConfigError", "no secret")))
    assert (await looker.look(KEY, urgent=True)).trouble.reason == "CreateContainerConfigError"


async def test_less_and_less_often(looker, clock):
    found = []
    for _ in range(8):
        found.append((await looker.look(KEY, urgent=False)).again)
        clock.seconds += found[-1]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (5.0, pytest.approx(38.0, abs=0.1))
    looker.forget(KEY)
    assert (await looker.look(KEY, urgent=False)).again == 5.0


async def test_events_are_asked_for_a_pod_that_waits_for_volumes(stage, looker):
    stage.server.put(kinds.POD, pod(**waiting("ContainerCreating")))
    event = {"metadata": {"name": "e", "namespace": "office"}, "reason": "FailedMount", "note": 'secret "keys" not found'}
    stage.server.put(kinds.EVENT, event)
    assert (await looker.look(KEY, urgent=True)).trouble.message == 'pod docs-1: secret "keys" not found'
    stage.server.trouble["list", kinds.EVENT] = errors.Refused("forbidden")
    assert (await looker.look(KEY, urgent=True)).trouble is None
