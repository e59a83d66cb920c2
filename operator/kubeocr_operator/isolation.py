"""Who may ask a service's pods, and whom they may ask, in the terms of NetworkPolicies. Pure; called by plans.py.

https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

import dataclasses
import ipaddress
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import config, ocrservices, specs

Peer = Mapping[str, Any]
"""A NetworkPolicyPeer."""
Rule = Mapping[str, Any]
"""A NetworkPolicyEgressRule."""

NAMESPACE_NAME = "kubernetes.io/metadata.name"
PROMETHEUS: Peer = {"namespaceSelector": {}, "podSelector": {"matchLabels": {names.LABEL_NAME: "prometheus"}}}
"""The pods that the Prometheus operator makes, wherever they are."""
KEDA: Peer = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "keda-operator"}}}
"""Reads the pods' queues where it scales by them."""
_PORTS = {"http": 80, "https": 443, "redis": 6379, "rediss": 6379}
_LISTED = frozenset({"matchLabels", "matchExpressions", "except"})
_DNS_PORTS = tuple({"protocol": protocol, "port": port} for port in (53, 5353) for protocol in ("UDP", "TCP"))
"""Of the pods, which a policy sees; the latter on OpenShift (openshift/cluster-dns-operator, assets/dns/daemonset.yaml)."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Isolation:
    """What the network policies of a service say."""

    callers: tuple[Peer, ...] | None = None
    """Who may ask the runtime; None: anyone."""
    inside: tuple[Rule, ...] | None = None
    """Whom every pod of the service may ask; None: anyone."""
    backends: tuple[Rule, ...] = ()
    """Whom the runtime's pods may ask besides, where `inside` bounds them."""


def resolve(service: ocrservices.OCRService, defaults: config.Config) -> Isolation:
    """What the spec and the cluster's configuration come to."""
    strict = service.spec.offline.strict
    return Isolation(
        callers=_callers(service.spec, defaults) if service.spec.network_policy.enabled else None,
        inside=_inside(service, defaults) if strict else None,
        backends=tuple(_backends(service)) if strict else (),
    )


def of_namespace(name: str) -> Peer:
    """All pods of a namespace."""
    return {"namespaceSelector": {"matchLabels": {NAMESPACE_NAME: name}}}


def server(url: str, namespace: str) -> Rule:
    """How a pod in a namespace may reach the server of a URL.

    A Service inside the cluster is let through by its namespace and on any port: a policy sees the pod's port, which need not
    be the Service's. Of a name outside a policy can say nothing but the port.
    """
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    ports = {"ports": [{"protocol": "TCP", "port": parts.port or _PORTS[parts.scheme]}]}
    if (address := _address(host)) is not None:
        return {"to": [{"ipBlock": {"cidr": str(ipaddress.ip_network(address))}}], **ports}
    within = _namespace(host, namespace)
    return ports if within is None else {"to": [of_namespace(within)]}


def _callers(spec: specs.Spec, defaults: config.Config) -> tuple[Peer, ...]:
    """The operator is one of them: it asks the pods what they have loaded."""
    wanted = tuple(_stored(peer) for peer in spec.network_policy.sources) or ({"podSelector": {}},)
    operator = (of_namespace(defaults.operator_namespace),) if defaults.operator_namespace else ()
    return (*wanted, *operator, *_readers(spec, defaults))


def _stored(value: Any) -> Any:
    """A peer as the API server keeps it: without nulls, and without what selects nothing in a selector."""
    if not isinstance(value, Mapping):
        return value
    return {key: _stored(found) for key, found in value.items() if found is not None and (found or key not in _LISTED)}


def _readers(spec: specs.Spec, defaults: config.Config) -> Iterator[Peer]:
    """Who reads the pods' metrics."""
    if defaults.metrics_peers is not None:
        yield from defaults.metrics_peers
    elif spec.monitoring.service_monitor:
        yield PROMETHEUS
    scaling = spec.autoscaling
    if scaling is not None and scaling.provider == specs.KEDA and scaling.measures(specs.QUEUE):
        yield KEDA


def _inside(service: ocrservices.OCRService, defaults: config.Config) -> tuple[Rule, ...]:
    """The service's own pods, an Ollama or a Redis among them, and the cluster's DNS."""
    own = {"podSelector": {"matchLabels": {names.LABEL_OWNER: service.name}}}
    return {"to": [own]}, {"to": list(defaults.dns_peers), "ports": list(_DNS_PORTS)}


def _backends(service: ocrservices.OCRService) -> Iterator[Rule]:
    """The servers that the spec names. Of one whose URL is in a Secret nothing is known: Redis's own port, wherever it is."""
    spec, redis = service.spec, service.spec.queue.redis
    named = tuple(f"http://{host}" for host in spec.llm.callers_hosts) if spec.llm else ()
    urls = (spec.llm and spec.llm.ollama.url, *named, spec.vlm and spec.vlm.url, redis and redis.url)
    yield from (server(url, service.namespace) for url in urls if url)
    if redis is not None and redis.secret is not None:
        yield {"ports": [{"protocol": "TCP", "port": _PORTS["redis"]}]}


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _namespace(host: str, own: str) -> str | None:
    """The namespace of a Service's name, `ollama` or `ollama.ai.svc...`; None of a name that may be anywhere."""
    parts = host.split(".")
    if len(parts) == 1:
        return own
    return parts[parts.index("svc", 2) - 1] if "svc" in parts[2:] else None
