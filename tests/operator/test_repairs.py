"""What others did to children is put back, and said once: what, and by whom."""

import json

import pytest
import replicas

from kubeocr_operator import conditions, kinds, repairs, statuses


def _replicas(found):
    found["spec"]["replicas"] = 7


async def settled(scene, **spec):
    """A service that is as wanted."""
    stage = scene(**spec)
    await stage.settle()
    await stage.settle()
    stage.server.calls.clear()
    stage.server.posted.clear()
    return stage


async def test_what_somebody_changed_is_in_the_status_and_in_an_event(scene):
    stage = await settled(scene)
    stage.server.edit(kinds.DEPLOYMENT, stage.key, _replicas)
    await stage.settle()
    at = "1970-01-01T00:16:40Z"
    assert stage.status["drift"] == [{"object": "Deployment/docs", "field": "spec.replicas", "at": at}]
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 1
    assert [event["note"] for event in stage.server.posted] == [
        "Deployment docs had been changed and is put back: spec.replicas"
    ]


async def test_the_same_again_is_put_back_and_not_said_again(scene):
    stage = await settled(scene)
    for _ in range(3):
        stage.server.edit(kinds.DEPLOYMENT, stage.key, _replicas)
        await stage.settle()
        stage.clock.seconds += 60
    assert stage.server.writes.count(("patch", kinds.DEPLOYMENT)) == 3
    assert stage.server.writes.count(("patch-status", kinds.OCR_SERVICE)) == 1
    assert len(stage.status["drift"]) == 1


async def test_what_was_deleted_is_said_without_a_field(scene):
    stage = await settled(scene)
    stage.server.remove(kinds.SERVICE, stage.where(kinds.SERVICE))
    await stage.settle()
    assert stage.status["drift"] == [{"object": "Service/docs", "at": "1970-01-01T00:16:40Z"}]


async def test_a_change_of_the_spec_is_nobodys_doing_and_wipes_the_slate(scene):
    stage = await settled(scene)
    stage.server.edit(kinds.DEPLOYMENT, stage.key, _replicas)
    await stage.settle()
    stage.spec(replicas=2)
    await stage.settle()
    assert "drift" not in stage.status
    assert "Repaired" not in stage.told()[1:]


async def test_what_is_right_by_now_is_left_alone(scene):
    """The watch told of a change, and not yet that whoever made it took it back."""
    stage = await settled(scene)
    before = stage.child(kinds.DEPLOYMENT)
    stage.server.edit(kinds.DEPLOYMENT, stage.key, _replicas)
    stage.server.items[kinds.DEPLOYMENT, stage.key] = before
    await stage.settle()
    assert ("patch", kinds.DEPLOYMENT) not in stage.server.writes
    assert "drift" not in stage.status


def test_only_so_many_are_kept_and_each_once():
    known = tuple(statuses.Drift(object="Deployment/a", field=f"f{n}", at="t") for n in range(25))
    previous = {"observedGeneration": 3, "drift": [entry.document() for entry in known[:20]]}
    found = conditions.Findings(generation=3, previous=previous, drift=known[15:])
    assert conditions.drifts.said(found) == known[5:]


def test_a_sentence_names_some_fields_and_counts_the_rest():
    changes = tuple(repairs.Change(f"f{n}", "kubectl-edit" if n == 1 else None) for n in range(7))
    assert str(repairs.Repair("Service/a", changes)) == (
        "Service a had been changed and is put back: f0, f1 (by kubectl-edit), f2, f3, f4 and 2 more"
    )


CHANGES = [
    pytest.param(
        {"metadata": {"labels": {"app.kubernetes.io/managed-by": "me"}}}, "metadata.labels.app.kubernetes.io/managed-by",
        id="a label",
    ),
    pytest.param({"spec": {"replicas": 3}}, "spec.replicas", id="a field"),
    pytest.param(
        {"spec": {"template": {"spec": {"containers": [{"name": "runtime", "image": "mine"}]}}}},
        "spec.template.spec.containers[runtime].image", id="in a list by its key",
    ),
    pytest.param(
        {"spec": {"template": {"spec": {"containers": [{"name": "runtime", "securityContext": {"capabilities": None}}]}}}},
        "spec.template.spec.containers[runtime].securityContext.capabilities", id="what nobody owns any more",
    ),
]  # fmt: skip


@pytest.mark.cluster
@pytest.mark.parametrize(("patch", "field"), CHANGES)
def test_who_it_was(served, patch, field):
    name = served.service()
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, name) and replicas.quiet(served))
    served.kubectl("patch", f"deployment/{name}", "--field-manager", "an-editor", "-p", json.dumps(patch))
    (drift,) = replicas.until(lambda: served.status(name).get("drift"))
    editor = None if "capabilities" in field else "an-editor"
    assert (drift["object"], drift["field"], drift.get("manager")) == (f"Deployment/{name}", field, editor)
    note = field + (f" (by {editor})" if editor else "")
    replicas.until(lambda: note in served.kubectl("get", "events", "-o", "jsonpath={.items[*].message}"))
    served.kubectl("patch", f"deployment/{name}", "--field-manager", "an-editor", "-p", json.dumps(patch))
    replicas.until(lambda: replicas.quiet(served))
    assert served.status(name)["drift"] == [drift]
