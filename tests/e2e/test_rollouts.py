"""How one revision takes another's place: in place or beside it; and one that does not come up, with the old one serving on."""

import json
from typing import Any

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]


DEVICE = "tests.example/accelerator"
ROUTE = "/ocr/ppocrv6"


def _accelerated(site: sites.Site, pages: int) -> dict[str, Any]:
    """Pods that need an accelerator, of which there is nothing but its number: they read with the CPU after all."""
    repository, tag = site.runtime_image.rsplit(":", 1)
    pretend = {"name": "runtime", "env": [{"name": "KUBEOCR_DEVICE", "value": "cpu"}]}
    return {
        "accelerator": {"mode": "gpu", "resource": DEVICE},
        "image": {"repository": repository, "tag": tag},
        "limits": {"pages": pages},
        "podTemplate": {"spec": {"containers": [pretend]}},
    }


def _offer(site: sites.Site, count: int) -> None:
    """As a device plugin would have kubelet count them; kubelet brings it from capacity to allocatable."""
    path = f"/status/capacity/{DEVICE.replace('/', '~1')}"
    (node,) = site.get("nodes")["items"]
    patch = json.dumps([{"op": "add", "path": path, "value": str(count)}])
    site.kubectl("patch", "node", node["metadata"]["name"], "--subresource=status", "--type=json", "-p", patch)
    sites.until("kubelet counts", lambda: _allocatable(site) == str(count), seconds=60)


def _allocatable(site: sites.Site) -> str | None:
    (node,) = site.get("nodes")["items"]
    found: str | None = node["status"]["allocatable"].get(DEVICE)
    return found


def _way(site: sites.Site) -> tuple[str, str, str]:
    """What the status says of how a rollout goes, the condition, and how many pods may come beforehand."""
    status = site.service("moved").get("status", {})
    rolling = site.get("deployment/moved")["spec"]["strategy"]["rollingUpdate"]
    return (
        status.get("rolloutStrategy", ""),
        site.condition("moved", "CapacityAvailable").get("reason", ""),
        str(rolling["maxSurge"]),
    )


def test_in_place_where_no_accelerator_is_free_and_beside_the_old_pod_where_one_is(site: sites.Site, page: bytes) -> None:
    _offer(site, 1)
    site.apply("moved", _accelerated(site, 100))
    sites.until("it is ready", lambda: site.is_ready("moved"), seconds=120)
    first = {pod["metadata"]["uid"] for pod in site.pods("moved")}

    site.apply("moved", _accelerated(site, 101))
    sites.until("its successor has the only one", lambda: site.replaced("moved", first), seconds=120)
    assert _way(site) == ("InPlace", "NoneFree", "0")

    _offer(site, 2)
    second = {pod["metadata"]["uid"] for pod in site.pods("moved")}
    with site.traffic(site.url("moved", ROUTE), page, clients=2) as stop:
        site.apply("moved", _accelerated(site, 102))
        sites.until("another took over", lambda: site.replaced("moved", second), seconds=120)
        result = stop()
    assert _way(site) == ("Surge", "Free", "1")
    assert set(result["outcomes"]) == {"200"}, result
    site.kubectl("delete", f"{names.PLURAL}/moved")


def _degraded(site: sites.Site, name: str) -> tuple[str, str]:
    found = site.condition(name, "Degraded")
    return found.get("status", ""), found.get("reason", "")


def test_an_image_that_does_not_exist_stops_the_rollout_and_the_old_pods_serve_on(site: sites.Site, page: bytes) -> None:
    site.apply("halted")
    sites.until("it is ready", lambda: site.is_ready("halted"), seconds=90)
    (before,) = site.pods("halted")
    site.apply("halted", {"image": {"repository": "kubeocr/nowhere", "tag": "1"}})
    sites.until("it says why", lambda: _degraded(site, "halted") == ("True", "ImagePullBackOff"), seconds=120)
    said = site.condition("halted", "Degraded")["message"]
    assert "image kubeocr/nowhere:1 cannot be had" in said
    assert site.is_ready("halted")
    assert before["metadata"]["uid"] in {pod["metadata"]["uid"] for pod in site.pods("halted")}
    answer = site.ask("post", site.url("halted", ROUTE), file=page)
    assert answer["status"] == 200, answer
    site.apply("halted")
    sites.until("all is well again", lambda: _degraded(site, "halted") == ("False", "AsExpected"), seconds=60)
    (after,) = site.pods("halted")
    assert (after["metadata"]["uid"], after["status"]["containerStatuses"][0]["restartCount"]) == (before["metadata"]["uid"], 0)
    site.kubectl("delete", f"{names.PLURAL}/halted")


def test_a_secret_that_is_missing_is_named_and_its_coming_is_enough(site: sites.Site) -> None:
    site.apply("keyed", {"auth": {"apiKeysSecret": "absent"}})
    sites.until("it says why", lambda: _degraded(site, "keyed") == ("True", "ContainerCreating"), seconds=90)
    assert 'secret "absent" not found' in site.condition("keyed", "Degraded")["message"]
    site.kubectl("create", "secret", "generic", "absent", "--from-literal=one=key-one")
    sites.until("it is ready", lambda: site.is_ready("keyed"), seconds=150)
    assert _degraded(site, "keyed") == ("False", "AsExpected")
    site.kubectl("delete", f"{names.PLURAL}/keyed", "secret/absent")
