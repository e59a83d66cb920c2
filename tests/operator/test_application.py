"""The whole operator, as a process of its own, against a real API server and its controllers."""

import json
import pathlib
import signal
import time

import pytest
import replicas
import yaml

from kubeocr_contract import names
from kubeocr_operator import kinds, leadership

pytestmark = pytest.mark.cluster

GOLDEN = pathlib.Path(__file__).parent / "golden"


def test_a_service_becomes_its_children_and_says_so(served):
    name = served.service(autoscaling={"maxReplicas": 3})
    replicas.until(lambda: served.get(kinds.AUTOSCALER, name))
    status = replicas.until(lambda: served.status(name).get("conditions") and served.status(name))
    assert status["url"] == f"http://{name}.{served.name}.svc:80"
    assert status["observedGeneration"] == 1
    assert status["accelerator"] == "cpu"
    for kind in (kinds.DEPLOYMENT, kinds.SERVICE, kinds.DISRUPTION_BUDGET):
        assert served.get(kind, name)["metadata"]["ownerReferences"][0]["name"] == name
    assert served.get(kinds.SERVICE_ACCOUNT, f"{name}-{names.COMPONENT}")
    scale = json.loads(
        served.kubectl("get", "--raw", f"/apis/{names.API_VERSION}/namespaces/{served.name}/{names.PLURAL}/{name}/scale")
    )
    assert scale["status"]["selector"] == status["selector"]
    served.spec(name, image={"repository": "site/ocr", "tag": "1"})
    replicas.until(lambda: "ImageChosen" in served.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}").split())


def test_an_edited_spec_reaches_the_children_and_what_goes_goes(served):
    name = served.service(autoscaling={"maxReplicas": 3}, disruption={"minAvailable": 1}, service={"annotations": {"a": "b"}})
    replicas.until(lambda: served.get(kinds.AUTOSCALER, name))
    served.spec(name, replicas=2, service={"type": "NodePort", "port": 81})
    replicas.until(lambda: served.get(kinds.AUTOSCALER, name) is None)
    replicas.until(lambda: served.status(name)["observedGeneration"] == 2)
    assert served.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 2
    live = served.get(kinds.SERVICE, name)
    assert live["spec"]["type"] == "NodePort"
    assert [port["port"] for port in live["spec"]["ports"]] == [81]
    assert "annotations" not in live["metadata"]
    budget = served.get(kinds.DISRUPTION_BUDGET, name)["spec"]
    assert (budget["maxUnavailable"], budget.get("minAvailable")) == (1, None)
    served.spec(name, replicas=2)
    replicas.until(lambda: served.get(kinds.SERVICE, name)["spec"]["type"] == "ClusterIP")


def test_scaling_by_the_scale_subresource_reaches_the_deployment(served):
    name = served.service()
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, name))
    served.kubectl("scale", names.PLURAL, name, "--replicas=4")
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 4)
    served.kubectl("scale", names.PLURAL, name, "--replicas=0")
    replicas.until(lambda: served.condition(name, "Ready")[1] == "ScaledToZero")


@pytest.mark.parametrize(
    ("kind", "patch", "back"),
    [
        pytest.param(kinds.DEPLOYMENT, {"spec": {"replicas": 9}}, lambda o: o["spec"]["replicas"] == 1, id="replicas"),
        pytest.param(
            kinds.DEPLOYMENT,
            {"spec": {"template": {"spec": {"containers": [{"name": names.RUNTIME_CONTAINER, "image": "theirs"}]}}}},
            lambda o: o["spec"]["template"]["spec"]["containers"][0]["image"] != "theirs",
            id="image",
        ),
        pytest.param(
            kinds.SERVICE,
            {"spec": {"selector": {"a": "b"}}},
            lambda o: names.LABEL_OWNER in o["spec"]["selector"],
            id="selector",
        ),
        pytest.param(
            kinds.SERVICE,
            {"metadata": {"labels": {names.LABEL_OWNER: None}}},
            lambda o: names.LABEL_OWNER in o["metadata"]["labels"],
            id="our label",
        ),
        pytest.param(
            kinds.DISRUPTION_BUDGET,
            {"metadata": {"ownerReferences": None}},
            lambda o: o["metadata"].get("ownerReferences"),
            id="owner reference",
        ),
    ],
)
def test_what_somebody_changes_is_put_back(served, kind, patch, back):
    name = served.service()
    replicas.until(lambda: served.condition(name, "Ready")[0])
    replicas.until(lambda: served.get(kind, name))
    served.kubectl("patch", f"{kind.plural}.{kind.group}", name, "--type=merge", "-p", json.dumps(patch))
    replicas.until(lambda: back(served.get(kind, name)))


def test_a_port_that_somebody_changes_is_put_back_and_can_be_changed_after(served):
    name = served.service()
    replicas.until(lambda: served.get(kinds.SERVICE, name))
    ports = [{"name": names.HTTP_PORT_NAME, "port": 81, "targetPort": names.HTTP_PORT_NAME}]
    served.kubectl("patch", "service", name, "--type=merge", "-p", json.dumps({"spec": {"ports": ports}}))
    replicas.until(lambda: [port["port"] for port in served.get(kinds.SERVICE, name)["spec"]["ports"]] == [80])
    replicas.until(lambda: served.condition(name, "Degraded")[0] == "False")
    served.spec(name, service={"port": 8080})
    replicas.until(lambda: [port["port"] for port in served.get(kinds.SERVICE, name)["spec"]["ports"]] == [8080])
    found = json.loads(served.kubectl("get", "service", name, "-o", "json", "--show-managed-fields"))
    owned = [entry["operation"] for entry in found["metadata"]["managedFields"] if entry["manager"] == names.FIELD_MANAGER]
    assert owned == ["Apply"]


def test_a_deleted_child_comes_back(served):
    name = served.service()
    before = replicas.until(lambda: served.get(kinds.SERVICE, name))["metadata"]["uid"]
    served.kubectl("delete", "service", name)
    replicas.until(lambda: (served.get(kinds.SERVICE, name) or {"metadata": {"uid": before}})["metadata"]["uid"] != before)


def test_a_name_that_is_taken_is_left_alone_and_named(served):
    name = served.fresh()
    served.kubectl("create", "service", "clusterip", name, "--tcp=99")
    served.spec(name)
    replicas.until(lambda: served.condition(name, "Degraded")[:2] == ("True", "NameTaken"))
    assert f"Service {served.name}/{name}" in served.condition(name, "Degraded")[2]
    assert served.get(kinds.SERVICE, name)["spec"]["ports"][0]["port"] == 99
    assert served.get(kinds.DEPLOYMENT, name) is None


def test_a_language_that_no_image_has_is_refused_by_name_and_tears_nothing_down(space, tmp_path):
    images = tmp_path / "images.yaml"
    images.write_text("images: [{repository: r, tag: t, accelerator: cpu, carries: wheels}]")
    replica = space.start("--config", str(images))
    name = space.service()
    replicas.until(lambda: space.get(kinds.DEPLOYMENT, name))
    space.spec(name, languages=["en", "ta"])
    replicas.until(lambda: space.condition(name, "SpecValid")[:2] == ("False", "NotCarried"))
    assert "ta: " in space.condition(name, "SpecValid")[2]
    assert space.status(name)["observedGeneration"] == 2
    assert space.get(kinds.DEPLOYMENT, name)["metadata"]["generation"] == 1
    images.write_text("images: [{repository: r, tag: all, accelerator: cpu, carries: all}]")
    replicas.until(lambda: space.condition(name, "SpecValid")[0] == "True")
    replicas.until(lambda: space.status(name)["image"] == "r:all")
    assert replica.end() == 0


def test_nothing_is_written_while_nothing_changes_nor_by_the_next_operator(served):
    wanted = [
        served.service(replicas=0),
        served.service(**yaml.safe_load((GOLDEN / "autoscaling-metrics" / "ocrservice.yaml").read_text())["spec"]),
        served.service(image={"repository": "r", "tag": "t"}),
    ]
    for name in wanted:
        replicas.until(
            lambda name=name: served.condition(name, "SpecValid")[0] == "True" and served.get(kinds.DISRUPTION_BUDGET, name)
        )
    # its controller knows a new CRD after half a minute, and then finds nothing to measure here
    replicas.until(lambda: served.condition(wanted[1], "ScalingActive")[0] == "False", seconds=90)
    replicas.until(lambda: replicas.quiet(served))
    before, count = served.versions(), served.leader.metric("writes_total")
    time.sleep(5)
    assert served.leader.metric("writes_total") == count
    assert served.leader.end() == 0
    following = served.start("--resync-seconds", "2")
    replicas.until(lambda: replicas.answers(following) and following.leads)
    replicas.until(lambda: following.metric("reconcile_seconds_count") >= len(wanted))
    time.sleep(4)
    assert following.metric("writes_total") == 0
    assert {key: version for key, version in served.versions().items() if key[0] != "HorizontalPodAutoscaler"} == {
        key: version for key, version in before.items() if key[0] != "HorizontalPodAutoscaler"
    }


def test_without_an_operator_a_deletion_finishes_and_leaves_nothing(served):
    name = served.service(autoscaling={"maxReplicas": 3})
    replicas.until(lambda: served.get(kinds.AUTOSCALER, name))
    assert served.leader.end() == 0
    served.kubectl("delete", names.PLURAL, name, "--timeout=10s")
    replicas.until(lambda: not any(owned == name for _, owned in served.versions()), seconds=60)


def test_a_namespace_goes_while_the_operator_works(served):
    name = served.service()
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, name))
    done = served.cluster.kubectl("delete", "namespace", served.name, "--timeout=60s")
    assert done.returncode == 0, done.stderr


def test_another_takes_over_within_20_seconds_of_a_kill(space):
    first = space.start()
    replicas.until(lambda: replicas.answers(first) and first.leads)
    second = space.start()
    replicas.until(lambda: replicas.answers(second, names.READYZ))
    time.sleep(2 * leadership.Timing().retry)
    assert not second.leads
    first.end(signal.SIGKILL)
    began = time.monotonic()
    name = space.service()
    replicas.until(lambda: space.get(kinds.DEPLOYMENT, name), seconds=20)
    print(f"taken over in {time.monotonic() - began:.1f} s")
    assert second.leads


def test_a_replica_that_is_told_to_end_hands_over_at_once(space):
    first = space.start()
    replicas.until(lambda: replicas.answers(first) and first.leads)
    second = space.start()
    replicas.until(lambda: replicas.answers(second))
    began = time.monotonic()
    assert first.end() == 0
    replicas.until(lambda: second.leads, seconds=8)
    print(f"handed over in {time.monotonic() - began:.1f} s")


def test_a_standby_ends_when_it_is_told_to(served):
    second = served.start()
    replicas.until(lambda: replicas.answers(second))
    assert second.end() == 0
    assert served.leader.leads


def test_a_leader_whose_lease_is_taken_ends_with_a_failure(served):
    patch = {"spec": {"holderIdentity": "thief", "leaseDurationSeconds": 3600}}
    leader = served.leader
    served.kubectl("patch", "lease", names.LEASE, "--type=merge", "-p", json.dumps(patch))
    assert leader.process.wait(timeout=40) == 1
    assert "could not be renewed" in leader.log.read_text()


@pytest.mark.parametrize("case", sorted(path.parent.name for path in GOLDEN.glob("*/expected.yaml")))
def test_the_api_server_takes_what_the_golden_files_say(space, case):
    body = list(yaml.safe_load_all((GOLDEN / case / "expected.yaml").read_text()))
    for child in (child for child in body if not kinds.of(child).optional):
        child["metadata"]["namespace"] = space.name
        child["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-0000-0000-000000000000"
        done = space.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", body=child)
        assert "serverside-applied" in done
