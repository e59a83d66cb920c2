"""A cluster for thousands of OCRServices: a real control plane of our own, nodes and pods that only say that they run (kwok).

Never the cluster that KUBECONFIG names: thousands of pods are nobody's wish there. https://kwok.sigs.k8s.io
"""

import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "e2e"))
from cluster import binaries, clusters, own  # noqa: E402 - found only now

STAGES = pathlib.Path(__file__).with_name("stages.yaml")
RULES = ROOT / "charts" / "kubeocr" / "files" / "rules.yaml"
_NAMESPACE = "default"
LEASH = ("setpriv", "--pdeathsig", "KILL")
"""However the benchmark ends, what it started ends with it."""
PODS_A_NODE = 100
"""A node has 254 addresses of its own, and a rollout takes two a service for a while."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pretended:
    """A cluster's kubeconfigs: its administrator's, and one with the rights and the token that the chart gives the operator."""

    admin: pathlib.Path
    operator: pathlib.Path


@contextlib.contextmanager
def cluster(name: str) -> Iterator[Pretended]:
    """A control plane with the CRD, and with kwok for its nodes, for as long as it takes; until then we are in its network."""
    binaries.ensure(["kwok"])
    path = own.up(own.Options(name=name, node=False)).with_name("admin.kubeconfig")
    running = clusters.Cluster(path, load=lambda _: None, down=lambda: own.down(name), origin="own")
    try:
        with _within(own.network(name)):
            _kubectl(running, "apply", "--server-side", "-f", str(ROOT / "crds" / "ocrservice.yaml"))
            with _kwok(path):
                yield Pretended(path, _operators(running, path))
    finally:
        running.down()


@contextlib.contextmanager
def _within(network: pathlib.Path) -> Iterator[None]:
    """Puts this thread, and what it starts, into a network: the proxy at the cluster's door costs a tenth of the rate."""
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    _enter(os.open(network, os.O_RDONLY))
    try:
        yield
    finally:
        _enter(before)


def _enter(network: int) -> None:
    """setns(2), which os has from Python 3.12 on; closes the file."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(network, 0):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(network)


def node(index: int) -> dict[str, Any]:
    """A node for kwok to keep ready."""
    room = {"cpu": "10k", "memory": "10Ti", "ephemeral-storage": "10Ti", "pods": "10k"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"pretend-{index}", "labels": {"kubernetes.io/hostname": f"pretend-{index}"}},
        "status": {"allocatable": room, "capacity": room},
    }


def _operators(running: clusters.Cluster, admin: pathlib.Path) -> pathlib.Path:
    """As in a pod: a certificate would have its signature checked with every single request."""
    name, account = "kubeocr", f"{_NAMESPACE}:kubeocr"
    rules = [rule for part in yaml.safe_load(RULES.read_text()).values() for rule in part]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    _kubectl(running, "create", "serviceaccount", name, "-n", _NAMESPACE)
    _kubectl(running, "apply", "-f", "-", body=role)
    _kubectl(running, "create", "clusterrolebinding", name, f"--clusterrole={name}", f"--serviceaccount={account}")
    token = _kubectl(running, "create", "token", name, "-n", _NAMESPACE, "--duration=24h").strip()
    config = yaml.safe_load(admin.read_text())
    config["users"] = [{**user, "user": {"token": token}} for user in config["users"]]
    path = admin.with_name("operator.kubeconfig")
    path.write_text(yaml.safe_dump(config))
    return path


def _kubectl(running: clusters.Cluster, *arguments: str, body: dict[str, Any] | None = None) -> str:
    done = running.kubectl(*arguments, input=json.dumps(body) if body else None)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


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
