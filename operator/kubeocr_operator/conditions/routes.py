"""Whether somebody took what leads requests in from outside: Routed. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubeocr_operator import kinds
from kubeocr_operator.conditions import findings

_Object = Mapping[str, Any]
_DECISIVE = ("Accepted", "ResolvedRefs")
"""https://gateway-api.sigs.k8s.io/reference/spec/#routeconditiontype"""


def routed(found: findings.Findings) -> findings.Statement | None:
    """Whether the controllers of Ingress and Gateway took the routes; nothing where the spec has none."""
    route = found.plan.spec.route if found.plan is not None else None
    if route is None:
        return None
    wanted = ((kinds.INGRESS, route.ingress, _ingress), (kinds.HTTP_ROUTE, route.http_route, _http_route))
    live = {obj["kind"]: obj for obj in found.routes}
    said = [tell(live.get(kind.kind)) for kind, part, tell in wanted if part is not None]
    worst = min(said, key=lambda each: ("False", "Unknown", "True").index(each.status))
    message = "; ".join(each.message for each in said)
    return findings.Statement(findings.ROUTED, worst.status, worst.reason, message)


def _ingress(live: _Object | None) -> findings.Statement:
    """A controller that serves an Ingress writes its addresses on it."""
    if live is None:
        return _pending(f"{kinds.INGRESS.kind} is not there yet")
    places = live.get("status", {}).get("loadBalancer", {}).get("ingress", ())
    addresses = [str(place.get("hostname") or place.get("ip", "")) for place in places]
    if not addresses:
        named = live["spec"].get("ingressClassName")
        return _pending(f"no ingress controller has said that it serves {'class ' + named if named else 'the default class'}")
    return _taken(f"the ingress controller serves it at {', '.join(addresses)}")


def _http_route(live: _Object | None) -> findings.Statement:
    """A Gateway's controller writes conditions for each parent."""
    if live is None:
        return _pending(f"{kinds.HTTP_ROUTE.kind} is not there yet")
    parents = live.get("status", {}).get("parents", ())
    refused = [f"Gateway {_name(parent)}: {words}" for parent in parents for words in _refusals(parent)]
    if refused:
        return findings.Statement(findings.ROUTED, "False", findings.NOT_TAKEN, "; ".join(refused))
    taken = [_name(parent) for parent in parents if _holds(parent, "Accepted", live)]
    if not taken:
        wanted = ", ".join(reference["name"] for reference in live["spec"]["parentRefs"])
        return _pending(f"no controller has said that Gateway {wanted} takes it")
    return _taken(f"Gateway {', '.join(taken)} takes it")


def _refusals(parent: _Object) -> Iterator[str]:
    for found in parent.get("conditions", ()):
        if found["type"] in _DECISIVE and found["status"] == "False":
            yield f"{found['reason']}: {found['message']}"


def _holds(parent: _Object, kind: str, live: _Object) -> bool:
    """Whether a condition holds of the route as it is, not as it was."""
    found = findings.condition(parent, kind)
    return found.get("status") == "True" and found.get("observedGeneration", 0) >= live["metadata"]["generation"]


def _name(parent: _Object) -> str:
    reference = parent["parentRef"]
    return f"{reference['namespace']}/{reference['name']}" if "namespace" in reference else str(reference["name"])


def _taken(message: str) -> findings.Statement:
    return findings.Statement(findings.ROUTED, "True", findings.TAKEN, message)


def _pending(message: str) -> findings.Statement:
    return findings.Statement(findings.ROUTED, "Unknown", findings.PENDING, message)
