"""Surge or in place, by what is free, once for each generation."""

import pytest

from kubeocr_operator import ocrservices, rollouts


def service(body, *, status=None, **spec):
    return ocrservices.parse({**body(**spec), "status": status or {}})


@pytest.mark.parametrize(
    ("rollout", "device", "free", "want"),
    [
        pytest.param({}, "cpu", None, (1, 0, None), id="on cpus a surge"),
        pytest.param({}, "gpu", 1, (1, 0, "Surge"), id="one is free"),
        pytest.param({}, "gpu", 0, (0, 1, "InPlace"), id="none is free"),
        pytest.param({}, "gpu", None, (1, 0, None), id="nobody may look"),
        pytest.param({"strategy": "Surge"}, "gpu", 0, (1, 0, None), id="a surge was asked for"),
        pytest.param({"strategy": "InPlace"}, "cpu", None, (0, 1, None), id="in place was asked for"),
        pytest.param({"strategy": "InPlace", "maxUnavailable": "50%"}, "cpu", None, (0, "50%", None), id="half in place"),
        pytest.param({"maxUnavailable": 2}, "gpu", 0, (0, 2, "InPlace"), id="two in place"),
    ],
)
def test_replacement(body, rollout, device, free, want):
    found = rollouts.replacement(service(body, rollout=rollout), device, free)
    assert (found.max_surge, found.max_unavailable, found.strategy) == want


def test_as_many_as_a_pod_needs_have_to_be_free_on_one_node(body):
    asked = service(body, accelerator={"mode": "gpu", "count": 2})
    assert [rollouts.replacement(asked, "gpu", free).strategy for free in (1, 2)] == ["InPlace", "Surge"]


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
    assert rollouts.replacement(service(body, status=status), "gpu", 5).strategy == "InPlace"
    assert rollouts.replacement(service(body, status={**status, "rolloutStrategy": "Hope"}), "gpu", 5).strategy == "Surge"
