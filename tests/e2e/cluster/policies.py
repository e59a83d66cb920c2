"""Who may talk to whom under NetworkPolicies, as cyclonus reads them: nothing in the own cluster enforces any.

That reader is not ours, and needs no cluster: https://github.com/mattfenwick/cyclonus
"""

import dataclasses
import json
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any

from cluster import binaries, versions

NAMESPACE_NAME = "kubernetes.io/metadata.name"
_ANSWER = re.compile(r"is allowed\?\s*\|\s*(true|false)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True, slots=True)
class End:
    """One end of a connection: a pod by what policies see of it, or an address outside the cluster."""

    address: str
    namespace: str = ""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As cyclonus has it."""
        space = {NAMESPACE_NAME: self.namespace}
        pod = {"PodLabels": dict(self.labels), "NamespaceLabels": space, "Namespace": self.namespace}
        return {"Internal": pod if self.namespace else None, "IP": self.address}


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """Who asks whom; the port is the pod's, not a Service's."""

    source: End
    target: End
    port: int
    protocol: str = "TCP"


def pod(namespace: str, labels: Mapping[str, str]) -> End:
    """A pod, whose address no policy of ours asks for."""
    return End("10.0.0.9", namespace, labels)


def prepare() -> None:
    """Builds the program where it is not there: two minutes on two cores. Raises `binaries.Missing`."""
    binaries.ensure(versions.POLICIES)


def allowed(policies: Iterable[Mapping[str, Any]], asked: Connection) -> bool:
    """Whether the policies of both ends let a connection through. Raises `binaries.Missing`."""
    prepare()
    ends = {"Source": asked.source.document(), "Destination": asked.target.document()}
    traffic = [{**ends, "ResolvedPort": asked.port, "ResolvedPortName": "", "Protocol": asked.protocol}]
    listed = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "items": list(policies)}
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / name for name in ("policies.json", "traffic.json")]
        for file, content in zip(files, (listed, traffic), strict=True):
            file.write_text(json.dumps(content))
        options = ["--mode", "query-traffic", "--policy-path", str(files[0]), "--traffic-path", str(files[1])]
        command = [str(binaries.BIN / "cyclonus"), "analyze", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    (answer,) = _ANSWER.findall(done.stdout)
    return bool(answer.lower() == "true")
