"""Where the runtime's pods go. Pure; part of a pod's spec (deployment.py)."""

from collections.abc import Mapping
from typing import Any

from kubeocr_operator import plans


def of(plan: plans.Plan) -> dict[str, Any]:
    """The fields of a PodSpec that say so."""
    spec = plan.spec
    spread = [_selecting(plan, rule) for rule in spec.topology_spread] if spec.topology_spread is not None else [_default(plan)]
    found = {
        "topologySpreadConstraints": spread,
        "nodeSelector": dict(spec.node_selector),
        "tolerations": [toleration.document() for toleration in spec.tolerations],
        "affinity": spec.affinity,
        "priorityClassName": spec.priority_class_name,
        "runtimeClassName": plan.runtime_class_name,
    }
    return {name: value for name, value in found.items() if value}


def _default(plan: plans.Plan) -> dict[str, Any]:
    """Over nodes where there are some, each revision by itself; never a reason not to run."""
    rule = {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}
    return {**_selecting(plan, rule), "matchLabelKeys": ["pod-template-hash"]}


def _selecting(plan: plans.Plan, rule: Mapping[str, Any]) -> dict[str, Any]:
    """A constraint without a selector counts no pod at all; what is meant are the service's own."""
    return {**rule, "labelSelector": rule.get("labelSelector", {"matchLabels": plans.labels(plan.owner.name)})}
