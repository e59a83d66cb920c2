"""Who may talk to whom."""

import pytest
from cluster import binaries, policies

from kubeocr_contract import names
from kubeocr_operator import isolation, plans
from kubeocr_operator.objects import metadata, network_policy

PORT = names.HTTP_PORT
STRICT = {"offline": {"strict": True}}
GUARDED = {"networkPolicy": {"enabled": True}}


def of_service(component=names.COMPONENT, owner="docs"):
    """A pod of an OCRService in the namespace office."""
    return policies.pod("office", metadata.labels(owner, component))


RUNTIME, OTHER = of_service(), of_service(owner="other")
OLLAMA, BAKER = of_service("ollama"), of_service("bake")
NEIGHBOUR, STRANGER = policies.pod("office", {"app": "web"}), policies.pod("elsewhere", {"app": "web"})
OPERATOR = policies.pod("kubeocr-system", {names.LABEL_NAME: "kubeocr"})
PROMETHEUS = policies.pod("observability", {names.LABEL_NAME: "prometheus"})
KEDA = policies.pod("keda", {"app": "keda-operator"})
INGRESS = policies.pod("ingress-nginx", {"app": "nginx"})
DNS, LLM = policies.pod("kube-system", {"k8s-app": "kube-dns"}), policies.pod("ai", {"app": "vllm"})
OUTSIDE = policies.End("192.0.2.1")


@pytest.fixture(scope="module")
def reader():
    """What reads policies; a given cluster comes without what would build it."""
    try:
        policies.prepare()
    except binaries.Missing as missing:
        pytest.skip(str(missing))


def case(name, spec, source, target, want, port=PORT, protocol="TCP"):
    return pytest.param(spec, source, target, port, protocol, want, id=name)


MONITORED = GUARDED | {"monitoring": {"serviceMonitor": True}}
BY_QUEUE = GUARDED | {
    "autoscaling": {"maxReplicas": 2, "provider": "keda", "metrics": [{"type": "queue", "target": 9}]},
}
ROUTED = {"networkPolicy": {"enabled": True, "from": [isolation.of_namespace("ingress-nginx")]}}
LEANING = STRICT | {
    "llm": {"ollama": {"url": "http://llm.ai.svc:80"}, "model": "m"},
    "vlm": {"url": "http://192.0.2.1:8000/v1"},
}
SECRET = STRICT | {"queue": {"redis": {"secret": "redis"}}}


@pytest.mark.cluster
@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("spec", "source", "target", "port", "protocol", "want"),
    [
        case("anyone without a policy", {}, STRANGER, RUNTIME, True),
        case("guarded: a neighbour", GUARDED, NEIGHBOUR, RUNTIME, True),
        case("guarded: another namespace", GUARDED, STRANGER, RUNTIME, False),
        case("guarded: from outside", GUARDED, OUTSIDE, RUNTIME, False),
        case("guarded: the operator", GUARDED, OPERATOR, RUNTIME, True),
        case("guarded: another port", GUARDED, NEIGHBOUR, RUNTIME, False, 22),
        case("guarded: another service's pods", GUARDED, STRANGER, OTHER, True),
        case("guarded: Prometheus that nobody asked for", GUARDED, PROMETHEUS, RUNTIME, False),
        case("guarded: Prometheus", MONITORED, PROMETHEUS, RUNTIME, True),
        case("guarded: KEDA that does not ask", GUARDED, KEDA, RUNTIME, False),
        case("guarded: KEDA", BY_QUEUE, KEDA, RUNTIME, True),
        case("guarded: the ingress controller that is named", ROUTED, INGRESS, RUNTIME, True),
        case("guarded: a neighbour that is not", ROUTED, NEIGHBOUR, RUNTIME, False),
        case("guarded: the pods may ask", GUARDED, RUNTIME, OUTSIDE, True, 443),
        case("offline: outside", STRICT, RUNTIME, OUTSIDE, False, 443),
        case("offline: an Ollama of its own, outside", STRICT, OLLAMA, OUTSIDE, False, 443),
        case("offline: a Job of its own, outside", STRICT, BAKER, OUTSIDE, False, 443),
        case("offline: a neighbour", STRICT, RUNTIME, NEIGHBOUR, False, 80),
        case("offline: DNS", STRICT, RUNTIME, DNS, True, 53, "UDP"),
        case("offline: DNS of long answers", STRICT, RUNTIME, DNS, True, 53),
        case("offline: no other port there", STRICT, RUNTIME, DNS, False, 443),
        case("offline: DNS elsewhere", STRICT, RUNTIME, OUTSIDE, False, 53, "UDP"),
        case("offline: an Ollama of its own", STRICT, RUNTIME, OLLAMA, True, 11434),
        case("offline: another service's", STRICT, RUNTIME, of_service("ollama", "other"), False, 11434),
        case("offline: another service goes on", STRICT, OTHER, OUTSIDE, True, 443),
        case("offline: who asks it", STRICT, STRANGER, RUNTIME, True),
        case("offline: a Service's pods, whatever their port", LEANING, RUNTIME, LLM, True, 8080),
        case("offline: not for the others of the service", LEANING, OLLAMA, LLM, False, 8080),
        case("offline: an address", LEANING, RUNTIME, OUTSIDE, True, 8000),
        case("offline: no other port of it", LEANING, RUNTIME, OUTSIDE, False, 443),
        case("offline: a Redis that a Secret names", SECRET, RUNTIME, OUTSIDE, True, 6379),
    ],
)
def test_who_may_talk_to_whom(plan, spec, source, target, port, protocol, want):
    built = network_policy.build(plan(**spec))
    assert policies.allowed(built, policies.Connection(source, target, port, protocol)) == want


def test_there_is_no_policy_unasked(plan):
    assert list(network_policy.build(plan())) == []


def test_the_operator_and_kubelet_ask_the_port_that_is_open(plan):
    (policy,) = network_policy.build(plan(**GUARDED))
    assert policy["spec"]["podSelector"]["matchLabels"] == plans.labels("docs")
    assert policy["spec"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": PORT}]
