"""A certificate that is renewed while it serves, and one that cannot serve."""

import logging
import pathlib
import shutil
import ssl
import subprocess
from collections.abc import Callable

import pytest
from aiohttp import test_utils, web

from kubeocr_runtime import certificates, folders

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
Issue = Callable[[str], pathlib.Path]


@pytest.fixture
def issue(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Issue:
    """Puts a certificate of a name into the folder, as a Secret's change would."""
    monkeypatch.setattr(folders, "LOOK_SECONDS", 0)
    folder = tmp_path / "tls"
    folder.mkdir()

    def make(name: str) -> pathlib.Path:
        files = ["-keyout", str(tmp_path / certificates.KEY), "-out", str(tmp_path / certificates.CERTIFICATE)]
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        names = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(["openssl", "req", "-x509", "-days", "2", *curve, *files, *names], check=True, capture_output=True)
        for file in (certificates.KEY, certificates.CERTIFICATE):
            (tmp_path / file).rename(folder / file)
        return folder

    return make


async def served(context: ssl.SSLContext, trusted: pathlib.Path) -> None:
    """Fails where a new connection is shown another certificate than the trusted one."""
    server = test_utils.TestServer(web.Application(), scheme="https")
    await server.start_server(ssl=context)
    trust = ssl.create_default_context(cafile=str(trusted / certificates.CERTIFICATE))
    async with test_utils.TestClient(server) as client, client.get("/", ssl=trust) as response:
        assert response.status == 404


async def test_a_renewed_certificate_is_shown_to_new_connections(issue: Issue, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    folder = issue("first")
    certificate = certificates.Certificate(folder)
    await served(certificate.context, folder)
    issue("second")
    with pytest.raises(Exception, match="certificate verify failed"):
        await served(certificate.context, folder)
    certificate.renew()
    await served(certificate.context, folder)
    assert "certificate renewed" in caplog.text


async def test_half_a_pair_changes_nothing_until_it_is_whole(issue: Issue, caplog: pytest.LogCaptureFixture) -> None:
    folder = issue("first")
    certificate = certificates.Certificate(folder)
    before = {file.name: file.read_bytes() for file in folders.files(folder)}
    (issue("second") / certificates.KEY).write_bytes(before[certificates.KEY])
    certificate.renew()
    assert "the renewed certificate cannot serve, the old one goes on" in caplog.text
    (folder / certificates.CERTIFICATE).write_bytes(before[certificates.CERTIFICATE])
    await served(certificate.context, folder)


@pytest.mark.parametrize(
    ("break_it", "want"),
    [
        pytest.param(lambda folder: (folder / "tls.key").unlink(), "there is no tls.key", id="no-key"),
        pytest.param(shutil.rmtree, "there is no tls.crt and no tls.key", id="nothing"),
        pytest.param(
            lambda folder: (folder / "tls.crt").write_text("x"), "tls.crt and tls.key are no pair in PEM", id="no-pem"
        ),
    ],
)
def test_what_cannot_serve_is_said(break_it: Callable[[pathlib.Path], object], want: str, issue: Issue) -> None:
    folder = issue("first")
    break_it(folder)
    with pytest.raises(certificates.BadCertificate, match=want):
        certificates.Certificate(folder)
