"""Models that the runtime's image does not bring, on a real node: an image as volume, and a claim that a Job fills."""

import pathlib
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sites
import volumes
from cluster import images

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
FROM_CLAIM = {"size": "1Gi", "storageClassName": volumes.CLASS}
MODEL = "PP-OCRv6_small_rec"
_TAMPER = f"open('/volume/{MODEL}/inference.onnx', 'ab').write(b'!')"


@pytest.fixture(scope="module")
def artifact(site: sites.Site) -> str:
    """An image of nothing but models, in the cluster."""
    log = pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log"
    built = images.build("runtime", log=log, checkout=images.Checkout(label="models", target="models"))
    site.cluster.load(built.archive)
    return built.reference


@pytest.fixture(scope="module")
def volume(site: sites.Site) -> Iterator[Callable[[str], None]]:
    """The volume of the claim that the shared service has; runs a script on it."""
    with volumes.for_claim(site, "shared-models") as run:
        yield run


@pytest.fixture(scope="module")
def shared(site: sites.Site, volume: object) -> Iterator[str]:
    """A service of two pods with a claim of its own, Ready; its name."""
    name = "shared"
    site.apply(name, _with_claim(["en"], replicas=2))
    sites.until("it is ready", lambda: _loaded(site, name) == "Loaded" and _ready(site, name) == 2, seconds=240)
    yield name
    site.kubectl("delete", f"{names.PLURAL}/{name}", "--wait")


def test_models_of_an_image_that_is_a_volume(site: sites.Site, artifact: str, page: bytes) -> None:
    source = {"from": "imageVolume", "imageVolume": {"reference": artifact}}
    site.apply("volume", {"models": source})
    seconds = sites.until("it is ready", lambda: _loaded(site, "volume") == "Loaded", seconds=240)
    print(f"loaded after {seconds:.1f} s")
    (pod,) = site.pods("volume")
    assert {"name": "models", "image": {"reference": artifact, "pullPolicy": "IfNotPresent"}} in pod["spec"]["volumes"]
    answer = site.ask("post", site.url("volume", "/ocr/ppocrv6"), file=page)
    assert [line["text"] for line in answer["body"]["results"]] == list(sites.WORDS)
    site.kubectl("delete", f"{names.PLURAL}/volume", "--wait=false")


def test_a_job_fills_a_claim_that_all_pods_share(site: sites.Site, shared: str, page: bytes) -> None:
    (job,) = _jobs(site, shared)
    assert job["status"]["succeeded"] == 1
    log = site.kubectl("logs", f"jobs/{job['metadata']['name']}")
    assert "image:/models" in log, "the models are those of the image: this network has no way out"
    claims = [_claim(pod) for pod in site.pods(shared)]
    assert claims == [f"{shared}-models"] * 2
    answer = site.ask("post", site.url(shared, "/ocr/ppocrv6"), file=page)
    assert [line["text"] for line in answer["body"]["results"]] == list(sites.WORDS)


def test_the_status_has_what_the_pods_loaded_and_its_sums(site: sites.Site, shared: str) -> None:
    status = site.service(shared)["status"]
    assert status["languages"] == ["en"]
    assert status["engine"]["device"] == "cpu"
    assert status["engine"]["name"] in {"onnxruntime", "openvino"}
    (pod, _) = site.pods(shared)
    weights = "inference.int8.onnx" if status["engine"]["provider"].endswith("+int8") else "inference.onnx"
    where = f"/models/{MODEL}/{weights}"
    script = f"import hashlib; print(hashlib.file_digest(open('{where}', 'rb'), 'sha256').hexdigest())"
    found = site.kubectl("exec", pod["metadata"]["name"], "--", "python3", "-c", script).strip()
    assert {"name": MODEL, "sha256": found} in status["models"]


def test_a_language_that_is_added_is_baked_while_the_old_pods_read_on(site: sites.Site, shared: str, page: bytes) -> None:
    (before,) = _jobs(site, shared)
    with site.traffic(site.url(shared, "/ocr/ppocrv6"), page, clients=1) as stop:
        site.apply(shared, _with_claim(["en", "ja"], replicas=2))
        sites.until("the new languages are loaded", lambda: _languages(site, shared) == ["en", "ja"], seconds=240)
        sites.until("all pods are new", lambda: _settled(site, shared), seconds=120)
        outcomes = stop()["outcomes"]
    assert set(outcomes) == {"200"}, outcomes
    (after,) = _jobs(site, shared)
    assert after["metadata"]["name"] != before["metadata"]["name"]


def test_a_file_that_was_changed_is_named_and_its_pod_refuses(
    site: sites.Site, shared: str, volume: Callable[[str], None]
) -> None:
    """Last of those with this claim: its models are no good after it."""
    volume(_TAMPER)
    site.kubectl("delete", "pods", "-l", site.service(shared)["status"]["selector"], "--wait=false")
    named = f"{MODEL}/inference.onnx"
    said = lambda kind: site.condition(shared, kind).get("message", "")  # noqa: E731
    sites.until("the condition names the file", lambda: named in said("Degraded"), seconds=180)
    assert not site.is_ready(shared)


def test_a_job_that_cannot_have_its_image_says_so(site: sites.Site) -> None:
    spec = {"languages": ["ta"], "models": {"from": "persistentVolumeClaim", "persistentVolumeClaim": FROM_CLAIM}}
    with volumes.for_claim(site, "nowhere-models"):
        site.apply("nowhere", spec)
        sites.until(
            "it is said", lambda: site.condition("nowhere", "Degraded").get("reason") == "ImagePullBackOff", seconds=120
        )
        assert _loaded(site, "nowhere") == "Baking"
        assert not site.exists("deployment/nowhere")
        site.kubectl("delete", f"{names.PLURAL}/nowhere", "--wait")


def _with_claim(languages: list[str], **spec: Any) -> dict[str, Any]:
    source = {"from": "persistentVolumeClaim", "persistentVolumeClaim": FROM_CLAIM}
    return {"languages": languages, "models": source, **spec}


def _loaded(site: sites.Site, name: str) -> str:
    return site.condition(name, "ModelsLoaded").get("reason", "")


def _languages(site: sites.Site, name: str) -> list[str]:
    return list(site.service(name)["status"].get("languages", ()))


def _ready(site: sites.Site, name: str) -> int:
    return int(site.service(name)["status"].get("readyReplicas", 0))


def _settled(site: sites.Site, name: str) -> bool:
    return site.condition(name, "Progressing").get("reason") == "RolledOut"


def _jobs(site: sites.Site, name: str) -> list[dict[str, Any]]:
    found = site.get("jobs")["items"]
    return [job for job in found if job["metadata"]["labels"].get(names.LABEL_OWNER) == name]


def _claim(pod: dict[str, Any]) -> str:
    claims = [v["persistentVolumeClaim"]["claimName"] for v in pod["spec"]["volumes"] if "persistentVolumeClaim" in v]
    return "".join(claims)
