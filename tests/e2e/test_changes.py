"""Changes while pages come in: of the spec, and by someone's hand."""

import json

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
ROUTE = "/ocr/ppocrv6"


def test_a_changed_spec_rolls_out_with_no_failed_request(site: sites.Site, page: bytes) -> None:
    site.apply("rolled")
    sites.until("Ready", lambda: site.is_ready("rolled"), seconds=180)
    before = {pod["metadata"]["uid"] for pod in site.pods("rolled")}
    with site.traffic(site.url("rolled", ROUTE), page, clients=2) as stop:
        site.apply("rolled", {"limits": {"pages": 100}})
        sites.until("new pods alone", lambda: site.replaced("rolled", before), seconds=180)
        result = stop()
    assert set(result["outcomes"]) == {"200"}, result
    assert result["outcomes"]["200"] > 5
    site.kubectl("delete", f"{names.PLURAL}/rolled")


def test_a_manual_edit_is_repaired(site: sites.Site) -> None:
    site.apply("edited")
    sites.until("Ready", lambda: site.is_ready("edited"), seconds=180)
    site.kubectl("set", "env", "deployment/edited", "KUBEOCR_DEVICE=gpu")
    selector = site.get("service/edited")["spec"]["selector"]
    elsewhere = {"spec": {"selector": {names.LABEL_INSTANCE: "somebody-else"}}}
    site.kubectl("patch", "service/edited", "--type=merge", "-p", json.dumps(elsewhere))
    sites.until("the Deployment is as before", lambda: _device(site) == ["cpu"], seconds=20)
    sites.until("the Service is as before", lambda: site.get("service/edited")["spec"]["selector"] == selector, seconds=20)
    site.kubectl("delete", f"{names.PLURAL}/edited")


def _device(site: sites.Site) -> list[str]:
    container = site.get("deployment/edited")["spec"]["template"]["spec"]["containers"][0]
    return [variable["value"] for variable in container["env"] if variable["name"] == "KUBEOCR_DEVICE"]
