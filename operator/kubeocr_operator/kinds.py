"""The kinds that the operator reads and writes, and what it may do to each: paths, watches and RBAC all come from here."""

import dataclasses

from kubeocr_contract import names

WATCHED = frozenset({"get", "list", "watch"})
APPLIED = WATCHED | {"create", "patch"}
"""A server-side apply of an object that is not there is a create to the authorizer."""


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
    namespaced: bool = True

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
)
SERVICE_ACCOUNT = Kind(group="", version="v1", kind="ServiceAccount", plural="serviceaccounts", verbs=APPLIED)
DEPLOYMENT = Kind(group="apps", version="v1", kind="Deployment", plural="deployments", verbs=APPLIED)
SERVICE = Kind(group="", version="v1", kind="Service", plural="services", verbs=APPLIED)
AUTOSCALER = Kind(
    group="autoscaling",
    version="v2",
    kind="HorizontalPodAutoscaler",
    plural="horizontalpodautoscalers",
    verbs=APPLIED | {"delete"},
)
DISRUPTION_BUDGET = Kind(group="policy", version="v1", kind="PodDisruptionBudget", plural="poddisruptionbudgets", verbs=APPLIED)
NODE = Kind(group="", version="v1", kind="Node", plural="nodes", verbs=frozenset({"list"}), namespaced=False)
EVENT = Kind(group="events.k8s.io", version="v1", kind="Event", plural="events", verbs=frozenset({"create"}))
LEASE = Kind(
    group="coordination.k8s.io", version="v1", kind="Lease", plural="leases", verbs=frozenset({"get", "create", "update"})
)

CHILDREN = (SERVICE_ACCOUNT, DEPLOYMENT, SERVICE, DISRUPTION_BUDGET, AUTOSCALER)
"""What an OCRService can own, in the order in which it is applied."""
SOMETIMES = (AUTOSCALER,)
"""The children that a spec can want no more."""
