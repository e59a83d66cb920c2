"""Degraded: what failed goes first, and what the cluster lacks is said beside it."""

import pytest

from kubeocr_operator import conditions, config, kinds, ocrservices, plans

PODS = conditions.Trouble(conditions.UNSCHEDULABLE, "pod docs-1: no nodes")
REFUSED = conditions.Trouble(conditions.WRITE_REFUSED, "quota")
LACKING = "the cluster does not have HTTPRoute (gateway.networking.k8s.io/v1)"


@pytest.mark.parametrize(
    ("found", "reason", "words"),
    [
        pytest.param({"missing": (kinds.HTTP_ROUTE,)}, conditions.API_MISSING, [LACKING], id="an API"),
        pytest.param(
            {"missing": (kinds.HTTP_ROUTE,), "pods": PODS}, conditions.UNSCHEDULABLE, [PODS.message, LACKING], id="and pods"
        ),
        pytest.param({"obstacle": REFUSED, "pods": PODS}, conditions.WRITE_REFUSED, ["quota"], id="a write, before the pods"),
    ],
)
def test_degraded(body, found, reason, words):
    plan = plans.resolve(ocrservices.parse(body()), config.Config(), "cpu")
    status = conditions.observe(conditions.Findings(generation=1, previous={}, plan=plan, **found), "2026-01-02T00:00:00Z")
    said = conditions.condition(status, conditions.DEGRADED)
    assert (said["status"], said["reason"]) == ("True", reason)
    assert [said["message"].index(each) for each in words] == sorted(said["message"].index(each) for each in words)
