"""KEDA itself, with its webhooks, and an OCRService that it scales: from nothing, by the queue, and to nothing."""

import contextlib
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import sites
from cluster import binaries, keda

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
ROUTE = "/ocr/ppocrv6"
WISH = "wants-pages=true"
"""A label of any pod: this trigger needs no server beside the cluster's, and lives on while nobody else does."""
TRIGGER = {"type": "kubernetes-workload", "metadata": {"podSelector": WISH, "value": "1"}}
SCALED = {"provider": "keda", "minReplicas": 1, "maxReplicas": 2, "metrics": [{"type": "external", "trigger": TRIGGER}]}


@pytest.fixture(scope="module", autouse=True)
def _keda(site: sites.Site) -> None:
    """KEDA runs."""
    if site.cluster.kubectl("get", "crd/scaledobjects.keda.sh").returncode == 0:
        return
    if site.cluster.origin == "given":
        pytest.skip("this cluster has no KEDA, and takes no image from here")
    if not keda.available():
        pytest.skip("KEDA is built with Go, and there is none")
    keda.install(site.cluster)


@pytest.fixture
def wish(site: sites.Site) -> Iterator[None]:
    """Pages are wanted: a pod says so, until the test ends or takes the label away."""
    site.kubectl("label", "pod/client", WISH)
    yield
    _wish_no_more(site)


def test_from_zero_to_zero(site: sites.Site, page: bytes) -> None:
    queue = {"type": "queue", "target": 1}
    scaling = SCALED | {"scaleToZero": True, "pollingSeconds": 2, "cooldownSeconds": 5}
    site.apply("lazy", {"autoscaling": scaling | {"metrics": [*SCALED["metrics"], queue]}})
    sites.until("nobody wants it", lambda: _ready(site, "lazy")[1] == "ScaledToZero", seconds=60)
    assert "until KEDA finds a metric" in _ready(site, "lazy")[2]
    site.kubectl("label", "pod/client", WISH)
    print(f"from 0 to Ready in {sites.until('somebody does', lambda: site.is_ready('lazy'), seconds=60):.1f} s")
    assert site.ask("post", site.url("lazy", ROUTE), file=page)["status"] == 200
    with site.traffic(site.url("lazy", ROUTE), page, clients=4) as stop:
        sites.until("the queue calls a second pod", lambda: _replicas(site, "lazy") == 2, seconds=90)
        outcomes = stop()["outcomes"]
    assert set(outcomes) == {"200"}, outcomes
    _wish_no_more(site)
    print(f"to 0 in {sites.until('nobody wants it any more', lambda: _replicas(site, 'lazy') == 0, seconds=60):.1f} s")
    sites.until("it says so", lambda: _ready(site, "lazy")[1] == "ScaledToZero", seconds=30)
    assert not _told(site, "lazy") & {"Repaired", "WriteRefused"}, "operator and KEDA write the same fields"
    site.kubectl("delete", f"{names.PLURAL}/lazy")


@pytest.mark.usefixtures("wish")
def test_no_pod_goes_between_autoscalers(site: sites.Site) -> None:
    bounds = {"minReplicas": 2, "maxReplicas": 3}
    site.apply("handed", {"replicas": 2})
    sites.until("two pods", lambda: site.service("handed").get("status", {}).get("readyReplicas") == 2, seconds=120)
    with _watched(site, "handed") as seen:
        for scaling in (bounds, SCALED | bounds, bounds):
            site.apply("handed", {"autoscaling": scaling})
            provider = "scaledobject" if "provider" in scaling else "hpa"
            sites.until(f"a {provider} of ours", lambda provider=provider: _scaler(site, "handed") == provider, seconds=60)
            sites.until("nothing is wrong", lambda: site.condition("handed", "Degraded").get("status") == "False", seconds=30)
        site.apply("handed")
        sites.until("no autoscaler", lambda: _scaler(site, "handed") is None, seconds=60)
    assert set(seen) == {2}
    assert not _told(site, "handed") & {"Repaired", "WriteRefused"}
    site.kubectl("delete", f"{names.PLURAL}/handed")


def _wish_no_more(site: sites.Site) -> None:
    site.kubectl("label", "pod/client", f"{WISH.partition('=')[0]}-")


def _ready(site: sites.Site, name: str) -> tuple[str, str, str]:
    found = site.condition(name, "Ready")
    return found.get("status", ""), found.get("reason", ""), found.get("message", "")


def _told(site: sites.Site, name: str) -> set[str]:
    """Reasons of the events on an OCRService."""
    about = (event for event in site.get("events")["items"] if event["involvedObject"]["kind"] == names.KIND)
    return {str(event["reason"]) for event in about if event["involvedObject"]["name"] == name}


def _replicas(site: sites.Site, name: str) -> int:
    return int(site.service(name)["spec"]["replicas"])


def _scaler(site: sites.Site, name: str) -> str | None:
    """What scales a service and is there to stay: KEDA's own HPA has another name."""
    found: list[dict[str, Any]] = [
        obj for kind in ("hpa", "scaledobject") for obj in site.get(f"{kind}")["items"] if obj["metadata"]["name"] == name
    ]
    if len(found) != 1:
        return "both" if found else None
    return {"HorizontalPodAutoscaler": "hpa", "ScaledObject": "scaledobject"}[found[0]["kind"]]


@contextlib.contextmanager
def _watched(site: sites.Site, name: str) -> Iterator[list[int]]:
    """Every spec.replicas of a Deployment while the block runs, to be read after it."""
    seen: list[int] = []
    command = [binaries.tool("kubectl"), "-n", sites.NAMESPACE, "get", f"deployment/{name}", "--watch"]
    command += ["-o", "jsonpath={.spec.replicas}{'\\n'}"]
    with subprocess.Popen(command, env=site.cluster.environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield seen
        finally:
            process.terminate()
            seen.extend(int(line) for line in process.communicate()[0].split())
