"""Who sets the service's spec.replicas where KEDA scales it."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans, specs
from kubeocr_operator.objects import metadata

_EXCLUDED_LABELS = "scaledobject.keda.sh/hpa-excluded-labels"
_POLLING_SECONDS, _COOLDOWN_SECONDS = 30, 300
"""As KEDA has them: https://keda.sh/docs/2.21/reference/scaledobject-spec/"""


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A ScaledObject. KEDA makes a HorizontalPodAutoscaler of it, on which it copies all labels but those that are excluded."""
    scaling = plan.autoscaling
    if scaling is None or scaling.provider != specs.KEDA:
        return
    excluded = {_EXCLUDED_LABELS: ",".join(metadata.labels(plan.owner.name))}
    yield {
        **metadata.build(kinds.SCALED_OBJECT, plan.owner, annotations=excluded),
        "spec": {
            "scaleTargetRef": metadata.target(plan.owner),
            "minReplicaCount": scaling.min_replicas,
            "maxReplicaCount": scaling.max_replicas,
            **(_to_zero(scaling) if scaling.scale_to_zero else {}),
            **(_paced(scaling.behavior) if scaling.behavior else {}),
            "triggers": [_trigger(metric, plan) for metric in scaling.metrics],
        },
    }


def _to_zero(scaling: specs.Autoscaling) -> dict[str, int]:
    """With initialCooldownPeriod: where no trigger was ever active, KEDA takes what runs away at once."""
    cooldown = _COOLDOWN_SECONDS if scaling.cooldown_seconds is None else scaling.cooldown_seconds
    return {
        "idleReplicaCount": 0,
        "pollingInterval": _POLLING_SECONDS if scaling.polling_seconds is None else scaling.polling_seconds,
        "cooldownPeriod": cooldown,
        "initialCooldownPeriod": cooldown,
    }


def _paced(behavior: specs.Behavior) -> dict[str, Any]:
    return {"advanced": {"horizontalPodAutoscalerConfig": {"behavior": behavior.document()}}}


def _trigger(metric: specs.Metric, plan: plans.Plan) -> dict[str, Any]:
    if metric.trigger is not None:
        return _outside(metric.trigger)
    if metric.type == specs.QUEUE:
        return {"type": "metrics-api", "metricType": "AverageValue", "metadata": _queue(metric, plan)}
    return {"type": metric.type, "metricType": "Utilization", "metadata": {"value": str(metric.percent)}}


def _outside(trigger: specs.Trigger) -> dict[str, Any]:
    proof = trigger.authentication
    return {
        "type": trigger.type,
        "metricType": trigger.value_type,
        "metadata": dict(trigger.metadata),
        **({"authenticationRef": {"name": proof.name, "kind": proof.kind}} if proof else {}),
    }


def _queue(metric: specs.Metric, plan: plans.Plan) -> Mapping[str, str]:
    """KEDA asks every pod behind the Service, for which it wants the pods' port, and adds up."""
    scheme = "https" if plan.settings.tls_dir else "http"
    place = f"{plan.owner.name}.{plan.owner.namespace}.svc:{plan.settings.port}"
    return {
        "url": f"{scheme}://{place}{names.METRICS}",
        "format": "prometheus",
        "valueLocation": names.METRIC_QUEUE_PAGES,
        "aggregateFromKubeServiceEndpoints": "true",
        "aggregationType": "sum",
        "targetValue": str(metric.target),
        # the pods are asked by their addresses, which no certificate has
        **({"unsafeSsl": "true"} if plan.settings.tls_dir else {}),
    }
