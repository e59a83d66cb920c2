"""Someone applies an OCRService, and pages are read: through its Service, and whatever else is sent."""

from collections.abc import Iterator

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
ROUTE = "/ocr/ppocrv6"


@pytest.fixture(scope="module")
def service(site: sites.Site) -> Iterator[str]:
    """An OCRService that is Ready."""
    site.apply("pages")
    sites.until("pages is Ready", lambda: site.is_ready("pages"), seconds=180)
    yield "pages"
    site.kubectl("delete", f"{names.PLURAL}/pages")


def test_a_page_is_read_through_the_name_of_the_service(site: sites.Site, service: str, page: bytes) -> None:
    answer = site.ask("post", site.url(service, ROUTE), file=page)
    assert answer["status"] == 200, answer
    assert [line.replace(" ", "") for line in answer["body"]["text"].splitlines()] == [
        line.replace(" ", "") for line in sites.WORDS
    ]


def test_status_says_what_serves_and_where(site: sites.Site, service: str) -> None:
    status = site.service(service)["status"]
    assert status["url"] == f"http://{service}.{sites.NAMESPACE}.svc:{names.SERVICE_PORT}"
    assert status["image"] == site.runtime_image
    assert (status["replicas"], status["readyReplicas"], status["accelerator"]) == (1, 1, "cpu")


def test_the_pod_runs_under_pod_security_restricted(site: sites.Site, service: str) -> None:
    namespace = site.get(f"namespace/{sites.NAMESPACE}")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert [pod["status"]["phase"] for pod in site.pods(service)] == ["Running"]


def test_pods_serve_without_a_way_out(site: sites.Site, service: str, page: bytes) -> None:
    if site.cluster.origin != "own":
        pytest.skip("only the project's own cluster is known to have no way out")
    # TEST-NET-1, which nobody has: https://www.rfc-editor.org/rfc/rfc5737
    assert not site.ask("connect", "192.0.2.1", "80")["connected"]
    assert site.ask("post", site.url(service, ROUTE), file=page)["status"] == 200


@pytest.mark.parametrize(
    ("word", "file", "mebibytes", "want"),
    [
        pytest.param("post", bytes(range(256)) * 64, (), {415}, id="garbage"),
        pytest.param("post", b"", (), {400, 415, 422}, id="an-empty-file"),
        pytest.param("post", b"\x89PNG\r\n\x1a\n" + bytes(200), (), {415, 422}, id="a-broken-picture"),
        pytest.param("upload", b"", ("60",), {413}, id="60-MiB"),
    ],
)
def test_what_is_no_page_gets_its_error_and_the_pod_lives_on(
    site: sites.Site, service: str, page: bytes, word: str, file: bytes, mebibytes: tuple[str, ...], want: set[int]
) -> None:
    before = _restarts(site, service)
    answer = site.ask(word, site.url(service, ROUTE), *mebibytes, file=file)
    assert answer["status"] in want, answer
    assert answer["body"]["detail"]
    assert site.ask("post", site.url(service, ROUTE), file=page)["status"] == 200
    assert _restarts(site, service) == before


def test_an_event_tells_what_happened(site: sites.Site, service: str) -> None:
    about = [event["involvedObject"] for event in site.get("events")["items"]]
    ours = [x for x in about if (x["kind"], x.get("name")) == (names.KIND, service)]
    assert ours, "no event on the OCRService"


def test_a_language_that_no_image_carries_is_refused_naming_the_one_that_does(site: sites.Site) -> None:
    site.apply("arabic", {"languages": ["ar"], "accelerator": {"mode": "cpu"}})
    sites.until("SpecValid is False", lambda: site.condition("arabic", "SpecValid").get("status") == "False", seconds=20)
    message = site.condition("arabic", "SpecValid")["message"]
    assert "ar" in message
    assert "all-gpu" in message
    assert not site.exists("deployment/arabic")
    site.kubectl("delete", f"{names.PLURAL}/arabic")


def _restarts(site: sites.Site, service: str) -> dict[str, int]:
    return {pod["metadata"]["name"]: pod["status"]["containerStatuses"][0]["restartCount"] for pod in site.pods(service)}
