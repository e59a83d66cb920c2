"""Earlier releases of the project, and Helm's on a real API server."""

import io
import json
import pathlib
import subprocess
import tarfile
from collections.abc import Mapping
from typing import Any

import charts
from cluster import binaries, clusters

from kubeocr_contract import images, names

CRD = f"customresourcedefinition/{names.PLURAL}.{names.GROUP}"
KEPT = charts.ROOT / "tests" / "releases"
PREVIOUS = max(
    (path.parent.name for path in KEPT.glob("*/chart") if path.parent.name != images.PROJECT_VERSION),
    key=lambda version: [int(part) for part in version.split(".")],
)
"""The newest release that is not this checkout's own."""


class Unknown(RuntimeError):
    """A release whose commit this clone does not have; the message says how to get it."""


def unpack(release: str, folder: pathlib.Path) -> pathlib.Path:
    """A release's checkout, out of the repository's history. Raises `Unknown`."""
    log = ("log", "--reverse", "--format=%H", f"--grep=^Release {release}")
    commit = _git(*log).decode().partition("\n")[0]
    if not commit:
        raise Unknown(f"no commit of this clone says 'Release {release}': git fetch --unshallow")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def manifests_of(release: str) -> pathlib.Path:
    """An earlier release's base for kustomize."""
    return KEPT / release / "manifests" / "base"


def helm(cluster: clusters.Cluster, *arguments: str, values: Mapping[str, Any] | None = None) -> str:
    """Runs Helm on a cluster, which has to succeed. Returns what it says."""
    done = attempt(cluster, *arguments, values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout


def attempt(cluster: clusters.Cluster, *arguments: str, values: Mapping[str, Any] | None = None) -> Any:
    """Runs Helm on a cluster; whether it went well is for the caller to judge."""
    chosen = [] if values is None else ["--values", "-"]
    return cluster.run([binaries.tool("helm"), *arguments, *chosen], input=json.dumps(values) if values else None)


def kubectl(cluster: clusters.Cluster, *arguments: str, body: Mapping[str, Any] | None = None) -> str:
    """Runs kubectl, which has to succeed. Returns what it says."""
    done = cluster.kubectl(*arguments, input=None if body is None else json.dumps(body))
    assert done.returncode == 0, done.stderr
    return done.stdout


def chart_of(release: str) -> pathlib.Path:
    """An earlier release's chart."""
    return KEPT / release / "chart"


def crd(cluster: clusters.Cluster) -> dict[str, Any]:
    """The CustomResourceDefinition as it is."""
    found: dict[str, Any] = json.loads(kubectl(cluster, "get", CRD, "-o", "json"))
    return found


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=charts.ROOT, capture_output=True, check=False).stdout
