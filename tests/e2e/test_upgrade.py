"""From the previous release to this checkout on a real node: chart, CRD and operator go under traffic, and no pod notices."""

import dataclasses
import json
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
import releases
import sites
from cluster import clusters, images, own

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image, pytest.mark.timeout(1200)]  # four images may have to be built first
ROUTE = "/ocr/ppocrv6"
SHAPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "scaled": {"autoscaling": {"maxReplicas": 2}, "limits": {"pages": 100}, "languages": ["en"]},
    "stopped": {"replicas": 0, "service": {"type": "NodePort"}},
}
RUNNING = [name for name, spec in SHAPES.items() if spec.get("replicas") != 0]
CHILDREN = "deployments,services,serviceaccounts,poddisruptionbudgets,horizontalpodautoscalers"
_LOG = pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log"


@dataclasses.dataclass(frozen=True)
class Upgrade:
    """A site of the previous release, and the images of this checkout that its cluster has too."""

    site: sites.Site
    operator: images.Image
    runtime: images.Image


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Service -> uid and restarts of each of its pods; child -> when the operator last wrote it."""

    pods: dict[str, list[tuple[str, int]]]
    writes: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Upgraded(Upgrade):
    """The same with this checkout's chart and operator, and how it went."""

    before: Snapshot
    after: Snapshot
    traffic: dict[str, Any]


@pytest.fixture(scope="module")
def upgrade() -> Iterator[Upgrade]:
    """A cluster with the previous release and services of several shapes, all of them ready."""
    if clusters.given() is not None:
        pytest.skip("installs the previous release, and with it its CRD: not on a cluster that is somebody's")
    with tempfile.TemporaryDirectory() as folder:
        try:
            checkout = images.Checkout(releases.unpack(releases.PREVIOUS, pathlib.Path(folder)), releases.PREVIOUS)
        except releases.Unknown as unknown:
            pytest.skip(str(unknown))
        before = [images.build(name, log=_LOG, checkout=checkout) for name in images.NAMES]
    now = [images.build(name, log=_LOG) for name in images.NAMES]
    running = clusters.up(own.Options(name=f"upgrade-{os.getpid()}"))
    try:
        for image in (*before, *now):
            running.load(image.archive)
        site = sites.install(running, *before, chart=releases.chart_of(releases.PREVIOUS))
        site.start_client()
        for name, spec in SHAPES.items():
            site.apply(name, spec)
        for name in RUNNING:
            sites.until(f"{name} is Ready", lambda name=name: site.is_ready(name), seconds=240)
        yield Upgrade(site, *now)
    finally:
        running.down()


@pytest.fixture(scope="module")
def upgraded(upgrade: Upgrade, page: bytes) -> Upgraded:
    """After `helm upgrade` under traffic."""
    site = upgrade.site
    before = _snapshot(site)
    with site.traffic(site.url("plain", ROUTE), page, clients=2) as stop:
        sites.install(site.cluster, upgrade.operator, upgrade.runtime)
        sites.until("this checkout's operator leads", lambda: _leads(upgrade), seconds=60)
        # it works on what it finds in the order in which it comes: once the youngest is served, all were looked at
        site.apply("youngest")
        sites.until("the youngest is served", lambda: site.is_ready("youngest"), seconds=240)
        traffic = stop()
    return Upgraded(site, upgrade.operator, upgrade.runtime, before, _snapshot(site), traffic)


def test_no_request_fails_while_chart_crd_and_operator_change(upgraded: Upgraded) -> None:
    assert set(upgraded.traffic["outcomes"]) == {"200"}, upgraded.traffic
    assert upgraded.traffic["outcomes"]["200"] > 5


def test_no_pod_is_restarted_or_replaced(upgraded: Upgraded) -> None:
    assert upgraded.after.pods == upgraded.before.pods


def test_no_child_is_written(upgraded: Upgraded) -> None:
    assert len(upgraded.before.writes) >= 4 * len(SHAPES)
    assert upgraded.after.writes == upgraded.before.writes


def test_a_new_service_gets_the_new_release_s_image_and_an_old_one_keeps_its_own(upgraded: Upgraded) -> None:
    assert upgraded.site.service("youngest")["status"]["image"] == upgraded.runtime.reference
    assert upgraded.site.service("plain")["status"]["image"] == upgraded.site.runtime_image
    upgraded.site.kubectl("delete", f"{names.PLURAL}/youngest")


def test_a_service_rolls_to_the_new_release_with_no_failed_request(upgraded: Upgraded, page: bytes) -> None:
    site = upgraded.site
    with site.traffic(site.url("plain", ROUTE), page, clients=2) as stop:
        site.apply("plain", {"image": {"update": "Always"}})
        sites.until("only new pods", lambda: _images(site, "plain") == {upgraded.runtime.reference}, seconds=240)
        sites.until("Ready", lambda: site.is_ready("plain"), seconds=60)
        traffic = stop()
    assert set(traffic["outcomes"]) == {"200"}, traffic


def test_held_to_a_namespace_it_serves_that_and_no_other(upgraded: Upgraded) -> None:
    """The release gives its ClusterRole up for a Role, and goes on with what it had."""
    site = upgraded.site
    before = _snapshot(site)
    sites.install(site.cluster, upgraded.operator, upgraded.runtime, values={"watchNamespaces": [sites.NAMESPACE]})
    assert "kubeocr" not in site.kubectl("get", "clusterroles,clusterrolebindings", "-o", "name")
    _apply_elsewhere(site)
    site.kubectl("scale", f"{names.PLURAL}/stopped", "--replicas=1")
    sites.until("what it serves is Ready", lambda: site.is_ready("stopped"), seconds=240)
    assert not site.get(f"{names.PLURAL}/elsewhere", namespace="elsewhere").get("status")
    assert not site.get("deployments", namespace="elsewhere")["items"]
    after = _snapshot(site)
    assert {name: after.pods[name] for name in RUNNING} == {name: before.pods[name] for name in RUNNING}


def _snapshot(site: sites.Site) -> Snapshot:
    children = json.loads(site.kubectl("get", CHILDREN, "-o", "json", "--show-managed-fields"))["items"]
    writes = {
        f"{child['kind']}/{child['metadata']['name']}": entry["time"]
        for child in children
        if child["metadata"].get("labels", {}).get(names.LABEL_OWNER) in SHAPES
        for entry in child["metadata"]["managedFields"]
        if entry["manager"] == names.FIELD_MANAGER and "subresource" not in entry
    }
    return Snapshot({name: sorted(_state(pod) for pod in site.pods(name)) for name in SHAPES}, writes)


def _state(pod: dict[str, Any]) -> tuple[str, int]:
    return pod["metadata"]["uid"], pod["status"]["containerStatuses"][0]["restartCount"]


def _leads(upgrade: Upgrade) -> bool:
    """Whether a pod of this checkout's operator holds the Lease."""
    lease = upgrade.site.get(f"lease/{names.LEASE}", namespace=sites.OPERATOR_NAMESPACE)
    pods = upgrade.site.get("pods", namespace=sites.OPERATOR_NAMESPACE)["items"]
    new = [pod["metadata"]["name"] for pod in pods if pod["spec"]["containers"][0]["image"] == upgrade.operator.reference]
    return str(lease["spec"].get("holderIdentity") or "").rpartition("-")[0] in new


def _images(site: sites.Site, name: str) -> set[str]:
    return {pod["spec"]["containers"][0]["image"] for pod in site.pods(name)}


def _apply_elsewhere(site: sites.Site) -> None:
    metadata = {"name": "elsewhere", "namespace": "elsewhere"}
    manifest = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": {}}
    site.kubectl("create", "namespace", "elsewhere")
    site.kubectl("apply", "-f", "-", manifest=manifest, namespace="elsewhere")
