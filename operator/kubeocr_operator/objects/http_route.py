"""A host's requests, by way of a Gateway: https://gateway-api.sigs.k8s.io/reference/spec/#httproute."""

from collections.abc import Iterator
from typing import Any

from kubeocr_operator import kinds, plans, specs
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """An HTTPRoute. Whether its Gateway takes it, that one's controller says in its status."""
    route = plan.spec.route
    if route is None or route.http_route is None:
        return
    service = {"group": "", "kind": kinds.SERVICE.kind, "name": plan.owner.name, "port": plan.service.port, "weight": 1}
    everything = {"path": {"type": "PathPrefix", "value": "/"}}
    yield {
        **metadata.build(kinds.HTTP_ROUTE, plan.owner),
        "spec": {
            "parentRefs": [_parent(route.http_route.gateway)],
            "hostnames": [route.http_route.host],
            "rules": [{"matches": [everything], "backendRefs": [service]}],
        },
    }


def _parent(gateway: specs.Gateway) -> dict[str, str]:
    return {
        "group": kinds.HTTP_ROUTE.group,
        "kind": "Gateway",
        "name": gateway.name,
        **({"namespace": gateway.namespace} if gateway.namespace else {}),
        **({"sectionName": gateway.section_name} if gateway.section_name else {}),
    }
