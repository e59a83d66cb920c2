"""A site that reaches out to nobody: from cold to Ready out of a local archive, under a mirror's name, with no way out.

The project's own cluster lets no packet out whatever a policy says, and nothing in it enforces policies: what they come to
is in tests/operator/objects/test_network_policy.py, and that they are there, as they should be, is seen here.
"""

import pathlib
import tempfile

import pytest
import sites
from cluster import archives, images

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
MIRROR = "mirror.invalid:5000/all"
OUTSIDE = "192.0.2.1"
"""Nobody's: https://www.rfc-editor.org/rfc/rfc5737"""
STRICT = {"strict": True, "registryMirror": MIRROR}
_TRY = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5).close()
    print("connected")
except OSError as error:
    print("refused", error)
"""


@pytest.fixture(scope="module")
def mirrored(site: sites.Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name under which the node has the runtime's image, as if it had come from the mirror."""
    if site.cluster.origin == "given":
        pytest.skip("takes a cluster whose nodes can be given an image")
    name = f"{MIRROR}/{site.runtime_image}"
    image = next(image for image in map(_built, images.NAMES) if image.reference == site.runtime_image)
    site.cluster.load(archives.renamed(image.archive, name, tmp_path_factory.mktemp("mirror")))
    return name


def test_from_cold_to_ready_with_no_way_out(site: sites.Site, page: bytes, mirrored: str) -> None:
    site.apply("strict", {"offline": STRICT, "image": {"pullPolicy": "Never"}, "networkPolicy": {"enabled": True}})
    seconds = sites.until("Ready", lambda: site.is_ready("strict"), seconds=180)
    print(f"Ready {seconds:.1f} s after apply")
    (pod,) = site.pods("strict")
    (container,) = pod["spec"]["containers"]
    assert (container["image"], container["imagePullPolicy"]) == (mirrored, "Never")
    assert site.service("strict")["status"]["image"] == mirrored

    answer = site.ask("post", site.url("strict", "/ocr/ppocrv6"), file=page)
    assert answer["status"] == 200, answer
    assert [line["text"] for line in answer["body"]["results"]] == list(sites.WORDS)

    name = pod["metadata"]["name"]
    assert _connects(site, name, f"strict.{sites.NAMESPACE}.svc.cluster.local", names.SERVICE_PORT) == "connected"
    for port in (80, 443, 53):
        assert _connects(site, name, OUTSIDE, port).startswith("refused")

    policies = {policy["metadata"]["name"]: policy["spec"] for policy in site.get("networkpolicies")["items"]}
    assert policies["strict"]["policyTypes"] == ["Ingress"]
    assert policies["strict-offline"]["policyTypes"] == ["Egress"]
    assert policies["strict-offline"]["podSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    site.kubectl("delete", f"{names.PLURAL}/strict")


def test_the_image_that_a_mirror_lacks_is_named(site: sites.Site) -> None:
    site.apply("lacking", {"offline": {"strict": True, "registryMirror": "empty.invalid"}, "image": {"pullPolicy": "Never"}})
    wanted = f"empty.invalid/{site.runtime_image}"
    sites.until("said", lambda: wanted in site.condition("lacking", "Degraded").get("message", ""), seconds=90)
    site.kubectl("delete", f"{names.PLURAL}/lacking")


def _built(name: str) -> images.Image:
    return images.build(name, log=pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log")


def _connects(site: sites.Site, pod: str, host: str, port: int) -> str:
    """What comes of a connection out of a runtime's own container."""
    return site.kubectl("exec", pod, "-c", names.RUNTIME_CONTAINER, "--", "python3", "-c", _TRY, host, str(port)).strip()
