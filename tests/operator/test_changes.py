"""Differences as a person reads them."""

import copy

import pytest

from kubeocr_operator import changes, kinds, store

LIVE = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "name": "reader",
        "namespace": "office",
        "uid": "u",
        "resourceVersion": "7",
        "generation": 3,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{"manager": "m"}],
        "annotations": {store.LAST_APPLIED: "{}"},
    },
    "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "runtime", "image": "a"}]}}},
    "status": {"replicas": 1},
}


def change(edit=lambda obj: None, kind=kinds.DEPLOYMENT):
    after = copy.deepcopy(LIVE)
    edit(after)
    return changes.Change(kind=kind, before=LIVE, after=after)


def scaled(obj):
    obj["spec"]["replicas"] = 2


def other_image(obj):
    obj["spec"]["template"]["spec"]["containers"][0]["image"] = "b"


def stopped(obj):
    scaled(obj)
    other_image(obj)
    obj["spec"]["replicas"] = 0


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda obj: obj["metadata"].update(resourceVersion="8", generation=4, managedFields=[]), id="metadata"),
        pytest.param(lambda obj: obj["metadata"].pop("annotations"), id="kubectl's annotation"),
        pytest.param(lambda obj: obj.pop("status"), id="status"),
        pytest.param(lambda obj: obj["metadata"].update(uid="v"), id="a uid, drawn anew"),
    ],
)
def test_what_only_the_api_server_writes_is_no_difference(edit):
    assert change(edit).lines == ()


def test_a_changed_field():
    found = change(scaled).lines
    assert found[:2] == ("--- live/office/deployments/reader", "+++ applied/office/deployments/reader")
    assert {"-  replicas: 1", "+  replicas: 2"} < set(found)


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param(
            changes.Change(kind=kinds.DEPLOYMENT, before=None, after=LIVE),
            ("--- /dev/null", "+++ applied/office/deployments/reader"),
            id="created",
        ),
        pytest.param(
            changes.Change(kind=kinds.DEPLOYMENT, before=LIVE, after=None),
            ("--- live/office/deployments/reader", "+++ /dev/null"),
            id="deleted",
        ),
    ],
)
def test_what_comes_and_goes(found, lines):
    assert found.lines[:2] == lines


def test_what_is_allocated_only_when_it_is_created_is_left_out():
    service = {"kind": "Service", "metadata": LIVE["metadata"], "spec": {"clusterIP": "10.0.0.7", "clusterIPs": ["10.0.0.7"]}}
    created = changes.Change(kind=kinds.SERVICE, before=None, after=service)
    deleted = changes.Change(kind=kinds.SERVICE, before=service, after=None)
    assert "clusterIP" not in "\n".join(created.lines)
    assert "clusterIP" in "\n".join(deleted.lines)


@pytest.mark.parametrize(
    ("found", "want"),
    [
        pytest.param([], "no difference", id="nothing"),
        pytest.param([change(scaled)], "1 changed; no pod restarts", id="replicas"),
        pytest.param([change(other_image)], "1 changed; pods restart: Deployment reader", id="template"),
        pytest.param([change(stopped)], "1 changed; no pod restarts", id="a template, and no pod to restart"),
        pytest.param(
            [change(other_image), changes.Change(kind=kinds.DEPLOYMENT, before=None, after=LIVE)],
            "1 changed, 1 created; pods restart: Deployment reader",
            id="one comes",
        ),
        pytest.param(
            [changes.Change(kind=kinds.DEPLOYMENT, before=LIVE, after=None)], "1 deleted; no pod restarts", id="one goes"
        ),
    ],
)
def test_the_verdict(found, want):
    assert changes.verdict(found) == want
