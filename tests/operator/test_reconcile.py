"""The story on an API server in memory."""

import pytest

from kubeocr_contract import names, report, settings
from kubeocr_operator import conditions, config, errors, kinds, reconcile, workqueue

WANTED = [kinds.SERVICE_ACCOUNT, kinds.DEPLOYMENT, kinds.SERVICE, kinds.DISRUPTION_BUDGET]
ELSE = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "other", "uid": "uid-other", "controller": True}


async def test_a_new_service_gets_its_children_and_a_status(scene):
    stage = scene()
    outcome = await stage.settle()
    assert [kind for verb, kind in stage.server.writes if verb == "patch"] == WANTED
    assert stage.status == outcome.status
    assert stage.status["url"] == "http://docs.office.svc:80"
    assert stage.status["observedGeneration"] == 1
    assert stage.condition(conditions.READY)[:2] == ("False", conditions.NO_POD_READY)
    assert stage.told() == [], "the status has it all; thousands of new services are no thousands of events"


async def test_nothing_is_sent_when_nothing_changed(scene):
    stage = scene(autoscaling={"maxReplicas": 3}, service={"annotations": {"a": "b"}})
    await stage.settle()
    stage.pods(ready=1)
    await stage.settle()
    stage.server.calls.clear()
    for _ in range(3):
        await stage.settle()
    assert stage.server.calls == []


async def test_a_restarted_operator_sends_nothing(scene):
    stage = scene()
    await stage.settle()
    stage.server.calls.clear()
    stage.world.made.clear()
    await stage.settle()
    assert stage.server.writes == []


async def ask(url):
    """A pod that has loaded what an empty spec wants."""
    assert url == f"http://docs.office.svc:80{names.STATUS}"
    engine = report.Engine(name="onnxruntime", device="cpu", provider="p")
    models = tuple(report.Model(name=f"PP-OCRv6_small_{what}", sha256="00") for what in ("det", "rec"))
    return report.Report(version="1", ready=True, languages=("en", "zh"), models=models, engine=engine)


async def test_what_pods_say_that_they_loaded_is_told_once(scene):
    stage = scene()
    await stage.settle()
    stage.pods(ready=1)
    await stage.settle()
    assert stage.condition(conditions.MODELS_LOADED)[:2] == ("Unknown", conditions.NOT_ASKED)
    await stage.world.inspections.inspect(stage.key, ask)
    await stage.settle()
    assert stage.condition(conditions.MODELS_LOADED)[:2] == ("True", conditions.LOADED)
    assert [model["name"] for model in stage.status["models"]] == ["PP-OCRv6_small_det", "PP-OCRv6_small_rec"]
    stage.server.calls.clear()
    await stage.settle()
    assert stage.server.calls == []


async def test_ready_comes_with_the_first_pod_and_is_told_once(scene):
    stage = scene(replicas=2)
    await stage.settle()
    stage.pods(ready=1)
    await stage.settle()
    assert stage.condition(conditions.READY) == ("True", conditions.SERVING, "1 of 2 pods are ready")
    stage.pods(ready=2)
    await stage.settle()
    assert stage.condition(conditions.PROGRESSING)[:2] == ("False", conditions.ROLLED_OUT)
    assert stage.told().count("Ready") == 1


async def test_a_changed_spec_reaches_the_deployment(scene):
    stage = scene()
    await stage.settle()
    stage.spec(replicas=4, engine={"threads": 3})
    await stage.settle()
    spec = stage.child(kinds.DEPLOYMENT)["spec"]
    env = {item["name"]: item["value"] for item in spec["template"]["spec"]["containers"][0]["env"]}
    assert spec["replicas"] == 4
    assert env[settings.variable("threads")] == "3"
    assert stage.status["observedGeneration"] == 2
    assert "Repaired" not in stage.told()


async def test_what_somebody_changed_is_put_back_and_told(scene):
    stage = scene()
    await stage.settle()

    def scale(live):
        live["spec"]["replicas"] = 7
        live["spec"]["template"]["spec"]["containers"][0]["image"] = "mine:1"
        live["spec"]["template"]["spec"]["containers"].append({"name": "sidecar", "image": "theirs:1"})

    stage.server.edit(kinds.DEPLOYMENT, stage.where(kinds.DEPLOYMENT), scale)
    await stage.settle()
    spec = stage.child(kinds.DEPLOYMENT)["spec"]
    images = {container["name"]: container["image"] for container in spec["template"]["spec"]["containers"]}
    assert spec["replicas"] == 1
    assert images == {names.RUNTIME_CONTAINER: stage.status["image"], "sidecar": "theirs:1"}
    note = next(event["note"] for event in stage.server.posted if event["reason"] == "Repaired")
    assert "spec.replicas" in note
    assert "image" in note


async def test_a_deleted_child_comes_back_and_is_told(scene):
    stage = scene()
    await stage.settle()
    stage.server.remove(kinds.SERVICE, stage.where(kinds.SERVICE))
    await stage.settle()
    assert stage.there(kinds.SERVICE)
    assert "Repaired" in stage.told()


async def test_what_is_no_longer_wanted_goes(scene):
    stage = scene(autoscaling={"maxReplicas": 3}, service={"annotations": {"a": "b", "c": "d"}})
    await stage.settle()
    assert stage.there(kinds.AUTOSCALER)
    stage.spec(autoscaling=None, service={"annotations": {"c": "d"}})
    await stage.settle()
    assert not stage.there(kinds.AUTOSCALER)
    assert stage.child(kinds.SERVICE)["metadata"]["annotations"] == {"c": "d"}
    stage.server.calls.clear()
    await stage.settle()
    assert stage.server.calls == []


@pytest.mark.parametrize(
    ("metadata", "fragment"),
    [
        pytest.param({}, "is not of this OCRService", id="nobody's"),
        pytest.param({"ownerReferences": [ELSE]}, "belongs to Deployment other", id="another controller's"),
        pytest.param(
            {"ownerReferences": [ELSE], "labels": {names.LABEL_OWNER: "docs"}}, "belongs to", id="our label, not ours"
        ),
    ],
)
async def test_a_name_that_is_taken_is_refused_named_and_never_stolen(scene, metadata, fragment):
    stage = scene()
    theirs = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "docs", "namespace": "office", **metadata},
        "spec": {"a": 1},
    }
    stage.server.put(kinds.SERVICE, theirs)
    outcome = await stage.settle()
    assert stage.child(kinds.SERVICE)["spec"] == {"a": 1}
    assert [kind for verb, kind in stage.server.writes if verb == "patch"] == []
    status, reason, message = stage.condition(conditions.DEGRADED)
    assert (status, reason) == ("True", conditions.NAME_TAKEN)
    assert fragment in message
    assert "Service office/docs" in message
    assert outcome.again == reconcile.TAKEN_SECONDS


async def test_a_freed_name_is_taken(scene):
    stage = scene()
    stage.server.put(kinds.SERVICE, {"kind": "Service", "metadata": {"name": "docs", "namespace": "office"}})
    await stage.settle()
    stage.server.remove(kinds.SERVICE, stage.where(kinds.SERVICE))
    await stage.settle()
    assert stage.condition(conditions.DEGRADED)[0] == "False"
    assert stage.child(kinds.SERVICE)["metadata"]["ownerReferences"][0]["uid"] == "uid-docs"


async def test_an_orphan_with_our_label_is_adopted(scene):
    stage = scene()
    await stage.settle()
    for kind in WANTED:
        live = stage.child(kind)
        stage.server.put(kind, {**live, "metadata": {**live["metadata"], "ownerReferences": []}})
    await stage.settle()
    assert all(stage.child(kind)["metadata"]["ownerReferences"][0]["uid"] == "uid-docs" for kind in WANTED)


@pytest.mark.parametrize(
    ("spec", "reason", "fragment"),
    [
        pytest.param({"replicas": -1}, conditions.INVALID, "spec.replicas", id="broken schema"),
        pytest.param({"languages": ["ta"]}, conditions.NOT_CARRIED, "ta: ", id="no image"),
    ],
)
async def test_a_spec_that_cannot_be_met_says_so_and_leaves_what_runs(scene, spec, reason, fragment):
    stage = scene(defaults=config.parse("images: [{repository: r, tag: t, accelerator: cpu, carries: wheels}]"))
    await stage.settle()
    stage.pods(ready=1)
    await stage.settle()
    before = stage.child(kinds.DEPLOYMENT)
    stage.spec(**spec)
    assert await stage.settle()
    assert stage.child(kinds.DEPLOYMENT) == before
    status, why, message = stage.condition(conditions.SPEC_VALID)
    assert (status, why) == ("False", reason)
    assert fragment in message
    assert stage.condition(conditions.READY)[0] == "True"
    assert stage.status["observedGeneration"] == 2
    assert stage.status["image"] == "r:t"
    assert f"Spec{reason}" in stage.told()


async def test_pods_of_the_spec_before_a_refused_one_are_asked_when_they_come_again(scene):
    stage = scene()
    await stage.settle()
    stage.pods(ready=1)
    await stage.settle()
    await stage.world.inspections.inspect(stage.key, ask)
    await stage.settle()
    stage.spec(replicas=-1)
    for ready in (1, 0, 1):
        stage.pods(ready=ready)
        await stage.settle()
    await stage.world.inspections.inspect(stage.key, ask)
    await stage.settle()
    assert stage.condition(conditions.SPEC_VALID)[0] == "False"
    assert stage.condition(conditions.MODELS_LOADED)[:2] == ("True", conditions.LOADED)
    assert stage.status["languages"] == ["en", "zh"]


@pytest.mark.parametrize(
    ("allocatable", "want"),
    [
        pytest.param({"nvidia.com/gpu": "4"}, "gpu", id="a node offers some"),
        pytest.param({"nvidia.com/gpu": "0"}, "cpu", id="a node has none left to offer"),
        pytest.param({"cpu": "8"}, "cpu", id="no node knows it"),
    ],
)
async def test_auto_is_decided_by_the_nodes_once(scene, allocatable, want):
    stage = scene(rollout={"strategy": "Surge"})
    node = {"metadata": {"name": "n", "namespace": ""}, "status": {"allocatable": allocatable}}
    stage.server.put(kinds.NODE, node)
    await stage.settle()
    assert stage.status["accelerator"] == want
    stage.server.put(kinds.NODE, {**node, "status": {"allocatable": {}}})
    stage.clock.seconds += 3600
    stage.spec(replicas=2, rollout={"strategy": "Surge"})
    await stage.settle()
    assert stage.status["accelerator"] == want
    assert [call for call in stage.server.calls if call[1] == kinds.NODE] == [("list", kinds.NODE)]


async def test_auto_is_cpu_where_nodes_may_not_be_listed(scene):
    stage = scene()
    stage.server.trouble["list", kinds.NODE] = errors.Refused("forbidden")
    await stage.settle()
    assert stage.status["accelerator"] == "cpu"


async def test_a_write_that_the_api_server_refuses_is_a_condition_with_its_words(scene):
    stage = scene()
    stage.server.trouble["patch", kinds.DEPLOYMENT] = errors.Refused("quota exceeded")
    with pytest.raises(errors.Refused):
        await stage.settle()
    assert stage.condition(conditions.DEGRADED) == ("True", conditions.WRITE_REFUSED, "quota exceeded")
    del stage.server.trouble["patch", kinds.DEPLOYMENT]
    await stage.settle()
    assert stage.condition(conditions.DEGRADED)[0] == "False"
    assert "drift" not in stage.status, "what was refused had never been there for somebody to delete"


async def test_an_api_server_that_is_away_changes_nothing_in_the_status(scene):
    stage = scene()
    stage.server.trouble["patch", kinds.DEPLOYMENT] = errors.Unavailable("away", retry_after=3)
    with pytest.raises(errors.Unavailable):
        await stage.settle()
    assert stage.status == {}


async def test_an_event_that_is_not_taken_does_not_matter(scene):
    stage = scene()
    stage.server.trouble["create", kinds.EVENT] = errors.Refused("no events")
    outcome = await stage.settle()
    assert outcome.status == stage.status


async def test_nothing_is_created_for_a_service_that_went_unseen(scene):
    stage = scene()
    stage.server.items.pop((kinds.OCR_SERVICE, stage.key))
    assert (await stage.settle()).status is None
    assert stage.server.writes == []


async def test_nothing_is_repaired_while_the_service_is_being_deleted(scene):
    stage = scene()
    await stage.settle()
    live = stage.server.items[kinds.OCR_SERVICE, stage.key]
    stage.server.put(kinds.OCR_SERVICE, {**live, "metadata": {**live["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}})
    stage.server.remove(kinds.SERVICE, stage.where(kinds.SERVICE))
    stage.server.calls.clear()
    assert (await stage.settle()).status is None
    assert stage.server.calls == []


async def test_a_child_that_is_going_is_waited_for(scene):
    stage = scene()
    await stage.settle()
    live = stage.child(kinds.DEPLOYMENT)
    stage.server.put(kinds.DEPLOYMENT, {**live, "metadata": {**live["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}})
    stage.spec(replicas=3)
    stage.server.calls.clear()
    await stage.settle()
    assert ("patch", kinds.DEPLOYMENT) not in stage.server.calls


async def test_an_unknown_service_is_nothing_to_do(scene):
    stage = scene()
    outcome = await reconcile.reconcile(workqueue.Key("office", "nobody"), stage.world)
    assert outcome == reconcile.Outcome()


async def test_pods_that_do_not_get_on_say_why_and_are_looked_at_again(scene, clock):
    stage = scene()
    assert (await stage.settle()).again == 5.0
    clock.seconds += 6
    metadata = {"name": "docs-1", "namespace": "office", "labels": {names.LABEL_OWNER: "docs"}}
    state = {"waiting": {"reason": "CreateContainerConfigError", "message": 'secret "k" not found'}}
    status = {"containerStatuses": [{"name": "runtime", "state": state}]}
    stage.server.put(kinds.POD, {"metadata": metadata, "spec": {}, "status": status})
    await stage.settle()
    assert stage.condition(conditions.DEGRADED) == ("True", "CreateContainerConfigError", 'pod docs-1: secret "k" not found')
    assert "CreateContainerConfigError" in stage.told()
    stage.pods(ready=1)
    assert (await stage.settle()).again is None
    assert stage.condition(conditions.DEGRADED)[0] == "False"


async def test_a_rollout_goes_in_place_where_no_accelerator_is_free(scene, clock):
    stage = scene(accelerator={"mode": "gpu"})
    node = {"metadata": {"name": "n", "namespace": ""}, "status": {"allocatable": {"nvidia.com/gpu": "1"}}}
    stage.server.put(kinds.NODE, node)
    await stage.settle()
    rolling = stage.child(kinds.DEPLOYMENT)["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": 1, "maxUnavailable": 0}
    assert stage.condition(conditions.CAPACITY)[:2] == ("True", conditions.FREE)
    holder = {"nodeName": "n", "containers": [{"resources": {"limits": {"nvidia.com/gpu": "1"}}}]}
    stage.server.put(kinds.POD, {"metadata": {"name": "p", "namespace": "office"}, "spec": holder})
    clock.seconds += 60
    await stage.settle()
    assert stage.status["rolloutStrategy"] == "Surge"
    stage.spec(accelerator={"mode": "gpu"}, limits={"pages": 7})
    await stage.settle()
    assert stage.child(kinds.DEPLOYMENT)["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert stage.condition(conditions.CAPACITY)[:2] == ("False", conditions.NONE_FREE)
