"""The pods: hardened for Pod Security `restricted`, probed and drained as the contract says."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names, settings
from kubeocr_operator import kinds, plans, strategic
from kubeocr_operator.objects import metadata, mounts, placement, security

_STARTUP_SECONDS = 600
"""A large model on a busy disk; a pod that is not ready by then is started anew."""
_DEADLINE_SECONDS = _STARTUP_SECONDS + 300
"""When a rollout counts as stuck: the start, and five minutes to pull an image of some GB."""
_SCRATCH = "1Gi"
"""Of /tmp, where libraries keep their caches; uploads and pages stay in memory."""


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A Deployment. `replicas` is always in it, under an autoscaler too: that one scales the OCRService."""
    rolling = {"maxSurge": plan.replacement.max_surge, "maxUnavailable": plan.replacement.max_unavailable}
    yield {
        **metadata.build(kinds.DEPLOYMENT, plan.owner),
        "spec": {
            "replicas": plan.replicas,
            "revisionHistoryLimit": 3,
            "progressDeadlineSeconds": _DEADLINE_SECONDS,
            "selector": {"matchLabels": plans.labels(plan.owner.name)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling},
            "template": strategic.merge({"metadata": _pod_metadata(plan), "spec": _pod(plan)}, plan.spec.pod_template or {}),
        },
    }


def _pod_metadata(plan: plans.Plan) -> dict[str, Any]:
    queue = plan.backends.redis_url
    return {
        "labels": metadata.labels(plan.owner.name),
        **({"annotations": {names.ANNOTATION_QUEUE: queue}} if queue else {}),
    }


def _pod(plan: plans.Plan) -> dict[str, Any]:
    drain = plan.settings.drain_seconds + names.UNREADY_SECONDS + names.GRACE_MARGIN_SECONDS
    return {
        "serviceAccountName": metadata.name(plan.owner.name, names.COMPONENT),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": drain,
        "securityContext": security.pod(),
        "containers": [_container(plan)],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": _SCRATCH}}, *(mount.volume() for mount in mounts.of(plan))],
        **placement.of(plan),
        **({"imagePullSecrets": [{"name": secret} for secret in plan.pull_secrets]} if plan.pull_secrets else {}),
    }


def _container(plan: plans.Plan) -> dict[str, Any]:
    return {
        "name": names.RUNTIME_CONTAINER,
        "image": plan.image,
        "imagePullPolicy": plan.pull_policy,
        "env": [
            *({"name": name, "value": value} for name, value in settings.to_env(plan.settings).items()),
            *(variable.document() for variable in plan.spec.env),
        ],
        "ports": [{"name": names.HTTP_PORT_NAME, "containerPort": plan.settings.port, "protocol": "TCP"}],
        "resources": {
            kind: dict(amounts) for kind, amounts in (("requests", plan.requests), ("limits", plan.limits)) if amounts
        },
        "startupProbe": _probe(plan, names.READYZ, period=1, failures=_STARTUP_SECONDS),
        "readinessProbe": _probe(plan, names.READYZ, period=5, failures=2),
        "livenessProbe": _probe(plan, names.LIVEZ, period=10, failures=6),
        "securityContext": security.container(),
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own, not this machine's
            *(mount.volume_mount() for mount in mounts.of(plan)),
        ],
    }


def _probe(plan: plans.Plan, path: str, *, period: int, failures: int) -> dict[str, Any]:
    """With 5 s to answer: inference may take every core, and a slow answer is no dead pod. Kubelet verifies no certificate."""
    secured = {"scheme": "HTTPS"} if plan.settings.tls_dir else {}
    return {
        "httpGet": {"path": path, "port": names.HTTP_PORT_NAME, **secured},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
