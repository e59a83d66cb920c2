"""The address of the pods."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A Service. Its node port and its load balancer are the cluster's to choose, and so not in it."""
    port = {"name": names.HTTP_PORT_NAME, "port": plan.service.port, "protocol": "TCP", "targetPort": names.HTTP_PORT_NAME}
    secured = {"appProtocol": "https"} if plan.settings.tls_dir else {}
    yield {
        **metadata.build(kinds.SERVICE, plan.owner, annotations=plan.service.annotations),
        "spec": {"type": plan.service.type, "selector": plans.labels(plan.owner.name), "ports": [{**port, **secured}]},
    }
