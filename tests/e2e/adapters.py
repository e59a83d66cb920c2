"""An adapter for custom metrics on a cluster, where it has none: `custom_metrics.py` in a pod."""

import base64
import pathlib
from typing import Any

import sites
from cluster import certificates

_NAME = "custom-metrics"
_API = "v1beta2.custom.metrics.k8s.io"
_SCRIPT = pathlib.Path(__file__).with_name("custom_metrics.py")
_SECURITY = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def install(site: sites.Site) -> None:
    """Runs it in the tests' namespace, whose pods it may list, and waits until the API server asks it."""
    issued = certificates.issue([f"{_NAME}.{sites.NAMESPACE}.svc"])
    files = {name: base64.b64encode(content).decode() for name, content in issued.items()}
    files[_SCRIPT.name] = base64.b64encode(_SCRIPT.read_bytes()).decode()
    site.kubectl("apply", "--server-side", "-f", "-", manifest={"apiVersion": "v1", "kind": "List", "items": [
        _object("v1", "ServiceAccount"),
        _object("rbac.authorization.k8s.io/v1", "RoleBinding", **_may_view()),
        _object("v1", "Secret", data=files),
        _object("v1", "Pod", spec=_pod(site.runtime_image)),
        _object("v1", "Service", spec={"selector": {"app": _NAME}, "ports": [{"port": 443, "targetPort": 8443}]}),
    ]})  # fmt: skip
    site.kubectl("wait", f"pod/{_NAME}", "--for=condition=Ready", "--timeout=60s")
    service = {"name": _NAME, "namespace": sites.NAMESPACE}
    api = {"group": "custom.metrics.k8s.io", "version": "v1beta2", "groupPriorityMinimum": 100, "versionPriority": 100}
    spec = {**api, "service": service, "caBundle": files["ca.crt"]}
    manifest = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": _API}, "spec": spec}
    site.kubectl("apply", "--server-side", "-f", "-", manifest=manifest)
    site.kubectl("wait", f"apiservice/{_API}", "--for=condition=Available", "--timeout=60s")


def remove(site: sites.Site) -> None:
    """Takes the API away, and what served it: discovery waits for an API whose server is gone."""
    site.kubectl("delete", f"apiservice/{_API}")
    site.kubectl("delete", "pod,service,secret,rolebinding,serviceaccount", _NAME, "--wait=false")


def _object(version: str, kind: str, **rest: Any) -> dict[str, Any]:
    metadata = {"name": _NAME, "namespace": sites.NAMESPACE, "labels": {"app": _NAME}}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}


def _may_view() -> dict[str, Any]:
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    return {"roleRef": role, "subjects": [{"kind": "ServiceAccount", "name": _NAME, "namespace": sites.NAMESPACE}]}


def _pod(image: str) -> dict[str, Any]:
    container = {
        "name": "adapter",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", f"/files/{_SCRIPT.name}", "/files"],
        "securityContext": _SECURITY,
        "readinessProbe": {"tcpSocket": {"port": 8443}, "periodSeconds": 1},
        "volumeMounts": [{"name": "files", "mountPath": "/files"}],
    }
    return {
        "serviceAccountName": _NAME,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": 0,
        "containers": [container],
        "volumes": [{"name": "files", "secret": {"secretName": _NAME}}],
    }
