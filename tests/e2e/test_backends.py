"""Servers of a service's own on a real node: a real Redis, and a fake Ollama in the image that the spec gives."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sites
import volumes

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
NAME, MODEL, OTHER = "leaning", "qwen3:8b", "llama3.2"
SMALL = {"cpu": "50m", "memory": "128Mi"}
STORAGE = {"size": "1Gi", "storageClassName": volumes.CLASS}
CHILDREN = "deployments,services,jobs,networkpolicies"


@pytest.fixture(scope="module")
def spec(servers: dict[str, str]) -> dict[str, Any]:
    """A service with an Ollama and a Redis of its own."""
    common = {"storage": STORAGE, "resources": SMALL}
    ollama = {"image": servers["ollama"], "models": [OTHER], **common}
    return {
        "llm": {"ollama": {"managed": ollama}, "model": MODEL},
        "queue": {"redis": {"managed": {"image": servers["redis"], **common}}},
    }


@pytest.fixture(scope="module")
def leaning(site: sites.Site, spec: Mapping[str, Any]) -> Iterator[None]:
    """The service, Ready and with both servers there."""
    with volumes.for_claim(site, f"{NAME}-ollama"), volumes.for_claim(site, f"{NAME}-redis"):
        site.apply(NAME, spec)
        sites.until("it is ready", lambda: site.is_ready(NAME), seconds=240)
        yield
        site.kubectl("delete", f"{names.PLURAL}/{NAME}", "--wait")
        sites.until("its claims are gone", lambda: not site.exists(f"pvc/{NAME}-redis"), seconds=60)


@pytest.mark.usefixtures("leaning")
def test_both_servers_come_with_the_models(site: sites.Site) -> None:
    seconds = sites.until("Ollama has its models", lambda: _said(site, "LLMReachable")[0] == "True", seconds=240)
    sites.until("Redis answers", lambda: _said(site, "QueueReachable")[0] == "True", seconds=120)
    print(f"both said after {seconds:.1f} s")
    assert MODEL in site.condition(NAME, "LLMReachable")["message"]
    (job,) = _owned(site, "jobs")
    assert site.get(f"jobs/{job}")["status"]["succeeded"] == 1
    log = site.kubectl("logs", f"jobs/{job}")
    assert f"{MODEL} is pulled" in log
    assert f"{OTHER} is pulled" in log


@pytest.mark.usefixtures("leaning")
def test_what_redis_was_given_outlives_its_pod(site: sites.Site) -> None:
    server = f"deploy/{NAME}-redis"
    assert site.kubectl("exec", server, "--", "redis-cli", "set", "page", "12").strip() == "OK"
    (before,) = _pods(site, "redis")
    # appendfsync everysec: what was accepted reaches the disk within a second
    sites.until("it is on the disk", lambda: "aof_pending_bio_fsync:0" in _redis_info(site), seconds=10)
    site.kubectl("delete", f"pod/{before}", "--grace-period=0", "--force")
    sites.until("another is ready", lambda: _ready(site, "redis") and before not in _pods(site, "redis"), seconds=120)
    assert site.kubectl("exec", server, "--", "redis-cli", "get", "page").strip() == "12"


@pytest.mark.usefixtures("leaning")
def test_an_ollama_that_goes_is_said_and_pages_are_read_on(site: sites.Site, spec: Mapping[str, Any], page: bytes) -> None:
    sites.until("Ollama is there", lambda: _said(site, "LLMReachable")[0] == "True", seconds=240)
    before = {pod["metadata"]["uid"] for pod in site.pods(NAME)}
    site.apply(NAME, _with_ollama(spec, image="kubeocr/ollama:nowhere"))
    seconds = sites.until("it is said", lambda: _said(site, "LLMReachable") == ("False", "Unreachable"), seconds=150)
    print(f"said after {seconds:.1f} s")
    assert site.is_ready(NAME)
    assert site.ask("post", site.url(NAME, "/ocr/ppocrv6"), file=page)["status"] == 200
    assert {pod["metadata"]["uid"] for pod in site.pods(NAME)} == before
    site.apply(NAME, spec)
    sites.until("it is back with its models", lambda: _said(site, "LLMReachable")[0] == "True", seconds=180)
    told = site.kubectl("get", "events.events.k8s.io", "-o", "jsonpath={.items[*].reason}").split()
    assert {"LLMReachable", "LLMUnreachable"} <= set(told)


@pytest.mark.usefixtures("leaning")
def test_a_model_that_does_not_exist_is_named(site: sites.Site, spec: Mapping[str, Any]) -> None:
    wrong = _with_ollama(spec)
    wrong["llm"]["model"] = "nothing:1b"
    site.apply(NAME, wrong)
    sites.until("it is said", lambda: _said(site, "LLMReachable") == ("False", "PullFailed"), seconds=240)
    assert "Ollama finds no model nothing:1b" in site.condition(NAME, "LLMReachable")["message"]
    assert site.is_ready(NAME)


@pytest.mark.usefixtures("leaning")
def test_what_the_spec_drops_goes_but_for_the_volumes(site: sites.Site) -> None:
    site.kubectl("patch", f"{names.PLURAL}/{NAME}", "--type=merge", "-p", '{"spec": {"llm": null, "queue": null}}')
    sites.until("they are gone", lambda: _owned(site, CHILDREN) == [NAME, NAME], seconds=90)
    assert site.exists(f"pvc/{NAME}-ollama")
    assert site.exists(f"pvc/{NAME}-redis")
    sites.until("it is ready", lambda: site.is_ready(NAME), seconds=120)


def test_what_an_image_brings_is_not_pulled_and_a_secret_may_come_late(site: sites.Site, servers: dict[str, str]) -> None:
    ollama = {"image": servers["ollama"], "modelsPath": "/models", "resources": SMALL}
    spec = {
        "llm": {"ollama": {"managed": ollama}, "model": MODEL},
        "vlm": {"url": f"http://baked-ollama.{sites.NAMESPACE}.svc:11434/v1", "model": MODEL, "apiKeySecret": "nowhere"},
        "queue": {"redis": {"secret": "late"}},
        "offline": {"strict": True},
    }
    site.apply("baked", spec)
    sites.until("it is ready without the Secrets", lambda: site.is_ready("baked"), seconds=240)
    sites.until("Ollama has the model", lambda: _said(site, "LLMReachable", "baked")[0] == "True", seconds=180)
    sites.until("the queue is missed", lambda: _said(site, "QueueReachable", "baked") == ("False", "Unreachable"), seconds=120)
    assert "/etc/kubeocr/queue/url cannot be read" in site.condition("baked", "QueueReachable")["message"]
    assert "/etc/kubeocr/vlm/apiKey cannot be read" in site.condition("baked", "VLMReachable")["message"]
    assert not site.exists("pvc/baked-ollama")
    assert not _owned(site, "jobs", "baked")
    before = {pod["metadata"]["uid"] for pod in site.pods("baked")}
    site.kubectl("create", "secret", "generic", "late", "--from-literal=url=redis://127.0.0.1:1/0")
    site.kubectl("create", "secret", "generic", "nowhere", "--from-literal=apiKey=any")
    sites.until("the key is read", lambda: _said(site, "VLMReachable", "baked")[0] == "True", seconds=240)
    sites.until("the URL is read", lambda: "127.0.0.1" in site.condition("baked", "QueueReachable")["message"], seconds=120)
    assert {pod["metadata"]["uid"] for pod in site.pods("baked")} == before
    site.kubectl("delete", f"{names.PLURAL}/baked", "secret/late", "secret/nowhere")


def _with_ollama(spec: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    managed = {**spec["llm"]["ollama"]["managed"], **changes}
    return {**spec, "llm": {**spec["llm"], "ollama": {"managed": managed}}}


def _said(site: sites.Site, kind: str, name: str = NAME) -> tuple[str, str]:
    found = site.condition(name, kind)
    return found.get("status", ""), found.get("reason", "")


def _owned(site: sites.Site, what: str, owner: str = NAME) -> list[str]:
    found = site.get(what)["items"]
    return [x["metadata"]["name"] for x in found if owner in [o["name"] for o in x["metadata"].get("ownerReferences", ())]]


def _pods(site: sites.Site, part: str) -> list[str]:
    """Names of a server's pods that are not on their way out."""
    labels = f"{names.LABEL_OWNER}={NAME},{names.LABEL_NAME}={part}"
    found = json.loads(site.kubectl("get", "pods", "-l", labels, "-o", "json"))["items"]
    return [pod["metadata"]["name"] for pod in found if "deletionTimestamp" not in pod["metadata"]]


def _ready(site: sites.Site, part: str) -> bool:
    return site.get(f"deployments/{NAME}-{part}").get("status", {}).get("readyReplicas") == 1


def _redis_info(site: sites.Site) -> str:
    return site.kubectl("exec", f"deploy/{NAME}-redis", "--", "redis-cli", "info", "persistence")
