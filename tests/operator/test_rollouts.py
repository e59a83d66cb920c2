"""Surge or in place, by what is free, once for each generation."""

import pytest

from kubeocr_operator import ocrservices, rollouts

NONE, ONE = rollouts.Room(free=0, most=1), rollouts.Room(free=1, most=1)


def service(body, *, status=None, **spec):
    return ocrservices.parse({**body(**spec), "status": status or {}})


@pytest.mark.parametrize(
    ("rollout", "device", "room", "want"),
    [
        pytest.param({}, "cpu", None, (1, 0, None), id="on cpus a surge"),
        pytest.param({}, "gpu", ONE, (1, 0, "Surge"), id="one is free"),
        pytest.param({}, "gpu", NONE, (0, 1, "InPlace"), id="none is free"),
        pytest.param({}, "gpu", None, (1, 0, None), id="nobody may look"),
        pytest.param({}, "gpu", rollouts.Room(0, 0), (1, 0, None), id="no node has any"),
        pytest.param({"strategy": "Surge"}, "gpu", NONE, (1, 0, None), id="a surge was asked for"),
        pytest.param({"strategy": "InPlace"}, "cpu", None, (0, 1, None), id="in place was asked for"),
        pytest.param({"strategy": "InPlace", "maxUnavailable": "50%"}, "cpu", None, (0, "50%", None), id="half in place"),
        pytest.param({"maxUnavailable": 2}, "gpu", NONE, (0, 2, "InPlace"), id="two in place"),
    ],
)
def test_replacement(body, rollout, device, room, want):
    found = rollouts.replacement(service(body, rollout=rollout), device, room)
    assert (found.max_surge, found.max_unavailable, found.strategy) == want


def test_as_many_as_a_pod_needs_have_to_be_free_on_one_node(body):
    asked = service(body, accelerator={"mode": "gpu", "count": 2})
    assert [rollouts.replacement(asked, "gpu", rollouts.Room(free, 2)).strategy for free in (1, 2)] == ["InPlace", "Surge"]


@pytest.mark.parametrize(
    ("status", "want"),
    [
        pytest.param({}, True, id="never looked"),
        pytest.param({"rolloutStrategy": "InPlace", "observedGeneration": 1}, False, id="decided for this spec"),
        pytest.param({"rolloutStrategy": "InPlace", "observedGeneration": 0}, True, id="decided for another spec"),
        pytest.param({"observedGeneration": 1}, False, id="seen by a release that did not look"),
    ],
)
def test_decided_once_for_each_generation(body, status, want):
    found = service(body, status=status)
    assert rollouts.undecided(found, "gpu") is want
    assert not rollouts.undecided(found, "cpu")


def test_what_was_decided_stays(body):
    status = {"rolloutStrategy": "InPlace", "observedGeneration": 1}
    assert rollouts.replacement(service(body, status=status), "gpu", None).strategy == "InPlace"
    assert rollouts.replacement(service(body, status={**status, "rolloutStrategy": "Hope"}), "gpu", None).strategy is None


@pytest.mark.parametrize(
    ("decided", "room", "want"),
    [
        pytest.param("Surge", NONE, "InPlace", id="somebody else took the free one"),
        pytest.param("Surge", ONE, "Surge", id="something else is short"),
        pytest.param("Surge", rollouts.Room(0, 0), None, id="the node went"),
        pytest.param("InPlace", None, "InPlace", id="in place already"),
    ],
)
def test_a_surge_whose_pods_find_no_node_is_thought_over(body, decided, room, want):
    found = service(body, status={"rolloutStrategy": decided, "observedGeneration": 1})
    assert rollouts.undecided(found, "gpu", waiting=True) is (decided == "Surge")
    assert rollouts.replacement(found, "gpu", room).strategy == want
