"""What every pod of a service is held to: Pod Security `restricted`, and a root file system that nobody writes to. Pure.

https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
"""

from typing import Any

USER = 65532
"""No root, and no user that a node would have. The runtime's images know it; others do not need to."""


def pod() -> dict[str, Any]:
    """A pod's securityContext. Volumes get the user's group."""
    return {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "runAsGroup": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def pod_with_many_files() -> dict[str, Any]:
    """Likewise; where a volume has the group already, its files are not walked through at each start."""
    return {**pod(), "fsGroupChangePolicy": "OnRootMismatch"}


def container() -> dict[str, Any]:
    """A container's securityContext."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
