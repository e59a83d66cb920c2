"""What the servers of a service's own have in common: one hardened pod, its volume, its address, who may reach it. Pure."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubeocr_operator import backend_plans, kinds, plans
from kubeocr_operator.objects import metadata, security

Object = dict[str, Any]
SCRATCH = "1Gi"
"""Of /tmp."""


def deployment(plan: plans.Plan, server: backend_plans.Server, container: Mapping[str, Any], *, home: str) -> Object:
    """A Deployment of one pod, whose `container` has what is particular to the server; `home` is where its volume is.

    Its volume is for one node at a time, so the old pod goes before the new one comes.
    """
    return {
        **metadata.build(kinds.DEPLOYMENT, plan.owner, part=server.part),
        "spec": {
            "replicas": server.replicas,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": plans.labels(plan.owner.name, server.part)},
            "strategy": {"type": "Recreate"},
            "template": {
                "metadata": {"labels": metadata.labels(plan.owner.name, server.part)},
                "spec": pod(plan, server, {"name": server.part, **_container(server, home), **container}),
            },
        },
    }


def pod(plan: plans.Plan, server: backend_plans.Server, container: Mapping[str, Any]) -> Object:
    """A pod's spec: on the same nodes as the runtime's, with no way to the API server."""
    name = metadata.name(plan.owner.name, server.part)
    data = {"persistentVolumeClaim": {"claimName": name}} if server.storage else {"emptyDir": {}}
    return {
        **shared(plan),
        "containers": [dict(container)],
        "volumes": [{"name": "data", **data}, {"name": "tmp", "emptyDir": {"sizeLimit": SCRATCH}}],
        **({"runtimeClassName": server.runtime_class_name} if server.runtime_class_name else {}),
    }


def shared(plan: plans.Plan) -> Object:
    """What all pods around a runtime have, those of Jobs included."""
    spec = plan.spec
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": security.pod_with_many_files(),
        **({"nodeSelector": dict(spec.node_selector)} if spec.node_selector else {}),
        **({"tolerations": [toleration.document() for toleration in spec.tolerations]} if spec.tolerations else {}),
        **({"priorityClassName": spec.priority_class_name} if spec.priority_class_name else {}),
        **({"imagePullSecrets": [{"name": secret} for secret in plan.pull_secrets]} if plan.pull_secrets else {}),
    }


def probes(check: Mapping[str, Any], *, startup_seconds: int) -> Object:
    """All three of a container ask the same; with 5 s to answer, as what answers may be busy."""
    counts = {"startupProbe": (1, startup_seconds), "readinessProbe": (5, 2), "livenessProbe": (10, 6)}
    return {
        probe: {**copy.deepcopy(check), "periodSeconds": period, "timeoutSeconds": 5, "failureThreshold": failures}
        for probe, (period, failures) in counts.items()
    }


def service(plan: plans.Plan, server: backend_plans.Server) -> Object:
    """The Service that leads to it."""
    port = {"name": server.part, "port": server.port, "protocol": "TCP", "targetPort": server.part}
    return {
        **metadata.build(kinds.SERVICE, plan.owner, part=server.part),
        "spec": {"type": "ClusterIP", "selector": plans.labels(plan.owner.name, server.part), "ports": [port]},
    }


def claim(plan: plans.Plan, server: backend_plans.Server) -> Iterable[Object]:
    """The claim of its volume, where it has one. It stays when the spec no longer wants the server."""
    storage = server.storage
    if storage is None:
        return
    chosen = {} if storage.storage_class_name is None else {"storageClassName": storage.storage_class_name}
    yield {
        **metadata.build(kinds.CLAIM, plan.owner, part=server.part),
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage.size}}, **chosen},
    }


def guard(plan: plans.Plan, server: backend_plans.Server, clients: Sequence[str], *, alone: bool) -> Object:
    """A NetworkPolicy: the parts of this service that may reach it; `alone`: it reaches nobody.

    It takes the place of a password: neither server's own would change without a restart.
    """
    peers = [{"podSelector": {"matchLabels": plans.labels(plan.owner.name, part)}} for part in clients]
    allowed = {"from": peers, "ports": [{"port": server.port, "protocol": "TCP"}]}
    return {
        **metadata.build(kinds.NETWORK_POLICY, plan.owner, part=server.part),
        "spec": {
            "podSelector": {"matchLabels": plans.labels(plan.owner.name, server.part)},
            "policyTypes": ["Ingress", "Egress"] if alone else ["Ingress"],
            "ingress": [allowed],
        },
    }


def _container(server: backend_plans.Server, home: str) -> Object:
    return {
        "image": server.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": server.part, "containerPort": server.port, "protocol": "TCP"}],
        "resources": {
            kind: dict(amounts) for kind, amounts in (("requests", server.requests), ("limits", server.limits)) if amounts
        },
        "securityContext": security.container(),
        "volumeMounts": [
            {"name": "data", "mountPath": home},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own, not this machine's
        ],
    }
