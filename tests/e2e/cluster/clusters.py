"""A Kubernetes to test against: the one that KUBECONFIG names, one of kind, or the project's own."""

import dataclasses
import os
import pathlib
import subprocess
from collections.abc import Callable, Sequence

from cluster import binaries, kind, own, versions


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


def prepare(options: own.Options, *, extra: tuple[str, ...] = ("helm",)) -> None:
    """Builds and installs what `up` takes, and the client programs that PATH lacks: long the first time. Raises `Missing`."""
    if not given() and not kind.available():
        own.prepare(options)
    binaries.ensure(name for name in extra if name in versions.clients())


def up(options: own.Options) -> Cluster:
    """The cluster to use here; `options` are for the project's own, which needs neither Docker nor a registry."""
    if path := given():
        return Cluster(path, load=_pulls, down=_stays, origin="given")
    if kind.available():
        return Cluster(kind.up(options.name), kind.loader(options.name), lambda: kind.down(options.name), origin="kind")
    return Cluster(own.up(options), own.loader(options.name), lambda: own.down(options.name), origin="own")


def down(name: str) -> None:
    """Ends a cluster of that name that `up` began, in another process perhaps."""
    if kind.available():
        kind.down(name)
    own.down(name)


def kubeconfigs(name: str) -> frozenset[str]:
    """Where `up` leaves the kubeconfig of a cluster of that name that is not given."""
    return frozenset({str(own.kubeconfig(name)), str(kind.kubeconfig(name))})


def given() -> pathlib.Path | None:
    """The cluster that the caller brings, if any."""
    return pathlib.Path(path) if (path := os.environ.get("KUBECONFIG")) else None


def _pulls(archive: pathlib.Path) -> None:
    """A given cluster pulls what `images` pushed to KUBEOCR_REGISTRY; nothing is put into its nodes."""


def _stays() -> None:
    """A given cluster is not ours to end."""
