"""How Jobs stand, and their pods' last words."""

import pytest

from kubeocr_contract import names
from kubeocr_operator import jobs, kinds, workqueue
from kubeocr_operator.conditions import findings

KEY = workqueue.Key("office", "docs")


def job(state=None, failed=0, message=""):
    conditions = [{"type": state, "status": "True", "reason": "R", "message": message}] if state else []
    labels = {names.LABEL_OWNER: "docs", names.LABEL_COMPONENT: "ollama-pull"}
    metadata = {"name": "docs-pull-12345", "namespace": "office", "labels": labels}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "status": {"failed": failed, "conditions": conditions},
    }


def pod(name, *, code=1, message="", at="2026-01-01T00:00:00Z"):
    ended = {"exitCode": code, "finishedAt": at, **({"message": message} if message else {})}
    labels = {jobs.LABEL_JOB: "docs-pull-12345"}
    statuses = [{"name": "pull", "state": {"terminated": ended} if code is not None else {"running": {}}}]
    return {
        "metadata": {"name": name, "namespace": "office", "labels": labels},
        "status": {"containerStatuses": statuses},
    }


LATER = "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("live", "pods", "want"),
    [
        pytest.param(job(), [], ("Running", ""), id="just made"),
        pytest.param(job(failed=1), [pod("a", message="no answer\n")], ("Running", "no answer"), id="tries again"),
        pytest.param(
            job(failed=2), [pod("a", message="new", at=LATER), pod("b", message="old")], ("Running", "new"), id="the last try"
        ),
        pytest.param(job(failed=1), [pod("a", code=None)], ("Running", ""), id="tries just now"),
        pytest.param(job("Complete", failed=1), [pod("a", message="old")], ("Complete", ""), id="done in the end"),
        pytest.param(job("Failed", 1, "BackoffLimit"), [pod("a", message="no model x")], ("Failed", "no model x"), id="failed"),
        pytest.param(job("Failed", 1, "BackoffLimit"), [pod("a")], ("Failed", "BackoffLimit"), id="without a word"),
        pytest.param(job("Failed", 1, "BackoffLimit"), [], ("Failed", "BackoffLimit"), id="pods are gone"),
    ],
)
def test_parse(live, pods, want):
    found = jobs.parse(live, pods)
    assert (found.name, found.component) == ("docs-pull-12345", "ollama-pull")
    assert (found.state, found.words) == want


@pytest.mark.parametrize(
    ("live", "asked"),
    [
        pytest.param(job(), 0, id="runs"),
        pytest.param(job("Complete", failed=1), 0, id="complete"),
        pytest.param(job(failed=1), 1, id="tries again"),
        pytest.param(job("Failed", failed=1), 1, id="failed"),
    ],
)
async def test_pods_are_asked_for_only_where_one_failed(scene, live, asked):
    stage = scene()
    stage.server.put(kinds.JOB, live)
    stage.server.put(kinds.POD, pod("a", message="no model x"))
    (found,) = await jobs.look(KEY, stage.world.store, stage.server)
    assert stage.server.calls.count(("list", kinds.POD)) == asked
    assert found.words == ("no model x" if asked else "")
    assert found.state in {findings.RUNNING, findings.COMPLETE, findings.FAILED}
