"""TLS up to the pods and API keys, out of Secrets that change under them."""

import base64
import hashlib
import pathlib
import ssl
import subprocess

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
ROUTE = "/ocr/ppocrv6"
SYNC_SECONDS = 150
"""A kubelet looks at a pod's Secrets at least once a minute, and some more where the machine is busy."""


def test_keys_and_certificates_change_under_a_running_pod(site: sites.Site, page: bytes, tmp_path: pathlib.Path) -> None:
    first, second = (_certificate(tmp_path / each) for each in ("first", "second"))
    _secret(site, "secured-tls", first)
    _secret(site, "secured-keys", {"scanner": b"one"})
    site.apply("secured", {"tls": {"secret": "secured-tls"}, "auth": {"apiKeysSecret": "secured-keys"}})
    sites.until("Ready", lambda: site.is_ready("secured"), seconds=180)
    before = _pod(site)
    host = f"secured.{sites.NAMESPACE}.svc.cluster.local"
    url = f"https://{host}:{names.SERVICE_PORT}"
    assert site.service("secured")["status"]["url"].startswith(f"https://secured.{sites.NAMESPACE}.svc")
    assert _shown(site, host) == _digest(first)

    assert site.ask("post", url + ROUTE, file=page)["status"] == 401
    assert site.ask("post", url + ROUTE, "two", file=page)["status"] == 401
    answer = site.ask("post", url + ROUTE, "one", file=page)
    assert (answer["status"], answer["body"].get("total_texts")) == (200, len(sites.WORDS)), answer
    for path in (names.READYZ, names.METRICS, names.STATUS):
        assert site.ask("get", url + path)["status"] == 200

    # the operator asks by TLS, too, and needs no key
    sites.until("told", lambda: site.condition("secured", "ModelsLoaded").get("status") == "True", seconds=90)

    _secret(site, "secured-keys", {"scanner": b"two"})
    _secret(site, "secured-tls", second)
    seconds = sites.until(
        "the new key", lambda: site.ask("post", url + ROUTE, "two", file=page)["status"] == 200, seconds=SYNC_SECONDS
    )
    print(f"a new key counts {seconds:.0f} s after it is in its Secret")
    assert site.ask("post", url + ROUTE, "one", file=page)["status"] == 401
    sites.until("the new certificate", lambda: _shown(site, host) == _digest(second), seconds=SYNC_SECONDS)
    assert _pod(site) == before
    site.kubectl("delete", f"{names.PLURAL}/secured")


def test_a_secret_that_is_missing_is_waited_for(site: sites.Site) -> None:
    site.apply("early", {"auth": {"apiKeysSecret": "early-keys"}})
    sites.until("said", lambda: "early-keys" in site.condition("early", "Degraded").get("message", ""), seconds=120)
    _secret(site, "early-keys", {"scanner": b"one"})
    sites.until("Ready", lambda: site.is_ready("early"), seconds=240)
    sites.until("nothing is wrong", lambda: site.condition("early", "Degraded").get("status") == "False", seconds=60)
    site.kubectl("delete", f"{names.PLURAL}/early")


def _certificate(folder: pathlib.Path) -> dict[str, bytes]:
    """A key and the certificate that it signed itself, as a Secret of type kubernetes.io/tls has them."""
    folder.mkdir()
    made = ["-newkey", "rsa:2048", "-keyout", "tls.key", "-out", "tls.crt", "-subj", "/CN=secured"]
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-days", "2", *made], cwd=folder, check=True, capture_output=True)
    return {file: (folder / file).read_bytes() for file in ("tls.crt", "tls.key")}


def _secret(site: sites.Site, name: str, files: dict[str, bytes]) -> None:
    data = {file: base64.b64encode(content).decode() for file, content in files.items()}
    site.kubectl("apply", "-f", "-", manifest={"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data})


def _digest(files: dict[str, bytes]) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(files["tls.crt"].decode())).hexdigest()


def _shown(site: sites.Site, host: str) -> str:
    return str(site.ask("certificate", host, str(names.SERVICE_PORT))["sha256"])


def _pod(site: sites.Site) -> tuple[str, int]:
    """The one pod, and how often it was started anew."""
    (pod,) = site.pods("secured")
    return pod["metadata"]["uid"], pod["status"]["containerStatuses"][0]["restartCount"]
