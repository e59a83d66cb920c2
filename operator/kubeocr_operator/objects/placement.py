"""Where the runtime's pods go. Pure; part of a pod's spec (deployment.py)."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import model_plans, plans, values

_NODE = "kubernetes.io/hostname"


def of(plan: plans.Plan) -> dict[str, Any]:
    """The fields of a PodSpec that say so."""
    spec = plan.spec
    spread = [_selecting(plan, rule) for rule in spec.topology_spread] if spec.topology_spread is not None else [_default(plan)]
    found = {
        "topologySpreadConstraints": spread,
        "nodeSelector": dict(spec.node_selector),
        "tolerations": [toleration.document() for toleration in spec.tolerations],
        "affinity": affinity(plan),
        "priorityClassName": spec.priority_class_name,
        "runtimeClassName": plan.runtime_class_name,
    }
    return {name: value for name, value in found.items() if value}


def affinity(plan: plans.Plan) -> Mapping[str, Any] | None:
    """The spec's; without one, pods that share a volume for one node go to one node, with the Job that fills it."""
    made = plan.models.made
    if plan.spec.affinity is not None or made is None or made.access_mode != values.ONE_NODE:
        return plan.spec.affinity
    # met by a first pod, too: it is one of those that it selects
    sharing = {"key": names.LABEL_NAME, "operator": "In", "values": [names.COMPONENT, model_plans.BAKE]}
    selector = {"matchLabels": {names.LABEL_OWNER: plan.owner.name}, "matchExpressions": [sharing]}
    term = {"labelSelector": selector, "topologyKey": _NODE}
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _default(plan: plans.Plan) -> dict[str, Any]:
    """Over nodes where there are some, each revision by itself; never a reason not to run."""
    rule = {"maxSkew": 1, "topologyKey": _NODE, "whenUnsatisfiable": "ScheduleAnyway"}
    return {**_selecting(plan, rule), "matchLabelKeys": ["pod-template-hash"]}


def _selecting(plan: plans.Plan, rule: Mapping[str, Any]) -> dict[str, Any]:
    """A constraint without a selector counts no pod at all; what is meant are the service's own."""
    return {**rule, "labelSelector": rule.get("labelSelector", {"matchLabels": plans.labels(plan.owner.name)})}
