"""What makes a Prometheus read the pods' metrics."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata

_INTERVAL = "30s"


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A ServiceMonitor. Its label of the OCRService is what the alerts and the dashboard go by.

    Pods are asked by their addresses, which no certificate has, and metrics are no secret: no certificate is verified.
    """
    wanted = plan.spec.monitoring
    if not wanted.service_monitor:
        return
    secured = {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True}} if plan.settings.tls_dir else {}
    yield {
        **metadata.labelled(metadata.build(kinds.SERVICE_MONITOR, plan.owner), wanted.labels),
        "spec": {
            "selector": {"matchLabels": plans.labels(plan.owner.name)},
            "targetLabels": [names.LABEL_OWNER],
            "endpoints": [{"port": names.HTTP_PORT_NAME, "path": names.METRICS, "interval": _INTERVAL, **secured}],
        },
    }
