"""What is kept of what the cluster told, and what counts as news."""

import pytest

from kubeocr_contract import names
from kubeocr_operator import kinds, store, workqueue

KIND = kinds.SERVICE
KEY = workqueue.Key("n", "a")


def obj(version, name="a", **metadata):
    return {
        "kind": "Service",
        "metadata": {"name": name, "namespace": "n", "resourceVersion": str(version), **metadata},
        "spec": {},
    }


@pytest.fixture
def known():
    found = store.Store()
    found.put(KIND, obj(10))
    return found


@pytest.mark.parametrize(
    ("version", "news"),
    [pytest.param(9, False, id="older"), pytest.param(10, False, id="echo of our write"), pytest.param(11, True, id="newer")],
)
def test_only_what_is_newer_is_news(known, version, news):
    assert known.put(KIND, obj(version)) is news
    assert known.get(KIND, KEY)["metadata"]["resourceVersion"] == str(max(version, 10))


def test_a_number_is_compared_as_a_number(known):
    assert known.put(KIND, obj(100))
    assert not known.put(KIND, obj(99))


def autoscaler(version, *, active="True", pods=1, percent=60):
    """A HorizontalPodAutoscaler, as its controller writes it every 15 s."""
    said = {"type": "ScalingActive", "status": active, "reason": "ValidMetricFound", "lastTransitionTime": str(version)}
    able = {"type": "AbleToScale", "status": "True", "reason": f"R{version}"}
    status = {"currentReplicas": pods, "currentMetrics": [{"percent": percent}], "conditions": [able, said]}
    return {**obj(version), "kind": kinds.AUTOSCALER.kind, "spec": {"maxReplicas": 3}, "status": status}


@pytest.mark.parametrize(
    ("now", "news"),
    [
        pytest.param(autoscaler(11, pods=2, percent=70), False, id="figures"),
        pytest.param(autoscaler(11, active="False"), True, id="it finds nothing to measure any more"),
        pytest.param({**autoscaler(11), "spec": {"maxReplicas": 4}}, True, id="somebody edited it"),
    ],
)
def test_an_autoscalers_figures_are_no_news(known, now, news):
    known.put(kinds.AUTOSCALER, autoscaler(10))
    assert known.put(kinds.AUTOSCALER, now) is news
    assert known.get(kinds.AUTOSCALER, KEY)["metadata"]["resourceVersion"] == "11"


def test_a_deletion_is_news_once(known):
    assert known.drop(KIND, obj(12))
    assert not known.drop(KIND, obj(12))
    assert known.get(KIND, KEY) is None


def test_a_deletion_that_is_older_than_what_is_known_is_not(known):
    assert not known.drop(KIND, obj(9))
    assert known.get(KIND, KEY) is not None


def test_a_late_answer_to_a_write_does_not_bring_back_what_is_gone(known):
    known.drop(KIND, obj(12))
    assert not known.put(KIND, obj(11))
    assert known.put(KIND, obj(13))


def test_a_listing_tells_what_is_gone_and_spares_what_came_after_it(known):
    known.put(KIND, obj(20, "later"))
    known.put(KIND, obj(5, "listed"))
    gone = known.keep(KIND, [workqueue.Key("n", "listed")], version=15)
    assert gone == (KEY,)
    assert set(known.keys(KIND)) == {workqueue.Key("n", "listed"), workqueue.Key("n", "later")}


def test_a_listing_of_a_namespace_says_nothing_of_another(known):
    assert known.keep(KIND, [], version=15, namespace="m") == ()
    assert known.keys(KIND) == (KEY,)


def test_kinds_do_not_mix(known):
    assert known.get(kinds.DEPLOYMENT, KEY) is None


def test_what_nothing_reads_is_left_out():
    ours = {"manager": names.FIELD_MANAGER, "operation": "Apply", "fieldsV1": {}}
    others = [{"manager": "kubectl", "operation": "Apply"}, {**ours, "subresource": "status"}, {**ours, "operation": "Update"}]
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{…}", "mine": "1"}
    slim = store.slim(obj(1, managedFields=[ours, *others], annotations=annotations, selfLink="/x", labels={"l": "1"}))
    assert slim["metadata"] == {
        "name": "a",
        "namespace": "n",
        "resourceVersion": "1",
        "labels": {"l": "1"},
        "annotations": {"mine": "1"},
        "managedFields": [ours],
    }


def test_packing_loses_nothing_else():
    assert store.unpack(store.pack(obj(1, labels={"ä": "ü"}))) == store.slim(obj(1, labels={"ä": "ü"}))


@pytest.mark.parametrize(
    ("labels", "want"),
    [pytest.param({names.LABEL_OWNER: "docs"}, workqueue.Key("n", "docs"), id="ours"), pytest.param({}, None, id="not ours")],
)
def test_the_label_says_whose_news_a_child_is(labels, want):
    assert store.owner_of(obj(1, labels=labels)) == want


def test_children_are_found_by_their_owner(known):
    ours = {names.LABEL_OWNER: "docs"}
    known.put(kinds.SERVICE, obj(11, "s", labels=ours))
    known.put(kinds.DEPLOYMENT, obj(12, "d", labels=ours))
    known.put(kinds.SERVICE, obj(13, "other", labels={names.LABEL_OWNER: "mail"}))
    owner = workqueue.Key("n", "docs")
    assert {(kind, item["metadata"]["name"]) for kind, item in known.children(owner)} == {
        (kinds.SERVICE, "s"),
        (kinds.DEPLOYMENT, "d"),
    }
    known.put(kinds.SERVICE, obj(14, "s", labels={names.LABEL_OWNER: "mail"}))
    known.drop(kinds.DEPLOYMENT, obj(15, "d", labels=ours))
    assert known.children(owner) == ()


def test_a_child_that_a_listing_did_not_have_is_news_to_its_owner(known):
    known.put(kinds.SERVICE, obj(11, "docs-ollama", labels={names.LABEL_OWNER: "docs"}))
    assert workqueue.Key("n", "docs") in known.keep(kinds.SERVICE, [], version=20)
