"""Certificates for servers inside a cluster."""

import pathlib
import subprocess
import tempfile
from collections.abc import Iterable

from cluster import binaries

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365")


def issue(hosts: Iterable[str]) -> dict[str, bytes]:
    """ca.crt, tls.crt and tls.key of one server under these names, by an authority of its own. Raises `binaries.Missing`."""
    names = ",".join(f"DNS:{host}" for host in hosts)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        _openssl(folder, "req", "-x509", *_KEY, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=kubeocr-test-ca")
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-addext", f"subjectAltName={names}", "-subj", "/CN=kubeocr-test")
        _openssl(folder, "req", "-x509", *_KEY, "-keyout", "tls.key", "-out", "tls.crt", *signed)
        return {file: (folder / file).read_bytes() for file in ("ca.crt", "tls.crt", "tls.key")}


def _openssl(folder: pathlib.Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise binaries.Missing(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
