"""Servers that a service leans on, through the whole story: they come, go, and never take the reading with them."""

import pytest

from kubeocr_contract import names
from kubeocr_contract import report as reports
from kubeocr_operator import conditions, events, kinds, store, workqueue

MANAGED = {
    "llm": {"ollama": {"managed": {}}, "model": "qwen3:8b"},
    "queue": {"redis": {"managed": {}}},
}
SERVERS = {"docs-ollama", "docs-redis"}


def of(stage, kind):
    """Names of the children of a kind."""
    return {key.name for of, key in stage.server.items if of == kind}


async def tell(stage, **backends):
    """A pod answers the operator's question, and the service is looked at anew."""
    found = {name: reports.Backend(configured=True, **told) for name, told in backends.items()}

    async def ask(_):
        return reports.Report(version="1", ready=True, backends=reports.Backends(**found))

    await stage.world.inspections.inspect(stage.key, ask)
    await stage.settle()


def run(stage, name, *, ready=1):
    """The Deployment's controller reports on a server."""
    live = stage.server.items[kinds.DEPLOYMENT, workqueue.Key("office", name)]
    counts = dict.fromkeys(("replicas", "updatedReplicas"), 1) | dict.fromkeys(("readyReplicas", "availableReplicas"), ready)
    status = {**counts, "observedGeneration": live["metadata"]["generation"]}
    stage.server.put(kinds.DEPLOYMENT, {**live, "status": status})


@pytest.fixture
async def stage(scene):
    """A service with servers of its own, all of whose pods are ready."""
    found = scene(**MANAGED)
    await found.settle()
    found.pods(ready=1)
    for server in SERVERS:
        run(found, server)
    await found.settle()
    return found


async def test_servers_come_with_all_that_they_need(stage):
    assert of(stage, kinds.DEPLOYMENT) == {"docs", *SERVERS}
    for kind in (kinds.CLAIM, kinds.NETWORK_POLICY):
        assert of(stage, kind) == SERVERS
    assert {"docs", *SERVERS} == of(stage, kinds.SERVICE)
    assert len(of(stage, kinds.JOB)) == 1


async def test_what_the_spec_drops_goes_but_for_what_lies_on_volumes(stage):
    stage.spec(llm=None, queue={})
    await stage.settle()
    for kind, left in (
        (kinds.DEPLOYMENT, {"docs"}),
        (kinds.SERVICE, {"docs"}),
        (kinds.JOB, set()),
        (kinds.NETWORK_POLICY, set()),
    ):
        assert of(stage, kind) == left
    assert of(stage, kinds.CLAIM) == SERVERS
    stage.spec(**MANAGED)
    await stage.settle()
    assert of(stage, kinds.DEPLOYMENT) == {"docs", *SERVERS}


async def test_nothing_is_sent_when_nothing_changed(stage):
    await tell(stage, llm={"reachable": True, "models_present": {"qwen3:8b": True}}, queue={"reachable": True})
    stage.server.calls.clear()
    for _ in range(3):
        await tell(stage, llm={"reachable": True, "models_present": {"qwen3:8b": True}}, queue={"reachable": True})
    assert stage.server.calls == []


async def test_pages_are_read_while_the_servers_are_away(stage):
    well = {"reachable": True, "models_present": {"qwen3:8b": True}}
    await tell(stage, llm=well, queue={"reachable": True})
    assert stage.condition(conditions.LLM_REACHABLE)[:2] == ("True", "Reachable")
    await tell(stage, llm={"message": "no answer within 3 s"}, queue={"message": "refused"})
    assert stage.condition(conditions.LLM_REACHABLE)[0] == "False"
    assert stage.condition(conditions.QUEUE_REACHABLE)[0] == "False"
    assert stage.condition(conditions.READY)[0] == "True"
    assert stage.condition(conditions.DEGRADED)[0] == "False"
    stage.clock.seconds += events.QUIET_SECONDS
    await tell(stage, llm=well, queue={"reachable": True})
    told = [reason for reason in stage.told() if reason.startswith(("LLM", "Queue"))]
    assert told == [f"{server}{turn}" for turn in ("Reachable", "Unreachable", "Reachable") for server in ("LLM", "Queue")]


async def test_a_model_that_does_not_exist_is_named(stage):
    (job,) = (found for kind, found in stage.world.store.children(stage.key) if kind == kinds.JOB)
    failed = {
        "failed": 1,
        "conditions": [{"type": "Failed", "status": "True", "reason": "PodFailurePolicy", "message": "exit code 3"}],
    }
    stage.server.put(kinds.JOB, {**stage.server.items[kinds.JOB, store.key_of(job)], "status": failed})
    labels = {"batch.kubernetes.io/job-name": job["metadata"]["name"]}
    ended = {"exitCode": 3, "finishedAt": "2026-01-01T00:00:00Z", "message": "Ollama finds no model qwen3:8b"}
    statuses = {"containerStatuses": [{"name": "ollama-pull", "state": {"terminated": ended}}]}
    metadata = {"name": "x", "namespace": "office", "labels": labels}
    stage.server.put(kinds.POD, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": statuses})
    await tell(stage, llm={"reachable": True, "models_present": {"qwen3:8b": False}}, queue={"reachable": True})
    status, reason, message = stage.condition(conditions.LLM_REACHABLE)
    assert (status, reason) == ("False", "PullFailed")
    assert message.endswith("failed: Ollama finds no model qwen3:8b")
    assert stage.told().count("LLMPullFailed") == 1


async def test_why_a_server_does_not_come_up_is_said(stage):
    run(stage, "docs-redis", ready=0)
    scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no volume to bind"}
    metadata = {"name": "docs-redis-1", "namespace": "office", "labels": {names.LABEL_OWNER: "docs"}}
    stage.server.put(
        kinds.POD, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"conditions": [scheduled]}}
    )
    outcome = await stage.settle()
    stage.clock.seconds += outcome.again
    await stage.settle()
    assert stage.condition(conditions.DEGRADED)[0] == "True"
    assert "docs-redis-1: no volume to bind" in stage.condition(conditions.DEGRADED)[2]
    assert stage.condition(conditions.READY)[0] == "True"
    run(stage, "docs-redis")
    assert (await stage.settle()).again is None
    assert stage.condition(conditions.DEGRADED)[0] == "False"


async def test_a_job_of_other_models_is_another_matter(stage):
    (job,) = (found for kind, found in stage.world.store.children(stage.key) if kind == kinds.JOB)
    failed = {"failed": 1, "conditions": [{"type": "Failed", "status": "True", "reason": "R", "message": "no model x"}]}
    other = {**job["metadata"], "name": "docs-pull-00000", "resourceVersion": "9999"}
    stage.server.put(kinds.JOB, {**job, "metadata": {**other, "ownerReferences": []}, "status": failed})
    await tell(stage, llm={"reachable": True, "models_present": {"qwen3:8b": False}}, queue={"reachable": True})
    assert stage.condition(conditions.LLM_REACHABLE)[1] == "Pulling"


async def test_a_server_of_somebody_else_is_left_alone(scene):
    stage = scene(**MANAGED)
    theirs = {"metadata": {"name": "docs-redis", "namespace": "office"}, "apiVersion": "apps/v1", "kind": "Deployment"}
    stage.server.put(kinds.DEPLOYMENT, theirs)
    await stage.settle()
    status, reason, message = stage.condition(conditions.DEGRADED)
    assert (status, reason) == ("True", conditions.NAME_TAKEN)
    assert "Deployment office/docs-redis" in message
    assert "spec" not in stage.server.items[kinds.DEPLOYMENT, workqueue.Key("office", "docs-redis")]
