"""Who may ask and be asked, as rules; what the rules come to is in objects/test_network_policy.py."""

import pytest

from kubeocr_operator import config, isolation, ocrservices

INSIDE = config.Config(operator_namespace="kubeocr-system")
AI = isolation.of_namespace("ai")
OPERATOR = isolation.of_namespace("kubeocr-system")
SAME = {"podSelector": {}}
TEAM = {"namespaceSelector": {"matchLabels": {"team": "scans"}}}
SCRAPERS = isolation.of_namespace("observability")
QUEUE = {"maxReplicas": 2, "provider": "keda", "metrics": [{"type": "queue", "target": 9}]}


def tcp(port):
    return [{"protocol": "TCP", "port": port}]


@pytest.fixture
def resolved(body):
    """The isolation of a spec."""

    def resolve(defaults=INSIDE, **spec):
        return isolation.resolve(ocrservices.parse(body(**spec)), defaults)

    return resolve


def test_nobody_is_kept_out_unasked(resolved):
    assert resolved() == isolation.Isolation()


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        pytest.param({}, [SAME, OPERATOR], id="the same namespace"),
        pytest.param({"from": [TEAM]}, [TEAM, OPERATOR], id="whom the user says"),
        pytest.param({"from": [{"podSelector": {"matchLabels": {}}, "ipBlock": None}]}, [SAME, OPERATOR], id="as it is stored"),
    ],
)
def test_callers(resolved, spec, want):
    assert list(resolved(networkPolicy={"enabled": True, **spec}).callers) == want


@pytest.mark.parametrize(
    ("defaults", "spec", "want"),
    [
        pytest.param(config.Config(), {}, [], id="nobody, and no operator where it runs outside"),
        pytest.param(config.Config(), {"monitoring": {"serviceMonitor": True}}, [isolation.PROMETHEUS], id="a ServiceMonitor"),
        pytest.param(config.Config(), {"autoscaling": QUEUE}, [isolation.KEDA], id="KEDA by the queue"),
        pytest.param(config.Config(), {"autoscaling": {"maxReplicas": 2, "provider": "keda"}}, [], id="KEDA by CPU"),
        pytest.param(config.Config(metrics_peers=(SCRAPERS,)), {}, [SCRAPERS], id="those of the configuration always"),
        pytest.param(
            config.Config(metrics_peers=(SCRAPERS,)), {"monitoring": {"serviceMonitor": True}}, [SCRAPERS], id="and alone"
        ),
    ],
)
def test_readers_of_metrics(resolved, defaults, spec, want):
    assert list(resolved(defaults, networkPolicy={"enabled": True}, **spec).callers) == [SAME, *want]


@pytest.mark.parametrize(
    ("url", "want"),
    [
        pytest.param("http://ollama:11434", {"to": [isolation.of_namespace("office")]}, id="a Service of the same namespace"),
        pytest.param("http://ollama.ai.svc:11434", {"to": [AI]}, id="of another one"),
        pytest.param("http://ollama.ai.svc.cluster.local/v1", {"to": [AI]}, id="by its whole name"),
        pytest.param("redis://redis-0.redis.ai.svc:6379/0", {"to": [AI]}, id="a pod behind it"),
        pytest.param("http://10.1.2.3:8000", {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": tcp(8000)}, id="IPv4"),
        pytest.param("https://[fd00::1]/v1", {"to": [{"ipBlock": {"cidr": "fd00::1/128"}}], "ports": tcp(443)}, id="IPv6"),
        pytest.param("http://llm.example.com", {"ports": tcp(80)}, id="a name that may be anywhere"),
        pytest.param("rediss://cache.example.com/0", {"ports": tcp(6379)}, id="with the scheme's port"),
    ],
)
def test_servers(url, want):
    assert isolation.server(url, "office") == want


def test_an_offline_service_asks_its_own_pods_dns_and_the_servers_of_its_spec(resolved):
    found = resolved(
        offline={"strict": True},
        llm={"ollama": {"url": "http://ollama.ai.svc:11434"}, "model": "m", "callersHosts": ["other.llms.svc:11434"]},
        vlm={"url": "http://10.1.2.3:8000/v1"},
        queue={"redis": {"url": "redis://redis.ai.svc/0"}},
    )
    own, dns = found.inside
    assert own == {"to": [{"podSelector": {"matchLabels": {"kubeocr.io/ocrservice": "docs"}}}]}
    assert [peer.keys() for peer in dns["to"]] == [{"namespaceSelector"}, {"ipBlock"}]
    assert [(port["protocol"], port["port"]) for port in dns["ports"]][:2] == [("UDP", 53), ("TCP", 53)]
    other, vlm = isolation.of_namespace("llms"), isolation.server("http://10.1.2.3:8000", "office")
    assert list(found.backends) == [{"to": [AI]}, {"to": [other]}, vlm, {"to": [AI]}]


@pytest.mark.parametrize(
    ("redis", "want"),
    [
        pytest.param({"secret": "redis"}, [{"ports": tcp(6379)}], id="in a Secret, which is not read"),
        pytest.param({"managed": {}}, [], id="its own, which is a pod of the service"),
    ],
)
def test_a_redis_whose_url_the_spec_does_not_have(resolved, redis, want):
    assert list(resolved(offline={"strict": True}, queue={"redis": redis}).backends) == want


def test_where_names_are_answered_is_the_clusters_to_say(resolved):
    found = resolved(config.Config(dns_peers=(SCRAPERS,)), offline={"strict": True})
    assert found.inside[1]["to"] == [SCRAPERS]
