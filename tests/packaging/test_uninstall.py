"""Nothing that is deleted waits for an operator: it sets no finalizer, and may be gone already."""

import json
import pathlib
from collections.abc import Iterator

import charts
import pytest
import releases
import replicas
from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import kinds

pytestmark = pytest.mark.cluster
IN = ("--namespace", charts.NAMESPACE, "--create-namespace")
LIMIT = "--timeout=120s"


@pytest.fixture
def left(alone: clusters.Cluster, tmp_path: pathlib.Path) -> Iterator[replicas.Space]:
    """A namespace with an OCRService and its children, whose operator is gone for good."""
    releases.helm(alone, "upgrade", "--install", "kubeocr", str(charts.CHART), *IN, values={"replicas": 0})
    releases.kubectl(alone, "wait", "--for=condition=Established", releases.CRD, LIMIT)
    space = replicas.opened(alone, tmp_path)
    operator = space.lead()
    space.spec("left", autoscaling={"maxReplicas": 2})
    replicas.until(lambda: space.get(kinds.AUTOSCALER, "left") and space.status("left").get("conditions"))
    operator.end()
    yield space
    space.close()
    releases.helm(alone, "uninstall", "kubeocr", "--namespace", charts.NAMESPACE, "--ignore-not-found")


def test_a_release_goes_and_leaves_the_crd_and_what_runs(left: replicas.Space) -> None:
    releases.helm(left.cluster, "uninstall", "kubeocr", "--namespace", charts.NAMESPACE, "--wait", "--timeout", "120s")
    assert left.get(kinds.OCR_SERVICE, "left")
    assert left.get(kinds.DEPLOYMENT, "left")
    assert not _roles(left.cluster)


def test_a_service_goes_with_its_children(left: replicas.Space) -> None:
    left.kubectl("delete", f"{names.PLURAL}/left", LIMIT)
    replicas.until(lambda: not [key for key in left.versions() if key[1].startswith("left")], seconds=120)


def test_a_namespace_goes(left: replicas.Space) -> None:
    releases.kubectl(left.cluster, "delete", f"namespace/{left.name}", LIMIT)
    assert left.cluster.kubectl("get", f"namespace/{left.name}").returncode != 0


def test_the_crd_goes_with_every_service_and_its_children(left: replicas.Space) -> None:
    releases.kubectl(left.cluster, "delete", releases.CRD, LIMIT)
    replicas.until(lambda: left.get(kinds.DEPLOYMENT, "left") is None, seconds=120)


def _roles(cluster: clusters.Cluster) -> list[str]:
    found = json.loads(releases.kubectl(cluster, "get", "clusterroles,clusterrolebindings", "-o", "json"))["items"]
    return [item["metadata"]["name"] for item in found if item["metadata"]["name"].startswith("kubeocr")]
