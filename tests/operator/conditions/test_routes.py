"""Routed: what the controllers of Ingress and Gateway say."""

import pytest

from kubeocr_operator import conditions, config, ocrservices, plans
from kubeocr_operator.conditions import findings
from kubeocr_operator.objects import http_route, ingress

INGRESS = {"ingress": {"host": "ocr.example.com", "className": "nginx"}}
ROUTE = {"httpRoute": {"host": "ocr.example.com", "gateway": {"name": "shared", "namespace": "gateways"}}}
PARENT = {"name": "shared", "namespace": "gateways"}


def served(*places):
    return {"loadBalancer": {"ingress": list(places)}}


def parent(kind, status, reason="Why", generation=4):
    said = {"type": kind, "status": status, "reason": reason, "message": "words", "observedGeneration": generation}
    return {"parents": [{"parentRef": PARENT, "controllerName": "c", "conditions": [said]}]}


@pytest.fixture
def routed(body):
    """Status, reason and message; None where nothing is said. Of each kind the status, None where there is no object."""

    def look(route, *, at_ingress=None, at_gateway=None):
        plan = plans.resolve(ocrservices.parse(body(**({"route": route} if route else {}))), config.Config(), "cpu")
        pairs = ((ingress.build(plan), at_ingress), (http_route.build(plan), at_gateway))
        live = [(obj, status) for built, status in pairs for obj in built if status is not None]
        objects = tuple({**obj, "metadata": {**obj["metadata"], "generation": 4}, "status": status} for obj, status in live)
        found = conditions.Findings(generation=1, previous={}, plan=plan, routes=objects)
        status = conditions.observe(found, "2026-01-02T00:00:00Z")
        said = conditions.condition(status, findings.ROUTED)
        return (said["status"], said["reason"], said["message"]) if said else None

    return look


def test_a_service_without_routes_says_nothing(routed):
    assert routed(None) is None


@pytest.mark.parametrize(
    ("status", "want", "words"),
    [
        pytest.param(None, ("Unknown", "Pending"), "not there yet", id="no Ingress yet"),
        pytest.param(
            {}, ("Unknown", "Pending"), "no ingress controller has said that it serves class nginx", id="no controller"
        ),
        pytest.param(served({"ip": "10.0.0.1"}), ("True", "Taken"), "at 10.0.0.1", id="an address"),
        pytest.param(
            served({"hostname": "lb.example"}, {"ip": "10.0.0.1"}), ("True", "Taken"), "lb.example, 10.0.0.1", id="two"
        ),
    ],
)
def test_an_ingress(routed, status, want, words):
    found = routed(INGRESS, at_ingress=status)
    assert found[:2] == want
    assert words in found[2]


@pytest.mark.parametrize(
    ("status", "want", "words"),
    [
        pytest.param(None, ("Unknown", "Pending"), "HTTPRoute is not there yet", id="no HTTPRoute yet"),
        pytest.param({}, ("Unknown", "Pending"), "no controller has said that Gateway shared takes it", id="no controller"),
        pytest.param(parent("Accepted", "True"), ("True", "Taken"), "Gateway gateways/shared takes it", id="accepted"),
        pytest.param(parent("Accepted", "True", generation=3), ("Unknown", "Pending"), "no controller", id="as it was before"),
        pytest.param(
            parent("Accepted", "False", "NotAllowedByListeners"),
            ("False", "NotTaken"),
            "NotAllowedByListeners: words",
            id="refused",
        ),
        pytest.param(
            parent("ResolvedRefs", "False", "BackendNotFound"), ("False", "NotTaken"), "BackendNotFound: words", id="no backend"
        ),
    ],
)
def test_an_http_route(routed, status, want, words):
    found = routed(ROUTE, at_gateway=status)
    assert found[:2] == want
    assert words in found[2]


def test_of_two_routes_the_worse_one_counts_and_both_are_told_of(routed):
    found = routed(INGRESS | ROUTE, at_ingress=served({"ip": "10.0.0.1"}), at_gateway=parent("Accepted", "False"))
    assert found[:2] == ("False", "NotTaken")
    assert "10.0.0.1" in found[2]
    assert "words" in found[2]
