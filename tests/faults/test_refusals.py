"""A cluster that does not let the operator have what a spec calls for: it says whose words those are, and does not storm."""

import json
import pathlib
import time
from collections.abc import Iterator
from typing import Any

import proxies
import pytest
import replicas
from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import conditions, kinds

pytestmark = pytest.mark.cluster
WORDS = "services here need the blessing of the network team"
COUNTED_SECONDS = 10.0
MOST_ATTEMPTS = 6
"""Delays of 1, 2, 4 and 8 s less up to half: after 10 s that is five attempts at most, and the first one."""

_TAKEN = (kinds.SERVICE_ACCOUNT, kinds.DEPLOYMENT, kinds.SERVICE, kinds.DISRUPTION_BUDGET, kinds.AUTOSCALER)
"""Kinds of children whose names somebody may have taken."""


@pytest.fixture
def gateway(space: replicas.Space, tmp_path: pathlib.Path) -> Iterator[proxies.Gateway]:
    """What notes the requests of the operator that leads."""
    with proxies.upstream(space.cluster) as upstream:
        found = proxies.Gateway(upstream)
        with proxies.running(found) as port:
            space.lead(kubeconfig=proxies.kubeconfig(port, tmp_path))
            yield found


@pytest.fixture
def policy(space: replicas.Space) -> Iterator[str]:
    """The name of an admission policy that refuses Services on every port but 80, with 422 or 403; whoever asks binds it."""
    yield space.name
    for kind in ("validatingadmissionpolicybinding", "validatingadmissionpolicy"):
        space.cluster.kubectl("delete", kind, space.name, "--ignore-not-found")


@pytest.mark.parametrize(
    ("exists", "reason"),
    [pytest.param(False, "Forbidden", id="a new child"), pytest.param(True, "Invalid", id="a change to a child")],
)
def test_a_child_that_admission_refuses_is_told_in_its_words_and_not_stormed(
    space: replicas.Space, gateway: proxies.Gateway, policy: str, exists: bool, reason: str
) -> None:
    name = space.service(replicas=0) if exists else space.fresh()
    if exists:
        replicas.until(lambda: space.get(kinds.DISRUPTION_BUDGET, name))
    _enforce(space, policy, reason)
    space.spec(name, replicas=0, service={"port": 81})
    replicas.until(lambda: space.condition(name, conditions.DEGRADED)[:2] == ("True", conditions.WRITE_REFUSED))
    assert WORDS in space.condition(name, conditions.DEGRADED)[2]
    began = time.monotonic()
    time.sleep(COUNTED_SECONDS)
    refused = [seen for seen in gateway.between(began - COUNTED_SECONDS, time.monotonic()) if seen.status in {403, 422}]
    # what is invalid beside somebody's edit is put there whole (cluster.py), which is a second request
    assert 1 <= len(refused) <= MOST_ATTEMPTS * (2 if exists else 1)
    assert len([seen for seen in gateway.between(began, time.monotonic()) if seen.path.endswith("/status")]) <= 1
    space.kubectl("delete", "validatingadmissionpolicybinding", policy)
    replicas.until(lambda: _port(space, name) == 81, seconds=60)
    replicas.until(lambda: space.condition(name, conditions.DEGRADED)[0] == "False")


def test_a_quota_that_forbids_the_pods_is_told_in_its_words(served: replicas.Space) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    served.kubectl("apply", "-f", "-", body=quota)
    replicas.until(lambda: "used" in json.loads(served.kubectl("get", "resourcequota", "none", "-o", "json"))["status"])
    name = served.service()
    replicas.until(lambda: served.condition(name, conditions.DEGRADED)[0] == "True")
    assert "exceeded quota: none" in served.condition(name, conditions.DEGRADED)[2]
    assert served.condition(name, conditions.READY)[0] == "False"
    served.kubectl("delete", "resourcequota", "none")
    # there is no node for them to run on, which is another story
    replicas.until(lambda: served.condition(name, conditions.DEGRADED)[1] != conditions.PODS_REFUSED, seconds=60)


@pytest.mark.parametrize(
    ("kind", "controlled"),
    [
        *(pytest.param(kind, False, id=f"nobody's {kind.kind}") for kind in _TAKEN),
        pytest.param(kinds.DEPLOYMENT, True, id="somebody's Deployment"),
    ],
)
def test_a_child_of_the_wanted_name_is_named_and_never_stolen(
    family: replicas.Space, kind: kinds.Kind, controlled: bool
) -> None:
    owner = family.fresh()
    theirs = _foreign(kind, f"{owner}-{names.COMPONENT}" if kind == kinds.SERVICE_ACCOUNT else owner)
    if controlled:
        theirs["metadata"]["ownerReferences"] = [_owner(family)]
    family.kubectl("create", "-f", "-", body=theirs)
    before = family.get(kind, theirs["metadata"]["name"])
    family.spec(owner, autoscaling={"maxReplicas": 2})
    replicas.until(lambda: family.condition(owner, conditions.DEGRADED)[:2] == ("True", conditions.NAME_TAKEN))
    message = family.condition(owner, conditions.DEGRADED)[2]
    assert f"{kind.kind} {family.name}/{theirs['metadata']['name']}" in message
    assert not controlled or "ConfigMap landlord" in message
    after = family.get(kind, theirs["metadata"]["name"])
    assert after["spec" if "spec" in before else "metadata"] == before["spec" if "spec" in before else "metadata"]
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["metadata"].get("labels") == before["metadata"].get("labels")
    assert after["metadata"].get("ownerReferences") == before["metadata"].get("ownerReferences")
    assert [other for other in _TAKEN if other != kind and family.get(other, owner)] == []
    family.kubectl("delete", f"{kind.plural}.{kind.group}", theirs["metadata"]["name"])
    # a change of the spec is looked at now; without one it would be within a minute
    family.spec(owner, autoscaling={"maxReplicas": 3})
    replicas.until(lambda: family.condition(owner, conditions.DEGRADED)[1] != conditions.NAME_TAKEN)
    replicas.until(lambda: family.get(kind, theirs["metadata"]["name"]))
    assert family.get(kind, theirs["metadata"]["name"])["metadata"]["ownerReferences"][0]["name"] == owner


@pytest.fixture(scope="module")
def family(api: clusters.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[replicas.Space]:
    """A namespace with a leading operator, for tests that do not disturb each other."""
    found = replicas.opened(api, tmp_path_factory.mktemp("family"))
    found.lead()
    found.kubectl("create", "configmap", "landlord")
    yield found
    found.close()


def _enforce(space: replicas.Space, name: str, reason: str) -> None:
    """Returns once the policy is at work: the API server compiles and fetches it in its own time."""
    expression = {"expression": "object.spec.ports.all(p, p.port == 80)", "message": WORDS, "reason": reason}
    services = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["services"]}
    space.kubectl("apply", "-f", "-", body=_admission("ValidatingAdmissionPolicy", name, _refusing(services, expression)))
    within = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": space.name}}}
    binding = {"policyName": name, "validationActions": ["Deny"], "matchResources": within}
    space.kubectl("apply", "-f", "-", body=_admission("ValidatingAdmissionPolicyBinding", name, binding))
    probe = ("-n", space.name, "create", "service", "clusterip", "probe", "--tcp=81", "--dry-run=server")
    replicas.until(lambda: WORDS in space.cluster.kubectl(*probe).stderr, seconds=60)


def _refusing(resources: dict[str, Any], validation: dict[str, Any]) -> dict[str, Any]:
    return {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [resources]}, "validations": [validation]}


def _admission(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def _port(space: replicas.Space, name: str) -> int | None:
    found = space.get(kinds.SERVICE, name)
    return found and int(found["spec"]["ports"][0]["port"])


def _owner(space: replicas.Space) -> dict[str, Any]:
    uid = space.kubectl("get", "configmap", "landlord", "-o", "jsonpath={.metadata.uid}")
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": "landlord", "uid": uid, "controller": True}


def _foreign(kind: kinds.Kind, name: str) -> dict[str, Any]:
    """Somebody else's object."""
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "theirs", "image": "theirs"}]}}
    selector = {"matchLabels": {"a": "b"}}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "theirs"}
    specs = {
        kinds.DEPLOYMENT: {"replicas": 0, "selector": selector, "template": pod},
        kinds.SERVICE: {"ports": [{"port": 99}], "selector": {"a": "b"}},
        kinds.DISRUPTION_BUDGET: {"maxUnavailable": 2, "selector": selector},
        kinds.AUTOSCALER: {"maxReplicas": 5, "scaleTargetRef": target},
    }
    spec = {"spec": specs[kind]} if kind in specs else {}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, "labels": {"a": "b"}}, **spec}
