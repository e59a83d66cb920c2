"""What the nodes offer, asked seldom."""

import pytest

from kubeocr_operator import devices, errors, kinds, rollouts


def node(**allocatable):
    return {"metadata": {"name": "n", "namespace": ""}, "status": {"allocatable": allocatable}}


@pytest.mark.parametrize(
    ("nodes", "want"),
    [
        pytest.param([], False, id="no node"),
        pytest.param([node()], False, id="a node without"),
        pytest.param([{"metadata": {"name": "n", "namespace": ""}}], False, id="a node that says nothing yet"),
        pytest.param([node(gpu="2")], True, id="a node with"),
    ],
)
async def test_offered(scene, clock, nodes, want):
    server = scene().server
    for found in nodes:
        server.put(kinds.NODE, found)
    assert await devices.Devices(server, clock).offered("gpu") is want


async def test_asked_once_a_minute_for_each_resource(scene, clock):
    server = scene().server
    known = devices.Devices(server, clock)
    for resource in ("a", "a", "b"):
        await known.offered(resource)
    assert len(server.calls) == 2
    clock.seconds += 61
    await known.offered("a")
    assert len(server.calls) == 3


async def test_a_server_that_is_away_is_no_answer(scene, clock):
    server = scene().server
    server.trouble["list", kinds.NODE] = errors.Unavailable("away")
    known = devices.Devices(server, clock)
    with pytest.raises(errors.Unavailable):
        await known.offered("gpu")
    del server.trouble["list", kinds.NODE]
    server.put(kinds.NODE, node(gpu="1"))
    assert await known.offered("gpu")


def holder(where, amount, *, phase="Running", name="p"):
    containers = [{"resources": {"limits": {"gpu": amount}}}, {}]
    return {
        "metadata": {"name": name, "namespace": "office"},
        "spec": {"containers": containers, **({"nodeName": where} if where else {})},
        "status": {"phase": phase},
    }


@pytest.mark.parametrize(
    ("held", "want"),
    [
        pytest.param([], (2, 2), id="nobody holds any"),
        pytest.param([holder("n", "1")], (1, 2), id="one of two is held"),
        pytest.param([holder("n", "2")], (0, 2), id="both are held"),
        pytest.param([holder("", "2")], (2, 2), id="a pod without a node holds none"),
        pytest.param([holder("n", "2", phase="Succeeded")], (2, 2), id="a pod that ended holds none"),
    ],
)
async def test_room(scene, clock, held, want):
    server = scene().server
    server.put(kinds.NODE, node(gpu="2"))
    for pod in held:
        server.put(kinds.POD, pod)
    assert await devices.Devices(server, clock).room("gpu") == rollouts.Room(*want)


async def test_what_is_free_is_unknown_where_nobody_may_look(scene, clock):
    server = scene().server
    server.trouble["list", kinds.POD] = errors.Refused("forbidden")
    assert await devices.Devices(server, clock).room("gpu") is None
