"""Who sets the service's spec.replicas when it scales itself."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A HorizontalPodAutoscaler of the OCRService itself: with one owner of the number, no hand-over can drop pods."""
    scaling = plan.autoscaling
    if scaling is None:
        return
    yield {
        **metadata.build(kinds.AUTOSCALER, plan.owner),
        "spec": {
            "scaleTargetRef": {"apiVersion": names.API_VERSION, "kind": names.KIND, "name": plan.owner.name},
            "minReplicas": scaling.min_replicas,
            "maxReplicas": scaling.max_replicas,
            "metrics": [_utilization(metric.type, metric.target) for metric in scaling.metrics],
        },
    }


def _utilization(resource: str, percent: int) -> dict[str, Any]:
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": resource, "target": target}}
