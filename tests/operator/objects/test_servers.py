"""The servers of a service's own: what all of their pods are held to, and who reaches them."""

import pytest

from kubeocr_operator import config, kinds, objects, ocrservices, plans
from kubeocr_operator.objects import metadata

SPEC = {
    "llm": {"ollama": {"managed": {}}, "model": "qwen3:8b"},
    "queue": {"redis": {"managed": {}}},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "nodeSelector": {"pool": "ocr"},
    "priorityClassName": "high",
    "image": {"pullSecrets": ["mirror"]},
}


@pytest.fixture
def built(body):
    """The children of a spec by kind and name."""

    def build(**spec):
        plan = plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")
        return {(kinds.of(obj), obj["metadata"]["name"]): obj for obj in objects.desired(plan)}

    return build


@pytest.fixture
def pods(built):
    """The pods of Deployments and Jobs, but for the runtime's."""
    return {
        name: obj["spec"]["template"]
        for (kind, name), obj in built(**SPEC).items()
        if kind in {kinds.DEPLOYMENT, kinds.JOB} and name != "docs"
    }


def test_all_pods_pass_the_restricted_standard(pods):
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    assert len(pods) == 3
    for template in pods.values():
        spec = template["spec"]
        assert spec["securityContext"]["runAsNonRoot"]
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not spec["automountServiceAccountToken"]
        (container,) = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }


def test_all_pods_go_where_the_runtime_goes(pods):
    for template in pods.values():
        spec = template["spec"]
        assert spec["nodeSelector"] == {"pool": "ocr"}
        assert spec["tolerations"] == [{"key": "gpu", "operator": "Exists"}]
        assert spec["priorityClassName"] == "high"
        assert spec["imagePullSecrets"] == [{"name": "mirror"}]


@pytest.mark.parametrize(
    ("part", "clients", "types"),
    [
        pytest.param("ollama", {"ocr-runtime", "ollama-pull"}, ["Ingress"], id="Ollama"),
        pytest.param("redis", {"ocr-runtime"}, ["Ingress", "Egress"], id="Redis"),
    ],
)
def test_only_this_service_reaches_its_servers(built, part, clients, types):
    children = built(**SPEC)
    spec = children[kinds.NETWORK_POLICY, f"docs-{part}"]["spec"]
    pod = children[kinds.DEPLOYMENT, f"docs-{part}"]["spec"]["template"]["metadata"]["labels"]
    assert spec["podSelector"]["matchLabels"].items() <= pod.items()
    assert spec["policyTypes"] == types
    (rule,) = spec["ingress"]
    assert [port["port"] for port in rule["ports"]] == [children[kinds.SERVICE, f"docs-{part}"]["spec"]["ports"][0]["port"]]
    assert [peer["podSelector"]["matchLabels"] for peer in rule["from"]] == [
        plans.labels("docs", client) for client in sorted(clients, reverse=part == "redis")
    ]


@pytest.mark.parametrize("managed", [{"pull": False}, {"modelsPath": "/models"}])
def test_an_ollama_that_pulls_nothing_reaches_nobody(built, managed):
    spec = built(llm={"ollama": {"managed": managed}, "model": "m"})[kinds.NETWORK_POLICY, "docs-ollama"]["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in spec


def test_other_models_make_another_job(built):
    def job(*models, **spec):
        found = built(llm={"ollama": {"managed": {"models": models}}, "model": "m"}, **spec)
        return next(name for kind, name in found if kind == kinds.JOB)

    assert job() == job(image={"repository": "site/ocr", "tag": "2"})
    assert job() != job("n")


def test_the_name_of_a_job_fits_into_a_label(built):
    longest = f"{'x' * 52}-pull-{metadata.digest({})}"
    assert len(longest) == 63


def test_the_one_pod_goes_before_its_successor_comes(built):
    children = built(**SPEC)
    for part in ("ollama", "redis"):
        spec = children[kinds.DEPLOYMENT, f"docs-{part}"]["spec"]
        assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
        claimed = spec["template"]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
        assert (kinds.CLAIM, claimed) in children
