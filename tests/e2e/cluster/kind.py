"""Clusters of kind, where Docker runs: only their creation and the loading of images differ from the project's own."""

import pathlib
import shutil
import subprocess
from collections.abc import Callable

from cluster import binaries


def available() -> bool:
    """Whether there is kind and a Docker for it."""
    return shutil.which("kind") is not None and docker()


def docker() -> bool:
    """Whether a Docker answers; its client alone is not enough."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False, stdin=subprocess.DEVNULL).returncode == 0


def kubeconfig(name: str) -> pathlib.Path:
    """Where `up` leaves a cluster's."""
    return binaries.CACHE / "clusters" / f"kind-{name}.kubeconfig"


def up(name: str) -> pathlib.Path:
    """Creates the cluster unless it is there. Returns its kubeconfig."""
    path = kubeconfig(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    if name not in _kind("get", "clusters").split():
        _kind("create", "cluster", "--name", name, "--kubeconfig", str(path), "--wait", "120s")
    _kind("export", "kubeconfig", "--name", name, "--kubeconfig", str(path))
    return path


def loader(name: str) -> Callable[[pathlib.Path], None]:
    """What loads a docker archive into the cluster's nodes."""
    return lambda archive: print(_kind("load", "image-archive", str(archive), "--name", name), end="")


def down(name: str) -> None:
    """Deletes the cluster if it is there."""
    if name in _kind("get", "clusters").split():
        _kind("delete", "cluster", "--name", name)


def _kind(*arguments: str) -> str:
    done = subprocess.run(["kind", *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise binaries.Missing(f"kind {arguments[0]} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout
