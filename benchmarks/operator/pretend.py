"""A cluster for thousands of OCRServices: a real control plane of our own, nodes and pods that only say that they run (kwok).

Never the cluster that KUBECONFIG names: thousands of pods are nobody's wish there. https://kwok.sigs.k8s.io
"""

import contextlib
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

ROOT = pathlib.Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "e2e"))
from cluster import binaries, clusters, own  # noqa: E402 - found only now

STAGES = pathlib.Path(__file__).with_name("stages.yaml")
LEASH = ("setpriv", "--pdeathsig", "KILL")
"""However the benchmark ends, what it started ends with it."""
PODS_A_NODE = 100
"""A node has 254 addresses of its own, and a rollout takes two a service for a while."""


@contextlib.contextmanager
def cluster(name: str) -> Iterator[pathlib.Path]:
    """The kubeconfig of a control plane with the CRD, and with kwok for its nodes, for as long as it takes."""
    binaries.ensure(["kwok"])
    path = own.up(own.Options(name=name, node=False))
    running = clusters.Cluster(path, load=lambda _: None, down=lambda: own.down(name), origin="own")
    try:
        done = running.kubectl("apply", "--server-side", "-f", str(ROOT / "crds" / "ocrservice.yaml"))
        if done.returncode:
            raise SystemExit(done.stderr)
        with _kwok(path):
            yield path
    finally:
        running.down()


def node(index: int) -> dict[str, Any]:
    """A node for kwok to keep ready."""
    room = {"cpu": "10k", "memory": "10Ti", "ephemeral-storage": "10Ti", "pods": "10k"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"pretend-{index}", "labels": {"kubernetes.io/hostname": f"pretend-{index}"}},
        "status": {"allocatable": room, "capacity": room},
    }


@contextlib.contextmanager
def _kwok(kubeconfig: pathlib.Path) -> Iterator[None]:
    argv = [*LEASH, str(binaries.BIN / "kwok"), "--manage-all-nodes", f"--config={STAGES}", f"--kubeconfig={kubeconfig}"]
    argv.append("--node-lease-duration-seconds=40")  # renewed in time for the controller that ends silent nodes
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own build
    try:
        yield
    finally:
        process.terminate()
        process.wait()
