"""Replicas: by kubectl, and by an HPA under load."""

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
ROUTE = "/ocr/ppocrv6"


def test_kubectl_scales_an_ocrservice(site: sites.Site) -> None:
    site.apply("scaled")
    sites.until("one pod", lambda: site.is_ready("scaled"), seconds=180)
    site.kubectl("scale", f"{names.PLURAL}/scaled", "--replicas=2")
    sites.until("two ready pods", lambda: site.service("scaled")["status"].get("readyReplicas") == 2, seconds=120)
    assert len(site.pods("scaled")) == 2
    site.kubectl("delete", f"{names.PLURAL}/scaled")


def test_load_makes_the_autoscaler_add_a_pod(site: sites.Site, page: bytes) -> None:
    autoscaling = {"minReplicas": 1, "maxReplicas": 2, "metrics": [{"type": "cpu", "target": 50}]}
    site.apply("busy", {"autoscaling": autoscaling})
    sites.until("Ready", lambda: site.is_ready("busy"), seconds=180)
    with site.traffic(site.url("busy", ROUTE), page, clients=4) as stop:
        sites.until("a second pod", lambda: site.service("busy")["status"].get("readyReplicas") == 2, seconds=240)
        outcomes = stop()["outcomes"]
    assert outcomes.get("200", 0) > 0, outcomes
    assert site.service("busy")["spec"]["replicas"] == 2
    site.kubectl("delete", f"{names.PLURAL}/busy")
