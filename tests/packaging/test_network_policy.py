"""Whom the operator may reach, and who may reach it."""

from typing import Any

import charts
import pytest
from cluster import binaries, policies

from kubeocr_contract import names
from kubeocr_operator.objects import metadata

pytestmark = pytest.mark.cluster
OPERATOR = policies.pod(
    charts.NAMESPACE,
    {names.LABEL_NAME: "kubeocr", names.LABEL_INSTANCE: "kubeocr", names.LABEL_COMPONENT: "operator"},
)
RUNTIME, ELSEWHERE = (policies.pod(namespace, metadata.labels("docs")) for namespace in ("a", "b"))
OTHER = policies.pod("a", {"app": "database"})
DNS = policies.pod("kube-system", {"k8s-app": "kube-dns"})
SERVER, OUTSIDE = policies.End("192.0.2.1"), policies.End("198.51.100.1")
PROMETHEUS = policies.pod("observability", {names.LABEL_NAME: "prometheus"})
ON = {"networkPolicy": {"enabled": True}}
TIGHT = {
    "watchNamespaces": ["a"],
    "networkPolicy": {
        "enabled": True,
        "apiServer": {"cidrs": ["192.0.2.1/32"], "ports": [6443]},
        "from": [{"namespaceSelector": {"matchLabels": {policies.NAMESPACE_NAME: "observability"}}}],
    },
}


@pytest.fixture(scope="module")
def reader() -> None:
    """What reads policies; a given cluster comes without what would build it."""
    try:
        policies.prepare()
    except binaries.Missing as missing:
        pytest.skip(str(missing))


def case(name: str, values: dict[str, Any], source: policies.End, target: policies.End, port: int, *, want: bool) -> Any:
    return pytest.param(values, policies.Connection(source, target, port), want, id=name)


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("values", "asked", "want"),
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
def test_who_may_talk_to_whom(values: dict[str, Any], asked: policies.Connection, want: bool) -> None:
    policy = charts.one(charts.render(**values), "NetworkPolicy")
    assert policies.allowed([policy], asked) == want
