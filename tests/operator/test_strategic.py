"""A patch does what `kubectl patch --local --type=strategic` does, or is refused in words."""

import json
import subprocess

import pytest
from cluster import binaries
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeocr_operator import strategic

POD = {
    "serviceAccountName": "docs-ocr-runtime",
    "securityContext": {"runAsNonRoot": True, "fsGroup": 65532},
    "containers": [
        {
            "name": "runtime",
            "image": "i:1",
            "args": ["serve"],
            "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}],
            "ports": [{"name": "http", "containerPort": 8000, "protocol": "TCP"}],
            "resources": {"limits": {"memory": "4Gi"}},
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        }
    ],
    "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
    "imagePullSecrets": [{"name": "mirror"}],
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "topologySpreadConstraints": [{"topologyKey": "host", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}],
}
TEMPLATE = {"metadata": {"labels": {"a": "1"}}, "spec": POD}


def by_kubectl(patch, template=None):
    """A template as kubectl patches it."""
    obj = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "a"}, "template": template or TEMPLATE}
    argv = ["patch", "--local", "--type=strategic", "-f", "-", "-o", "json", "-p", json.dumps({"template": patch})]
    done = subprocess.run(
        [binaries.tool("kubectl"), *argv], input=json.dumps(obj), capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)["template"]


def container(**fields):
    return {"spec": {"containers": [{"name": "runtime", **fields}]}}


CASES = [
    pytest.param({}, id="nothing"),
    pytest.param({"metadata": {"labels": {"b": "2"}, "annotations": {"c": "3"}}}, id="labels and annotations beside ours"),
    pytest.param({"spec": {"hostNetwork": True, "dnsConfig": {"options": [{"name": "ndots"}]}}}, id="fields of its own"),
    pytest.param({"spec": {"securityContext": {"fsGroup": None, "runAsUser": 7}}}, id="a null takes a key away"),
    pytest.param({"spec": {"dnsConfig": {"searches": None, "nameservers": ["1.1.1.1"]}}}, id="a null that hits nothing"),
    pytest.param(container(image="i:2", args=["serve", "--more"]), id="a list that is one value"),
    pytest.param(container(env=[{"name": "B", "value": "9"}, {"name": "D", "value": "4"}]), id="env by name"),
    pytest.param(container(env=[{"name": "D", "value": "4"}, {"name": "B", "value": "9"}]), id="a new item before an old one"),
    pytest.param(container(env=[{"name": "C", "value": "9"}, {"name": "A", "value": "9"}]), id="turned round"),
    pytest.param(container(env=[{"name": "B", "$patch": "delete"}]), id="an item deleted"),
    pytest.param(container(env=[{"name": "none", "$patch": "delete"}]), id="an item deleted that is not there"),
    pytest.param(container(env=[{"$patch": "replace"}, {"name": "Z", "value": "1"}]), id="a list replaced"),
    pytest.param(container(env=[{"$patch": "replace"}]), id="a list emptied"),
    pytest.param(container(env=None), id="a list taken away"),
    pytest.param(container(env=[{"name": "A", "value": None, "valueFrom": {"fieldRef": {}}}]), id="another source of a value"),
    pytest.param(container(resources={"$patch": "replace", "limits": {"cpu": "1"}}), id="a map replaced"),
    pytest.param(container(resources={"$patch": "delete"}), id="a map deleted"),
    pytest.param(container(lifecycle={"$patch": "delete"}), id="a map deleted that is not there"),
    pytest.param(container(ports=[{"containerPort": 9000}, {"containerPort": 8000, "name": "web"}]), id="ports by number"),
    pytest.param(container(volumeMounts=[{"mountPath": "/cache", "name": "tmp"}]), id="mounts by path"),
    pytest.param(container(volumeDevices=[{"devicePath": "/dev/x", "name": "disk"}]), id="devices by path"),
    pytest.param({"spec": {"containers": [{"name": "sidecar", "image": "s"}]}}, id="a container beside ours"),
    pytest.param({"spec": {"initContainers": [{"name": "wait", "image": "s", "env": [{"name": "A"}]}]}}, id="init containers"),
    pytest.param({"spec": {"volumes": [{"name": "tmp", "emptyDir": None, "hostPath": {"path": "/x"}}]}}, id="another volume"),
    pytest.param(
        {"spec": {"volumes": [{"name": "tmp", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}]}},
        id="the keys that stay",
    ),
    pytest.param({"spec": {"imagePullSecrets": [{"name": "more"}]}}, id="pull secrets by name"),
    pytest.param({"spec": {"tolerations": [{"operator": "Exists"}]}}, id="tolerations as a whole"),
    pytest.param({"spec": {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}]}}, id="host aliases"),
    pytest.param({"spec": {"topologySpreadConstraints": [{"topologyKey": "host", "maxSkew": 2}]}}, id="spread by its key"),
    pytest.param({"spec": {"topologySpreadConstraints": [{"topologyKey": "zone", "maxSkew": 2}]}}, id="one more spread"),
    pytest.param({"spec": {"schedulingGates": [{"name": "g"}], "resourceClaims": [{"name": "c"}]}}, id="gates and claims"),
]


@pytest.mark.parametrize("patch", CASES)
def test_it_is_what_kubectl_makes_of_it(patch):
    assert list(strategic.problems(patch)) == []
    assert strategic.merge(TEMPLATE, patch) == by_kubectl(patch)


names = st.sampled_from("ABCD")
values = st.sampled_from(["1", "2", None])
items = st.one_of(
    st.fixed_dictionaries({"name": names, "value": values}),
    st.fixed_dictionaries({"name": names, "$patch": st.just("delete")}),
    st.just({"$patch": "replace"}),
)
lists = st.lists(items, max_size=4, unique_by=lambda item: item.get("name"))
variables = st.lists(st.fixed_dictionaries({"name": names, "value": st.just("0")}), max_size=4, unique_by=lambda x: x["name"])


@settings(max_examples=40, deadline=None)
@given(old=variables, new=lists, labels=st.dictionaries(names, values, max_size=3))
def test_it_is_whatever_the_items_are(old, new, labels):
    """Where a list is replaced, kubectl leaves nulls to the API server, which drops them."""
    template = {"metadata": {"labels": {"A": "0"}}, "spec": {"containers": [{"name": "runtime", "env": old}]}}
    patch = {"metadata": {"labels": labels}, **container(env=new)}
    found, want = strategic.merge(template, patch), by_kubectl(patch, template)
    env = want["spec"]["containers"][0].get("env")
    if env is not None:
        want["spec"]["containers"][0]["env"] = [{k: v for k, v in item.items() if v is not None} for item in env]
    assert found == want


def test_neither_of_the_two_is_changed():
    before = json.dumps([TEMPLATE, CASES[6].values[0]])
    strategic.merge(TEMPLATE, CASES[6].values[0])
    assert json.dumps([TEMPLATE, CASES[6].values[0]]) == before


@pytest.mark.parametrize(
    ("patch", "want"),
    [
        pytest.param({"containers": {}}, "containers must be a list", id="no list"),
        pytest.param({"volumes": ["a"]}, "volumes[0] must be an object", id="no object"),
        pytest.param({"volumes": [{"emptyDir": {}}]}, "volumes[0] needs name, by which it is merged", id="no key"),
        pytest.param(
            {"containers": [{"name": "a", "ports": [{"name": "b"}]}]},
            "containers[0].ports[0] needs containerPort, by which it is merged",
            id="no key further down",
        ),
        pytest.param({"x": {"$patch": "merge"}}, "x.$patch must be delete or replace, not 'merge'", id="directive"),
        pytest.param({"$setElementOrder/env": []}, "it has $setElementOrder/env: the directives are", id="directive unknown"),
        pytest.param({"x": {"$retainKeys": ["a"], "b": 1}}, "x.$retainKeys must be a list with at least", id="not retained"),
        pytest.param({"x": {"$retainKeys": 3}}, "x.$retainKeys must be a list", id="retained is no list"),
    ],
)
def test_what_cannot_be_merged_is_named(patch, want):
    (problem,) = strategic.problems(patch)
    assert problem.startswith(want)
