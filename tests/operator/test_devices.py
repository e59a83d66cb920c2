"""What the nodes offer, asked seldom."""

import pytest

from kubeocr_operator import devices, errors, kinds, rollouts

GPU = devices.Place("gpu")
CORDONED = {"unschedulable": True}


def node(name="n", *, ready=None, spec=None, labels=None, **allocatable):
    conditions = [{"type": "MemoryPressure", "status": "False"}, *([{"type": "Ready", "status": ready}] if ready else ())]
    status = {"allocatable": allocatable, "conditions": conditions}
    return {"metadata": {"name": name, "namespace": "", "labels": labels or {}}, "spec": spec or {}, "status": status}


@pytest.mark.parametrize(
    ("nodes", "want"),
    [
        pytest.param([], False, id="no node"),
        pytest.param([node()], False, id="a node without"),
        pytest.param([{"metadata": {"name": "n", "namespace": ""}}], False, id="a node that says nothing yet"),
        pytest.param([node(gpu="2")], True, id="a node with"),
        pytest.param([node(gpu="1k")], True, id="a node with a thousand, as the API server writes it"),
        pytest.param([node(gpu="2", ready="True")], True, id="a node with, that says that it is ready"),
        pytest.param([node(gpu="2", ready="False")], False, id="a node that is not ready"),
        pytest.param([node(gpu="2", ready="Unknown")], False, id="a node of which nothing is heard"),
        pytest.param([node(gpu="2", spec=CORDONED)], False, id="a node that is cordoned"),
        pytest.param([node(gpu="2", spec=CORDONED), node("m", gpu="1")], True, id="a cordoned one and another"),
    ],
)
async def test_offered(scene, clock, nodes, want):
    server = scene().server
    for found in nodes:
        server.put(kinds.NODE, found)
    assert await devices.Devices(server, clock).offered(GPU) is want


@pytest.mark.parametrize(
    ("labels", "want"),
    [
        pytest.param({}, True, id="no selector"),
        pytest.param({"pool": "a"}, True, id="a label that it has"),
        pytest.param({"pool": "b"}, False, id="another value"),
        pytest.param({"pool": "a", "zone": "1"}, False, id="one of two"),
    ],
)
async def test_a_node_that_the_selector_leaves_out_is_not_there(scene, clock, labels, want):
    server = scene().server
    server.put(kinds.NODE, node(gpu="2", labels={"pool": "a", "disk": "fast"}))
    place, found = devices.Place("gpu", frozenset(labels.items())), devices.Devices(server, clock)
    assert await found.offered(place) is want
    assert await found.room(place) == (rollouts.Room(2, 2) if want else rollouts.Room(0, 0))


async def test_asked_once_a_minute_for_each_place(scene, clock):
    server = scene().server
    known = devices.Devices(server, clock)
    for place in (devices.Place("a"), devices.Place("a"), devices.Place("b"), devices.Place("a", frozenset({("pool", "a")}))):
        await known.offered(place)
    assert len(server.calls) == 3
    clock.seconds += 61
    await known.offered(devices.Place("a"))
    assert len(server.calls) == 4


async def test_a_server_that_is_away_is_no_answer(scene, clock):
    server = scene().server
    server.trouble["list", kinds.NODE] = errors.Unavailable("away")
    known = devices.Devices(server, clock)
    with pytest.raises(errors.Unavailable):
        await known.offered(GPU)
    del server.trouble["list", kinds.NODE]
    server.put(kinds.NODE, node(gpu="1"))
    assert await known.offered(GPU)


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
    assert await devices.Devices(server, clock).room(GPU) == rollouts.Room(*want)


@pytest.mark.parametrize(
    ("first", "want"),
    [
        pytest.param(node(gpu="4", ready="False"), (1, 1), id="not ready"),
        pytest.param(node(gpu="4", spec=CORDONED), (1, 1), id="cordoned"),
        pytest.param(node(gpu="4", ready="True"), (3, 4), id="ready"),
    ],
)
async def test_what_a_node_that_takes_no_pods_has_is_no_room(scene, clock, first, want):
    server = scene().server
    server.put(kinds.NODE, first)
    server.put(kinds.NODE, node("m", gpu="1"))
    server.put(kinds.POD, holder("n", "1"))
    assert await devices.Devices(server, clock).room(GPU) == rollouts.Room(*want)


async def test_what_is_free_is_unknown_where_nobody_may_look(scene, clock):
    server = scene().server
    server.trouble["list", kinds.POD] = errors.Refused("forbidden")
    assert await devices.Devices(server, clock).room(GPU) is None
