"""What counts as a difference."""

import copy

import pytest

from kubeocr_contract import names
from kubeocr_operator import drift


def differences(desired, live):
    """As a person reads them."""
    return tuple(drift.label(path) for path in drift.paths(desired, live))


DESIRED = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "a", "labels": {"x": "1"}, "ownerReferences": [{"uid": "u", "controller": True}]},
    "spec": {
        "replicas": 1,
        "selector": {"x": "1"},
        "template": {
            "containers": [
                {
                    "name": "runtime",
                    "image": "i:1",
                    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                    "ports": [{"containerPort": 8, "protocol": "TCP", "name": "http"}],
                    "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}},
                    "drop": ["ALL"],
                }
            ]
        },
    },
}
CONTAINER = 'k:{"name":"runtime"}'
FIELDS = {
    "f:metadata": {"f:labels": {"f:x": {}}, "f:ownerReferences": {'k:{"uid":"u"}': {".": {}, "f:controller": {}}}},
    "f:spec": {
        "f:replicas": {},
        "f:selector": {},
        "f:template": {
            "f:containers": {
                CONTAINER: {
                    ".": {},
                    "f:name": {},
                    "f:image": {},
                    "f:env": {'k:{"name":"A"}': {".": {}, "f:value": {}}, 'k:{"name":"B"}': {".": {}, "f:value": {}}},
                    "f:ports": {'k:{"containerPort":8,"protocol":"TCP"}': {".": {}, "f:name": {}}},
                    "f:resources": {"f:requests": {"f:cpu": {}, "f:memory": {}}},
                    "f:drop": {},
                }
            }
        },
    },
}


def live():
    """As the API server has it: with defaults, other people's fields, and quantities in its own words."""
    found = copy.deepcopy(DESIRED)
    entry = {"manager": names.FIELD_MANAGER, "operation": "Apply", "fieldsV1": copy.deepcopy(FIELDS)}
    found["metadata"] |= {"uid": "1", "resourceVersion": "5", "managedFields": [entry]}
    found["metadata"]["labels"]["theirs"] = "1"
    container = found["spec"]["template"]["containers"][0]
    container["resources"]["requests"] = {"cpu": "1", "memory": "1Gi"}
    container["env"] = [{"name": "THEIRS", "value": "x"}, *reversed(container["env"])]
    container["terminationMessagePath"] = "/dev/termination-log"
    found["spec"]["template"]["containers"].insert(0, {"name": "sidecar"})
    found["status"] = {"replicas": 1}
    return found


def runtime(found):
    return found["spec"]["template"]["containers"][1]


def test_defaults_and_what_others_own_are_no_difference():
    assert differences(DESIRED, live()) == ()


def _replicas(found):
    found["spec"]["replicas"] = 2


def _image(found):
    runtime(found)["image"] = "i:2"


def _env_value(found):
    runtime(found)["env"][1]["value"] = "9"


def _env_gone(found):
    del runtime(found)["env"][1]


def _container_gone(found):
    del found["spec"]["template"]["containers"][1]


def _label(found):
    del found["metadata"]["labels"]["x"]


def _owner(found):
    found["metadata"]["ownerReferences"] = []


def _quantity(found):
    runtime(found)["resources"]["requests"]["cpu"] = "2"


def _atomic(found):
    runtime(found)["drop"].append("MORE")


def _port(found):
    runtime(found)["ports"][0]["name"] = "other"


def _selector(found):
    found["spec"]["selector"]["more"] = "1"


CHANGES = [
    pytest.param(_replicas, "spec.replicas", id="a number"),
    pytest.param(_image, "spec.template.containers[runtime].image", id="in a list by its key"),
    pytest.param(_env_value, "spec.template.containers[runtime].env[B].value", id="an item of a list in a list"),
    pytest.param(_env_gone, "spec.template.containers[runtime].env[B]", id="an item removed"),
    pytest.param(_container_gone, "spec.template.containers[runtime]", id="all of it removed"),
    pytest.param(_label, "metadata.labels.x", id="a label removed"),
    pytest.param(_owner, "metadata.ownerReferences[u]", id="the owner removed"),
    pytest.param(_quantity, "spec.template.containers[runtime].resources.requests.cpu", id="a quantity"),
    pytest.param(_atomic, "spec.template.containers[runtime].drop", id="a list that is one value"),
    pytest.param(_selector, "spec.selector", id="a key beside ours in a selector"),
    pytest.param(_port, "spec.template.containers[runtime].ports[8/TCP].name", id="a port"),
]


def _peer(found):
    found["spec"]["ingress"][0]["from"][0]["namespaceSelector"] = {}


def _more_ports(found):
    found["spec"]["ingress"][0]["ports"].append({"protocol": "TCP", "port": 22})


def _way_out(found):
    found["spec"]["egress"].append({})


def _fewer_pods(found):
    found["spec"]["podSelector"]["matchLabels"]["x"] = "2"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param(_peer, "spec.ingress", id="a peer opened by one more selector"),
        pytest.param(_more_ports, "spec.ingress", id="one more port"),
        pytest.param(_way_out, "spec.egress", id="a way out"),
        pytest.param(_fewer_pods, "spec.podSelector", id="pods let off"),
    ],
)
def test_nothing_may_be_added_to_a_network_policy(change, path):
    rule = {"from": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 8000}]}
    spec = {"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [rule], "egress": []}
    desired = {"metadata": {"name": "a"}, "spec": spec}
    found = copy.deepcopy(desired)
    fields = {"f:spec": {"f:ingress": {}, "f:egress": {}, "f:podSelector": {}}}
    entry = {"manager": names.FIELD_MANAGER, "operation": "Apply", "fieldsV1": fields}
    found["metadata"]["managedFields"] = [entry]
    assert differences(desired, found) == ()
    change(found)
    assert differences(desired, found) == (path,)


@pytest.mark.parametrize(("change", "path"), CHANGES)
def test_what_is_lacking_is_named(change, path):
    found = live()
    change(found)
    assert differences(DESIRED, found)[0] == path


def _last_env(desired):
    desired["spec"]["template"]["containers"][0]["env"].pop()


@pytest.mark.parametrize(
    ("remove", "path"),
    [
        pytest.param(lambda d: d["spec"].pop("replicas"), "spec.replicas", id="a field"),
        pytest.param(_last_env, "spec.template.containers[runtime].env[B]", id="item"),
        pytest.param(lambda d: d["metadata"].pop("labels"), "metadata.labels", id="a map"),
    ],
)
def test_what_we_own_and_want_no_more_is_named(remove, path):
    desired = copy.deepcopy(DESIRED)
    remove(desired)
    assert differences(desired, live()) == (path,)


def test_what_we_never_applied_is_applied():
    found = live()
    found["metadata"]["managedFields"][0]["manager"] = "kubectl"
    assert differences(DESIRED, found) == ("metadata.managedFields",)


def test_a_set_is_owned_by_value():
    found = {"metadata": {"managedFields": [{"manager": names.FIELD_MANAGER, "operation": "Apply", "fieldsV1": {}}]}}
    found["metadata"]["managedFields"][0]["fieldsV1"] = {"f:finalizers": {'v:"a"': {}, 'v:"b"': {}}}
    found["finalizers"] = ["a", "b"]
    assert differences({"finalizers": ["a", "b"]}, found) == ()
    assert differences({"finalizers": ["a"]}, found) == ("finalizers", "finalizers[b]")


@pytest.mark.parametrize(
    ("path", "equal"), [pytest.param("requests", True, id="a quantity"), pytest.param("env", False, id="a text")]
)
def test_only_quantities_are_compared_as_such(path, equal):
    desired = {path: {"v": "1000m"}}
    found = {
        "metadata": {"managedFields": [{"manager": names.FIELD_MANAGER, "operation": "Apply", "fieldsV1": {}}]},
        path: {"v": "1"},
    }
    assert (differences(desired, found) == ()) is equal
