"""What leads to a service, who may use it and who watches it, on a real API server with the real CRDs of others."""

import json
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import replicas
import yaml
from cluster import apis, clusters

from kubeocr_contract import names
from kubeocr_operator import conditions, kinds
from kubeocr_operator.conditions import findings

pytestmark = pytest.mark.cluster
GOLDEN = pathlib.Path(__file__).parents[1] / "operator" / "golden"
CASES = ("exposed", "gateway", "offline")
NOTICED_SECONDS = 90
"""An operator looks every 30 s for an API that was not there, and then at its services one by one."""
EXPOSED = {
    "replicas": 0,  # without a node there is nothing else to say of pods
    "route": {
        "ingress": {"host": "ocr.example.com"},
        "httpRoute": {"host": "ocr.example.com", "gateway": {"name": "shared"}},
    },
    "networkPolicy": {"enabled": True, "from": [{"podSelector": {}}]},
    "monitoring": {"serviceMonitor": True, "prometheusRule": True},
    "offline": {"strict": True},
    "tls": {"secret": "certificate"},
    "auth": {"apiKeysSecret": "keys"},
}
THERE_ALWAYS = (kinds.INGRESS, kinds.NETWORK_POLICY)
THERE_SOMETIMES = (kinds.HTTP_ROUTE, kinds.SERVICE_MONITOR, kinds.PROMETHEUS_RULE)


@pytest.fixture
def brought(api: clusters.Cluster) -> Iterator[clusters.Cluster]:
    """The API server with the APIs, which go again afterwards: other tests want to see what is said without them."""
    for each in (apis.GATEWAY, apis.PROMETHEUS):
        apis.install(api, each)
    yield api
    for each in (apis.GATEWAY, apis.PROMETHEUS):
        apis.remove(api, each)


@pytest.mark.usefixtures("brought")
@pytest.mark.parametrize("case", CASES)
def test_the_apis_take_what_the_golden_files_say(space: replicas.Space, case: str) -> None:
    for child in yaml.safe_load_all((GOLDEN / case / "expected.yaml").read_text()):
        child["metadata"]["namespace"] = space.name
        child["metadata"]["ownerReferences"][0]["uid"] = "00000000-0000-0000-0000-000000000000"
        done = space.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-", body=child)
        assert "serverside-applied" in done


def test_apis_come_and_go_under_a_service_that_wants_them(served: replicas.Space, api: clusters.Cluster) -> None:
    name = served.service(**EXPOSED)
    replicas.until(lambda: _degraded(served, name)[:2] == ("True", conditions.API_MISSING))
    said = _degraded(served, name)[2]
    assert all(kind.kind in said for kind in THERE_SOMETIMES), said
    assert all(served.get(kind, name) for kind in THERE_ALWAYS)
    try:
        for each in (apis.GATEWAY, apis.PROMETHEUS):
            apis.install(api, each)
        replicas.until(lambda: _degraded(served, name)[0] == "False", seconds=NOTICED_SECONDS)
        assert all(served.get(kind, name) for kind in THERE_SOMETIMES)
        _write_nothing_more(served)
        apis.remove(api, apis.GATEWAY)
        replicas.until(lambda: "HTTPRoute" in _degraded(served, name)[2], seconds=NOTICED_SECONDS)
        assert "ServiceMonitor" not in _degraded(served, name)[2]
        apis.install(api, apis.GATEWAY)
        replicas.until(lambda: served.get(kinds.HTTP_ROUTE, name), seconds=NOTICED_SECONDS)
        replicas.until(lambda: _degraded(served, name)[0] == "False")
        _come_and_go_with_the_spec(served, name)
    finally:
        for each in (apis.GATEWAY, apis.PROMETHEUS):
            apis.remove(api, each)


def test_a_controllers_word_becomes_a_condition(served: replicas.Space) -> None:
    name = served.service(route={"ingress": {"host": "ocr.example.com"}})
    replicas.until(lambda: served.condition(name, findings.ROUTED)[:2] == ("Unknown", findings.PENDING))
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}
    served.kubectl("patch", f"ingress/{name}", "--subresource=status", "--type=merge", "-p", json.dumps(status))
    replicas.until(lambda: served.condition(name, findings.ROUTED)[:2] == ("True", findings.TAKEN))
    assert "192.0.2.7" in served.condition(name, findings.ROUTED)[2]


def test_a_policy_that_somebody_opens_is_closed_again(served: replicas.Space) -> None:
    name = served.service(networkPolicy={"enabled": True}, offline={"strict": True})
    policies = (name, f"{name}-offline")
    replicas.until(lambda: all(served.get(kinds.NETWORK_POLICY, policy) for policy in policies))
    before = [served.get(kinds.NETWORK_POLICY, policy)["spec"] for policy in policies]
    opened = [
        (policies[0], [{"op": "add", "path": "/spec/ingress/0/from/0/namespaceSelector", "value": {}}]),
        (policies[1], [{"op": "add", "path": "/spec/egress/-", "value": {}}]),
    ]
    for policy, patch in opened:
        served.kubectl("patch", f"networkpolicy/{policy}", "--type=json", "-p", json.dumps(patch))
    replicas.until(lambda: [served.get(kinds.NETWORK_POLICY, policy)["spec"] for policy in policies] == before)


@pytest.mark.parametrize(
    ("peer", "words"),
    [
        pytest.param({"ipBlock": {"cidr": "everywhere"}}, "everywhere", id="no network"),
        pytest.param({"podSelecter": {}}, "podSelecter", id="no field of a peer"),
    ],
)
def test_a_peer_that_the_api_refuses_is_said(served: replicas.Space, peer: dict[str, object], words: str) -> None:
    name = served.service(networkPolicy={"enabled": True, "from": [peer]})
    replicas.until(lambda: _degraded(served, name)[:2] == ("True", conditions.WRITE_REFUSED))
    assert words in _degraded(served, name)[2]


def _degraded(space: replicas.Space, name: str) -> tuple[str, str, str]:
    return space.condition(name, conditions.DEGRADED)


def _come_and_go_with_the_spec(space: replicas.Space, name: str) -> None:
    space.spec(name, replicas=0)
    everything = (*THERE_ALWAYS, *THERE_SOMETIMES)
    replicas.until(lambda: not any(space.get(kind, name) for kind in everything))
    assert not space.get(kinds.NETWORK_POLICY, f"{name}-offline")
    plain = space.service(replicas=0)
    replicas.until(lambda: space.get(kinds.SERVICE, plain))
    for kind in (kinds.DEPLOYMENT, kinds.SERVICE):
        replicas.until(lambda kind=kind: _content(space, kind, name) == _content(space, kind, plain))


def _content(space: replicas.Space, kind: kinds.Kind, name: str) -> Any:
    """What the operator wants of an object, under any name."""
    spec = space.get(kind, name)["spec"]
    content = spec["template"]["spec"] if kind == kinds.DEPLOYMENT else spec["ports"]
    return json.loads(json.dumps(content).replace(name, "NAME"))


def _write_nothing_more(space: replicas.Space) -> None:
    before = _versions(space)
    assert before
    space.kubectl("annotate", names.PLURAL, "--all", "--overwrite", "example.com/touched=now")
    assert replicas.quiet(space)
    assert _versions(space) == before


def _versions(space: replicas.Space) -> dict[str, str]:
    """ResourceVersions of what the operator made."""
    plurals = ",".join(f"{kind.plural}.{kind.group}" for kind in (*THERE_ALWAYS, *THERE_SOMETIMES))
    items = json.loads(space.kubectl("get", plurals, "-o", "json"))["items"]
    return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}
