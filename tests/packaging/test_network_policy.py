"""Whom the operator may reach, and who may reach it, as cyclonus reads the chart's policy: nothing here enforces any."""

import json
import pathlib
import re
import subprocess
from typing import Any

import charts
import pytest
from cluster import binaries, versions

from kubeocr_contract import names
from kubeocr_operator.objects import metadata

pytestmark = pytest.mark.cluster


def pod(namespace: str, **labels: str) -> dict[str, Any]:
    """A pod, by what policies see of it."""
    space = {"kubernetes.io/metadata.name": namespace}
    return {"Internal": {"PodLabels": labels, "NamespaceLabels": space, "Namespace": namespace}, "IP": "10.0.0.9"}


def host(address: str) -> dict[str, Any]:
    """What is no pod."""
    return {"Internal": None, "IP": address}


OPERATOR = pod(
    charts.NAMESPACE,
    **{names.LABEL_NAME: "kubeocr", names.LABEL_INSTANCE: "kubeocr", names.LABEL_COMPONENT: "operator"},
)
RUNTIME, ELSEWHERE = (pod(namespace, **metadata.labels("docs")) for namespace in ("a", "b"))
OTHER = pod("a", app="database")
DNS = pod("kube-system", **{"k8s-app": "kube-dns"})
SERVER, OUTSIDE = host("192.0.2.1"), host("198.51.100.1")
PROMETHEUS = pod("observability", **{names.LABEL_NAME: "prometheus"})
ON = {"networkPolicy": {"enabled": True}}
TIGHT = {
    "watchNamespaces": ["a"],
    "networkPolicy": {
        "enabled": True,
        "apiServer": {"cidrs": ["192.0.2.1/32"], "ports": [6443]},
        "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}],
    },
}


@pytest.fixture(scope="module")
def cyclonus() -> str:
    """The program, built where it is not there."""
    binaries.ensure(versions.POLICIES)
    return str(binaries.BIN / "cyclonus")


def case(
    name: str,
    values: dict[str, Any],
    source: dict[str, Any],
    target: dict[str, Any],
    port: int,
    want: bool,
) -> Any:
    return pytest.param(values, source, target, port, want, id=name)


@pytest.mark.parametrize(
    ("values", "source", "target", "port", "want"),
    [
        case("the API server", ON, OPERATOR, SERVER, 6443, want=True),
        case("the API server, by the port of its Service", ON, OPERATOR, SERVER, 443, want=True),
        case("names", ON, OPERATOR, DNS, 53, want=True),
        case("an OCR server", ON, OPERATOR, RUNTIME, names.HTTP_PORT, want=True),
        case("an OCR server of any namespace", ON, OPERATOR, ELSEWHERE, names.HTTP_PORT, want=True),
        case("another port of it", ON, OPERATOR, RUNTIME, 22, want=False),
        case("somebody else's pod", ON, OPERATOR, OTHER, 5432, want=False),
        case("anybody reads metrics", ON, PROMETHEUS, OPERATOR, names.OPERATOR_PORT, want=True),
        case("nothing else of it is open", ON, PROMETHEUS, OPERATOR, 9000, want=False),
        case("tight: the API server", TIGHT, OPERATOR, SERVER, 6443, want=True),
        case("tight: no other address", TIGHT, OPERATOR, OUTSIDE, 6443, want=False),
        case("tight: no other port", TIGHT, OPERATOR, SERVER, 443, want=False),
        case("tight: an OCR server that is served", TIGHT, OPERATOR, RUNTIME, names.HTTP_PORT, want=True),
        case("tight: one that is not", TIGHT, OPERATOR, ELSEWHERE, names.HTTP_PORT, want=False),
        case("tight: Prometheus reads metrics", TIGHT, PROMETHEUS, OPERATOR, names.OPERATOR_PORT, want=True),
        case("tight: nobody else does", TIGHT, OTHER, OPERATOR, names.OPERATOR_PORT, want=False),
    ],
)
def test_who_may_talk_to_whom(
    cyclonus: str,
    tmp_path: pathlib.Path,
    values: dict[str, Any],
    source: dict[str, Any],
    target: dict[str, Any],
    port: int,
    want: bool,
) -> None:
    policies, traffic = tmp_path / "policies.json", tmp_path / "traffic.json"
    policy = charts.one(charts.render(**values), "NetworkPolicy")
    policies.write_text(json.dumps({"apiVersion": policy["apiVersion"], "kind": "NetworkPolicyList", "items": [policy]}))
    asked = {"Source": source, "Destination": target, "ResolvedPort": port, "ResolvedPortName": "", "Protocol": "TCP"}
    traffic.write_text(json.dumps([asked]))
    files = ["--policy-path", str(policies), "--traffic-path", str(traffic)]
    done = subprocess.run(
        [cyclonus, "analyze", "--mode", "query-traffic", *files], capture_output=True, text=True, check=True, timeout=60
    )
    assert re.findall(r"IS ALLOWED\?\s*\|\s*(TRUE|FALSE)", done.stdout.upper()) == [str(want).upper()]
