"""A new revision that does not come up: the old one goes on serving, and the service says why."""

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]


def _degraded(site: sites.Site, name: str) -> tuple[str, str]:
    found = site.condition(name, "Degraded")
    return found.get("status", ""), found.get("reason", "")


def test_an_image_that_does_not_exist_stops_the_rollout_and_the_old_pods_serve_on(site: sites.Site, page: bytes) -> None:
    site.apply("halted")
    sites.until("it is ready", lambda: site.is_ready("halted"), seconds=90)
    (before,) = site.pods("halted")
    site.apply("halted", {"image": {"repository": "kubeocr/nowhere", "tag": "1"}})
    sites.until("it says why", lambda: _degraded(site, "halted") == ("True", "ImagePullBackOff"), seconds=60)
    said = site.condition("halted", "Degraded")["message"]
    assert "image kubeocr/nowhere:1 cannot be had" in said
    assert site.is_ready("halted")
    assert before["metadata"]["uid"] in {pod["metadata"]["uid"] for pod in site.pods("halted")}
    answer = site.ask("post", site.url("halted", "/ocr/ppocrv6"), file=page)
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
