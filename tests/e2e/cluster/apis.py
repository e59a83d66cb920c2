"""APIs that a cluster may lack: the CRDs of the Gateway API and of the Prometheus operator, out of their own Go modules."""

import dataclasses
import pathlib
import time

from cluster import binaries, clusters, versions

_SECONDS = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Api:
    """CRDs in a module: the folder that has them, and their files."""

    module: versions.Module
    folder: str
    files: tuple[str, ...]

    def paths(self) -> tuple[pathlib.Path, ...]:
        """Where the files are, fetched if need be. Raises `binaries.Missing`."""
        folder = binaries.source(self.module) / self.folder
        return tuple(folder / file for file in self.files)


GATEWAY = Api(versions.GATEWAY_API_MODULE, "config/crd/standard", ("gateway.networking.k8s.io_httproutes.yaml",))
PROMETHEUS = Api(
    versions.PROMETHEUS_OPERATOR_MODULE,
    "example/prometheus-operator-crd",
    ("monitoring.coreos.com_servicemonitors.yaml", "monitoring.coreos.com_prometheusrules.yaml"),
)


def install(cluster: clusters.Cluster, api: Api) -> None:
    """Makes a cluster serve an API. No controller comes with it: objects can be written and read, and that is all."""
    for path in api.paths():
        _kubectl(cluster, "apply", "--server-side", "-f", str(path))
        _established(cluster, path)


def remove(cluster: clusters.Cluster, api: Api) -> None:
    """Takes an API away, and with it all of its objects."""
    for path in api.paths():
        _kubectl(cluster, "delete", "--ignore-not-found", "-f", str(path), "--timeout=30s")


def _established(cluster: clusters.Cluster, path: pathlib.Path) -> None:
    """Waits for a CRD. `kubectl wait` gives up on one that was made this instant and has no list of conditions yet."""
    end = time.monotonic() + _SECONDS
    while cluster.kubectl("wait", "--for=condition=Established", "-f", str(path), "--timeout=5s").returncode:
        if time.monotonic() > end:
            raise binaries.Missing(f"{path.name} was not established within {_SECONDS} s")
        time.sleep(0.2)


def _kubectl(cluster: clusters.Cluster, *arguments: str) -> None:
    done = cluster.kubectl(*arguments)
    if done.returncode:
        raise binaries.Missing(f"kubectl {' '.join(arguments)} failed: {done.stderr.strip()[-1000:]}")
