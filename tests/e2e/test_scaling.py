"""Replicas: by kubectl, by an HPA under load, and none for a while."""

from collections.abc import Iterator

import adapters
import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
ROUTE = "/ocr/ppocrv6"


@pytest.fixture
def custom_metrics(site: sites.Site) -> Iterator[None]:
    """The cluster serves metrics of pods."""
    if site.cluster.kubectl("get", "--raw", "/apis/custom.metrics.k8s.io/v1beta2").returncode == 0:
        yield
        return
    adapters.install(site)
    yield
    adapters.remove(site)


def test_kubectl_scales_an_ocrservice(site: sites.Site) -> None:
    site.apply("scaled")
    sites.until("one pod", lambda: site.is_ready("scaled"), seconds=180)
    site.kubectl("scale", f"{names.PLURAL}/scaled", "--replicas=2")
    sites.until("two ready pods", lambda: _ready(site, "scaled") == 2, seconds=120)
    assert len(site.pods("scaled")) == 2
    site.kubectl("delete", f"{names.PLURAL}/scaled")


def test_suspended_it_has_no_pod_and_comes_back_with_as_many_as_it_is_to_have(site: sites.Site) -> None:
    site.apply("paused")
    sites.until("Ready", lambda: site.is_ready("paused"), seconds=180)
    site.apply("paused", {"suspend": True})
    sites.until("no pod", lambda: not site.pods("paused"), seconds=60)
    assert site.condition("paused", "Ready")["reason"] == "Suspended"
    assert site.kubectl("get", "ocr", "paused", "--no-headers").split()[:3] == ["paused", "False", "0"]
    site.kubectl("scale", f"{names.PLURAL}/paused", "--replicas=2")
    sites.until("it is heard", lambda: "which is 2" in site.condition("paused", "Ready").get("message", ""), seconds=20)
    assert not site.pods("paused")
    site.apply("paused", {"suspend": False})
    sites.until("two ready pods", lambda: _ready(site, "paused") == 2, seconds=120)
    site.kubectl("delete", f"{names.PLURAL}/paused")


def test_load_makes_the_autoscaler_add_a_pod(site: sites.Site, page: bytes) -> None:
    autoscaling = {"minReplicas": 1, "maxReplicas": 2, "metrics": [{"type": "cpu", "target": 50}]}
    _grows_under_load(site, "busy", page, autoscaling)


@pytest.mark.usefixtures("custom_metrics")
def test_pages_that_wait_make_the_autoscaler_add_a_pod(site: sites.Site, page: bytes) -> None:
    _grows_under_load(site, "queued", page, {"maxReplicas": 2, "metrics": [{"type": "queue", "target": 1}]})


def _grows_under_load(site: sites.Site, name: str, page: bytes, autoscaling: dict[str, object]) -> None:
    """Applies an OCRService that gets a second pod while four clients post pages to it, and takes it away again."""
    site.apply(name, {"autoscaling": autoscaling})
    sites.until("Ready", lambda: site.is_ready(name), seconds=180)
    with site.traffic(site.url(name, ROUTE), page, clients=4) as stop:
        sites.until("a second pod", lambda: _ready(site, name) == 2, seconds=240)
        outcomes = stop()["outcomes"]
    assert outcomes.get("200", 0) > 0, outcomes
    assert site.service(name)["spec"]["replicas"] == 2
    assert site.condition(name, "ScalingActive")["status"] == "True"
    site.kubectl("delete", f"{names.PLURAL}/{name}")


def _ready(site: sites.Site, name: str) -> int:
    return int(site.service(name).get("status", {}).get("readyReplicas", 0))
