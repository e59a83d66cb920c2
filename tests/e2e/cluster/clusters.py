"""A Kubernetes to test against: the one that KUBECONFIG names, one of kind, or the project's own."""

import dataclasses
import os
import pathlib
import subprocess
from collections.abc import Callable, Sequence

from cluster import binaries, kind, own


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A running cluster. `load` makes the image of a docker archive known to its nodes; `down` ends it if we began it."""

    path: pathlib.Path
    load: Callable[[pathlib.Path], None]
    down: Callable[[], None]
    origin: str
    """given, kind or own."""

    def kubectl(self, *arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:  # noqa: A002 - subprocess's name
        """Runs kubectl on this cluster; whether it went well is for the caller to judge."""
        return self.run([binaries.tool("kubectl"), *arguments], input=input)

    def run(self, command: Sequence[str], *, input: str | None = None) -> subprocess.CompletedProcess[str]:  # noqa: A002
        """Runs a program that finds this cluster by KUBECONFIG."""
        return subprocess.run(command, input=input, capture_output=True, text=True, check=False, env=self.environment)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this process with KUBECONFIG set to this cluster."""
        return {**os.environ, "KUBECONFIG": str(self.path)}


def up(options: own.Options) -> Cluster:
    """The cluster to use here; `options` are for the project's own, which needs neither Docker nor a registry."""
    if given := os.environ.get("KUBECONFIG"):
        return Cluster(pathlib.Path(given), load=_cannot_load, down=_stays, origin="given")
    if kind.available():
        return Cluster(kind.up(options.name), kind.loader(options.name), lambda: kind.down(options.name), origin="kind")
    return Cluster(own.up(options), own.loader(options.name), lambda: own.down(options.name), origin="own")


def down(name: str) -> None:
    """Ends a cluster of that name that `up` began, in another process perhaps."""
    if kind.available():
        kind.down(name)
    own.down(name)


def _cannot_load(archive: pathlib.Path) -> None:
    """A given cluster has its images from its registry; KUBEOCR_LOAD may name a command that takes an archive's path."""
    command = os.environ.get("KUBEOCR_LOAD")
    if command:
        subprocess.run([*command.split(), str(archive)], check=True, stdin=subprocess.DEVNULL)


def _stays() -> None:
    """A given cluster is not ours to end."""
