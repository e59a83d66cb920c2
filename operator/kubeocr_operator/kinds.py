"""The kinds that the operator reads and writes, and what it may do to each: paths, watches and RBAC all come from here."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import names

WATCHED = frozenset({"get", "list", "watch"})
APPLIED = WATCHED | {"create", "patch"}
"""A server-side apply of an object that is not there is a create to the authorizer."""
PRUNED = APPLIED | {"delete"}
"""Of what a spec can want no more."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of object, with the verbs that the operator emits on it and on its subresource."""

    group: str
    version: str
    kind: str
    plural: str
    verbs: frozenset[str]
    status_verbs: frozenset[str] = frozenset()
    """On the `status` subresource."""
    scale_verbs: frozenset[str] = frozenset()
    """On the `scale` subresource."""
    namespaced: bool = True
    optional: bool = False
    """Whether a cluster may do without this API; what needs it is then said in a condition."""

    @property
    def api_version(self) -> str:
        """As an object's apiVersion has it."""
        return f"{self.group}/{self.version}" if self.group else self.version


OCR_SERVICE = Kind(
    group=names.GROUP,
    version=names.VERSION,
    kind=names.KIND,
    plural=names.PLURAL,
    verbs=WATCHED,
    status_verbs=frozenset({"patch"}),
    scale_verbs=frozenset({"patch"}),
)
SERVICE_ACCOUNT = Kind(group="", version="v1", kind="ServiceAccount", plural="serviceaccounts", verbs=APPLIED)
CLAIM = Kind(group="", version="v1", kind="PersistentVolumeClaim", plural="persistentvolumeclaims", verbs=APPLIED)
"""Never deleted by the operator: what is on a volume may be all that there is. It goes with its OCRService."""
JOB = Kind(group="batch", version="v1", kind="Job", plural="jobs", verbs=PRUNED)
DEPLOYMENT = Kind(group="apps", version="v1", kind="Deployment", plural="deployments", verbs=PRUNED)
SERVICE = Kind(group="", version="v1", kind="Service", plural="services", verbs=PRUNED)
AUTOSCALER = Kind(
    group="autoscaling", version="v2", kind="HorizontalPodAutoscaler", plural="horizontalpodautoscalers", verbs=PRUNED
)
DISRUPTION_BUDGET = Kind(group="policy", version="v1", kind="PodDisruptionBudget", plural="poddisruptionbudgets", verbs=APPLIED)
NETWORK_POLICY = Kind(group="networking.k8s.io", version="v1", kind="NetworkPolicy", plural="networkpolicies", verbs=PRUNED)
INGRESS = Kind(group="networking.k8s.io", version="v1", kind="Ingress", plural="ingresses", verbs=PRUNED)
HTTP_ROUTE = Kind(
    group="gateway.networking.k8s.io", version="v1", kind="HTTPRoute", plural="httproutes", verbs=PRUNED, optional=True
)
SCALED_OBJECT = Kind(
    group="keda.sh", version="v1alpha1", kind="ScaledObject", plural="scaledobjects", verbs=PRUNED, optional=True
)
SERVICE_MONITOR = Kind(
    group="monitoring.coreos.com", version="v1", kind="ServiceMonitor", plural="servicemonitors", verbs=PRUNED, optional=True
)
PROMETHEUS_RULE = Kind(
    group="monitoring.coreos.com", version="v1", kind="PrometheusRule", plural="prometheusrules", verbs=PRUNED, optional=True
)
POD = Kind(group="", version="v1", kind="Pod", plural="pods", verbs=frozenset({"list"}))
NODE = Kind(group="", version="v1", kind="Node", plural="nodes", verbs=frozenset({"list"}), namespaced=False)
EVENT = Kind(group="events.k8s.io", version="v1", kind="Event", plural="events", verbs=frozenset({"create", "list"}))
LEASE = Kind(
    group="coordination.k8s.io", version="v1", kind="Lease", plural="leases", verbs=frozenset({"get", "create", "update"})
)

CHILDREN = (
    SERVICE_ACCOUNT, CLAIM, JOB, DEPLOYMENT, SERVICE, DISRUPTION_BUDGET, AUTOSCALER, NETWORK_POLICY, INGRESS,
)  # fmt: skip
"""What an OCRService can own on every cluster."""
OPTIONAL = (HTTP_ROUTE, SCALED_OBJECT, SERVICE_MONITOR, PROMETHEUS_RULE)
"""What an OCRService can own where the API is there."""
SCALERS = (AUTOSCALER, SCALED_OBJECT)
"""What sets spec.replicas: one of them at a time."""
OWNED = (*CHILDREN, *OPTIONAL)


def of(obj: Mapping[str, Any]) -> Kind:
    """The kind of an object that an OCRService can own."""
    return _BY_NAME[obj["apiVersion"], obj["kind"]]


_BY_NAME = {(kind.api_version, kind.kind): kind for kind in OWNED}
