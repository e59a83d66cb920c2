"""A host's requests, by way of the cluster's ingress controller."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans, specs
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """An Ingress. How its controller speaks to pods with TLS, and what it lets through, are annotations of that controller."""
    route = plan.spec.route
    if route is None or route.ingress is None:
        return
    yield {
        **metadata.build(kinds.INGRESS, plan.owner, annotations=route.ingress.annotations),
        "spec": {
            **({"ingressClassName": route.ingress.class_name} if route.ingress.class_name else {}),
            **_tls(route.ingress),
            "rules": [{"host": route.ingress.host, "http": {"paths": [_path(plan)]}}],
        },
    }


def _tls(ingress: specs.Ingress) -> dict[str, Any]:
    return {"tls": [{"hosts": [ingress.host], "secretName": ingress.tls_secret}]} if ingress.tls_secret else {}


def _path(plan: plans.Plan) -> dict[str, Any]:
    service = {"name": plan.owner.name, "port": {"name": names.HTTP_PORT_NAME}}
    return {"path": "/", "pathType": "Prefix", "backend": {"service": service}}
