"""Sends a page to the demo's Service, the way that a user would from this machine."""

import contextlib
import json
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

from cluster import binaries, clusters

from demo import install, steps

PORT = 8000


@contextlib.contextmanager
def forwarded(cluster: clusters.Cluster) -> Iterator[str]:
    """Yields an address on this machine that leads to the Service."""
    command = [binaries.tool("kubectl"), "port-forward", f"service/{install.SERVICE}", ":80"]
    with subprocess.Popen(
        command, env=cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            if "Forwarding from" not in said:
                raise steps.Failed(f"kubectl port-forward: {said.strip()}")
            yield f"http://{said.split()[2]}"
        finally:
            process.terminate()


def read(address: str, path: str, page: bytes) -> dict[str, Any]:
    """Posts a PNG as a form's `file`. Returns the answer. Raises `Failed` with what the server says."""
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="page.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    body = head.encode() + page + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(address + path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise steps.Failed(f"the server answered {error.code}: {error.read().decode(errors='replace')}") from None
