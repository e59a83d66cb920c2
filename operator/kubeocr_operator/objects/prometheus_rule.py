"""What a person has to be told of a service, as alerts of Prometheus: from the metrics of its pods alone."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata

OWNER_LABEL = re.sub("[^a-zA-Z0-9_]", "_", names.LABEL_OWNER)
"""How a ServiceMonitor's targetLabels names the label: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels."""
_SUM = f"sum by (namespace, {OWNER_LABEL})"
"""Over the pods, with the labels that the alerts of the chart have: an Alertmanager that gets both takes them for one."""
_SLOW_SECONDS = 30
"""Of a page's reading, without its wait; a newspaper's takes ten (the buckets of kubeocr_runtime/metrics.py)."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Alert:
    name: str
    query: str
    summary: str
    description: str
    severity: str = "warning"
    minutes: int = 10

    def document(self) -> dict[str, Any]:
        return {
            "alert": self.name,
            "expr": self.query,
            "for": f"{self.minutes}m",
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary, "description": self.description},
        }


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A PrometheusRule. Of a service that is to have no pods it does not say that there are none."""
    wanted = plan.spec.monitoring
    if not wanted.prometheus_rule:
        return
    alerts = [*([_no_pod(plan)] if plan.replicas else []), _errors(plan), _queue(plan), _slow(plan)]
    yield {
        **metadata.labelled(metadata.build(kinds.PROMETHEUS_RULE, plan.owner), wanted.labels),
        "spec": {"groups": [{"name": plan.owner.name, "rules": [alert.document() for alert in alerts]}]},
    }


def _no_pod(plan: plans.Plan) -> _Alert:
    return _Alert(
        name="KubeOCRNoPod",
        query=f"absent({names.METRIC_QUEUE_PAGES}{{{_of(plan)}}})",
        severity="critical",
        minutes=5,
        summary=f"No pod of {_name(plan)} tells its metrics",
        description=f"kubectl describe {names.SHORT_NAME} {plan.owner.name} says what the pods lack. "
        "Where they are ready, Prometheus cannot reach them.",
    )


def _errors(plan: plans.Plan) -> _Alert:
    failed = _rate(f"{names.METRIC_REQUESTS}_total", plan, 'status=~"5.."')
    return _Alert(
        name="KubeOCRErrorRate",
        query=f"{_SUM} ({failed}) / {_SUM} ({_rate(f'{names.METRIC_REQUESTS}_total', plan)}) > 0.05",
        summary=f"{_name(plan)} fails {{{{ $value | humanizePercentage }}}} of its requests",
        description="503 is a pod that starts or ends, 504 a deadline that passed, 500 a fault; the pods' logs name each.",
    )


def _queue(plan: plans.Plan) -> _Alert:
    refused = _rate(f"{names.METRIC_REQUESTS}_total", plan, 'status="429"')
    return _Alert(
        name="KubeOCRQueueFull",
        query=f"{_SUM} ({refused}) > 0",
        summary=f"{_name(plan)} turns pages away",
        description="More pages come in than its pods read. More replicas or a higher maximum of the autoscaler help.",
    )


def _slow(plan: plans.Plan) -> _Alert:
    read = _rate(f"{names.METRIC_PAGE_SECONDS}_bucket", plan, 'stage="inference"')
    return _Alert(
        name="KubeOCRSlowPages",
        query=f"histogram_quantile(0.95, sum by (le, namespace, {OWNER_LABEL}) ({read})) > {_SLOW_SECONDS}",
        summary=f"One page of {_name(plan)} in twenty takes {{{{ $value | humanizeDuration }}}} to be read",
        description="Pages are larger than they need to be, or the pods have too little CPU: see their requests and the nodes.",
    )


def _rate(metric: str, plan: plans.Plan, *more: str) -> str:
    return f"rate({metric}{{{','.join((_of(plan), *more))}}}[5m])"


def _of(plan: plans.Plan) -> str:
    return f'namespace="{plan.owner.namespace}",{OWNER_LABEL}="{plan.owner.name}"'


def _name(plan: plans.Plan) -> str:
    return f"{plan.owner.namespace}/{plan.owner.name}"
