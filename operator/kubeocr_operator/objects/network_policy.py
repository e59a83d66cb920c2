"""Who may ask the pods, and whom they may ask. Takes a network plugin that holds pods to NetworkPolicies; many do, not all."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import isolation, kinds, plans
from kubeocr_operator.objects import metadata

OFFLINE, BACKENDS = "offline", "backends"


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """NetworkPolicies: one for the runtime's callers, one for all pods of an offline service, one for what its runtime asks.

    Policies add up. Probes come from the pod's own node, which no policy keeps out.
    """
    found, runtime = plan.isolation, plans.labels(plan.owner.name)
    if found.callers is not None:
        ports = [{"protocol": "TCP", "port": plan.settings.port}]
        rule = {"from": [dict(peer) for peer in found.callers], "ports": ports}
        spec = {"podSelector": {"matchLabels": runtime}, "policyTypes": ["Ingress"], "ingress": [rule]}
        yield {**metadata.build(kinds.NETWORK_POLICY, plan.owner), "spec": spec}
    if found.inside is not None:
        yield _outgoing(plan, OFFLINE, {names.LABEL_OWNER: plan.owner.name}, found.inside)
    if found.backends:
        yield _outgoing(plan, BACKENDS, runtime, found.backends)


def _outgoing(plan: plans.Plan, part: str, pods: Mapping[str, str], rules: tuple[isolation.Rule, ...]) -> dict[str, Any]:
    spec = {
        "podSelector": {"matchLabels": dict(pods)},
        "policyTypes": ["Egress"],
        "egress": [dict(rule) for rule in rules],
    }
    return {**metadata.build(kinds.NETWORK_POLICY, plan.owner, part=part), "spec": spec}
