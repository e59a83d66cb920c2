"""What the nodes offer, asked seldom."""

import pytest

from kubeocr_operator import devices, errors, kinds


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
