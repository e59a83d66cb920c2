"""Who sets the service's spec.replicas where Kubernetes itself scales it."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans, specs
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A HorizontalPodAutoscaler."""
    scaling = plan.autoscaling
    if scaling is None or scaling.provider != specs.HPA:
        return
    yield {
        **metadata.build(kinds.AUTOSCALER, plan.owner),
        "spec": {
            "scaleTargetRef": metadata.target(plan.owner),
            "minReplicas": scaling.min_replicas,
            "maxReplicas": scaling.max_replicas,
            "metrics": [_metric(metric) for metric in scaling.metrics],
            **({"behavior": scaling.behavior.document()} if scaling.behavior else {}),
        },
    }


def _metric(metric: specs.Metric) -> dict[str, Any]:
    if metric.metric is not None:
        return {"type": "External", "external": _external(metric.metric)}
    if metric.type == specs.QUEUE:
        target = {"type": "AverageValue", "averageValue": str(metric.target)}
        return {"type": "Pods", "pods": {"metric": {"name": names.METRIC_QUEUE_PAGES}, "target": target}}
    percent = {"type": "Utilization", "averageUtilization": metric.percent}
    return {"type": "Resource", "resource": {"name": metric.type, "target": percent}}


def _external(metric: specs.ExternalMetric) -> dict[str, Any]:
    selector = {"selector": {"matchLabels": dict(metric.selector)}} if metric.selector else {}
    value = {"averageValue" if metric.value_type == "AverageValue" else "value": metric.value}
    return {"metric": {"name": metric.name, **selector}, "target": {"type": metric.value_type, **value}}
