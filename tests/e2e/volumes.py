"""Volumes by hand, for clusters that provision none: a folder of the node, open to every user."""

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import sites

CLASS = "by-hand"
"""A StorageClass that nothing needs to know: claim and volume that name it find each other."""
_OPEN = "import os; os.chmod('/volume', 0o777)"
_EMPTY = "import pathlib, shutil; [shutil.rmtree(p) if p.is_dir() else p.unlink() for p in pathlib.Path('/volume').iterdir()]"


@contextlib.contextmanager
def for_claim(site: sites.Site, claim: str, *, size: str = "1Gi") -> Iterator[Callable[[str], None]]:
    """A volume that a claim of the tests' namespace gets and nobody else, with what is on it gone at the end.

    What it yields runs a script of Python as root, to which the volume is /volume.
    """
    name = f"{claim}-{uuid.uuid4().hex[:8]}"
    folder = {"path": f"/var/tmp/kubeocr-{name}", "type": "DirectoryOrCreate"}
    spec = {
        "capacity": {"storage": size},
        "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
        "storageClassName": CLASS,
        "persistentVolumeReclaimPolicy": "Retain",
        "claimRef": {"namespace": sites.NAMESPACE, "name": claim},
        "hostPath": folder,
    }
    _on_the_node(site, name, folder, _OPEN)
    volume = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}
    site.kubectl("apply", "-f", "-", manifest=volume)
    try:
        yield lambda script: _on_the_node(site, name, folder, script)
    finally:
        site.kubectl("delete", f"pv/{name}", "--wait=false")
        _on_the_node(site, name, folder, _EMPTY)


def _on_the_node(site: sites.Site, name: str, folder: dict[str, str], script: str) -> None:
    """Runs a script of Python as root on a folder of the node."""
    container: dict[str, Any] = {
        "name": "shell",
        "image": site.runtime_image,
        "command": ["python3", "-c", script],
        "volumeMounts": [{"name": "volume", "mountPath": "/volume"}],
    }
    volumes = [{"name": "volume", "hostPath": folder}]
    spec = {"restartPolicy": "Never", "securityContext": {"runAsUser": 0}, "containers": [container], "volumes": volumes}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    site.kubectl("apply", "-f", "-", manifest=manifest, namespace="default")
    site.kubectl("wait", f"pod/{name}", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s", namespace="default")
    site.kubectl("delete", f"pod/{name}", namespace="default")
