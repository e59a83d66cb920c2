"""Replicas of the operator, each a process, and the namespaces that they serve. Used by the tests here and in tests/faults."""

import dataclasses
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import kinds

CRD = pathlib.Path(__file__).parents[2] / "crds" / "ocrservice.yaml"
_COUNT = itertools.count()
_Found = TypeVar("_Found")


@dataclasses.dataclass
class Replica:
    """A running operator."""

    process: subprocess.Popen[bytes]
    port: int
    log: pathlib.Path

    def ask(self, path: str) -> str:
        """What it answers. Raises OSError where it does not, or not with 200."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        lines = [line for line in self.ask(names.METRICS).splitlines() if line.startswith(f"kubeocr_operator_{name}")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines)

    @property
    def leads(self) -> bool:
        return self.metric("leader") == 1

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def end(self, number: int = signal.SIGTERM) -> int:
        """Its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@dataclasses.dataclass
class Space:
    """A namespace on a real API server, and replicas that serve it."""

    cluster: clusters.Cluster
    name: str
    folder: pathlib.Path
    replicas: list[Replica] = dataclasses.field(default_factory=list)

    @property
    def leader(self) -> Replica:
        """The replica that leads."""
        return next(replica for replica in self.replicas if replica.running and replica.leads)

    def start(
        self, *options: str, kubeconfig: pathlib.Path | None = None, environment: Mapping[str, str] | None = None
    ) -> Replica:
        """Starts a replica; `kubeconfig` where it is to find the API server elsewhere, `environment` for further variables."""
        port = _free_port()
        log = self.folder / f"operator-{len(self.replicas)}.log"
        argv = ["--port", str(port), "--lease-namespace", self.name, "--namespace", self.name, *options]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "kubeocr_operator", *argv],
                env={**os.environ, "KUBECONFIG": str(kubeconfig or self.cluster.path), **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        self.replicas.append(Replica(process, port, log))
        return self.replicas[-1]

    def lead(self, *options: str, kubeconfig: pathlib.Path | None = None) -> Replica:
        """Starts a replica, and waits until it leads."""
        replica = self.start(*options, kubeconfig=kubeconfig)
        until(lambda: answers(replica) and replica.leads, seconds=60)
        return replica

    def close(self) -> None:
        """Ends every replica and shows its log."""
        for replica in self.replicas:
            if replica.running:
                replica.end(signal.SIGKILL)
            print(replica.log.read_text())
        self.cluster.kubectl("delete", "namespace", self.name, "--wait=false")

    def kubectl(self, *argv: str, body: Mapping[str, Any] | None = None) -> str:
        """Runs kubectl in the namespace, which has to succeed; what it says."""
        done = self.cluster.kubectl("-n", self.name, *argv, input=None if body is None else json.dumps(body))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fresh(self) -> str:
        """A name that no OCRService had."""
        return f"docs-{next(_COUNT)}"

    def service(self, **spec: Any) -> str:
        """Applies an OCRService of a fresh name; its name."""
        name = self.fresh()
        self.spec(name, **spec)
        return name

    def spec(self, name: str, **spec: Any) -> None:
        """Applies an OCRService."""
        metadata = {"name": name, "namespace": self.name}
        self.kubectl(
            "apply", "-f", "-", body={"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": spec}
        )

    def get(self, kind: kinds.Kind, name: str) -> Any:
        """An object, None where there is none."""
        found = self.kubectl("get", f"{kind.plural}.{kind.group}", name, "--ignore-not-found", "-o", "json")
        return json.loads(found) if found else None

    def status(self, name: str) -> dict[str, Any]:
        """The status of an OCRService; empty where it has none yet."""
        return dict(self.get(kinds.OCR_SERVICE, name).get("status", {}))

    def condition(self, name: str, kind: str) -> tuple[str, str, str]:
        """Status, reason and message of a condition; empty where there is none yet."""
        found = [x for x in self.status(name).get("conditions", ()) if x["type"] == kind]
        return (found[0]["status"], found[0]["reason"], found[0]["message"]) if found else ("", "", "")

    def versions(self) -> dict[tuple[str, str], str]:
        """ResourceVersions of everything that the operator could have written."""
        plurals = ",".join(f"{kind.plural}.{kind.group}" for kind in (kinds.OCR_SERVICE, *kinds.CHILDREN))
        items = json.loads(self.kubectl("get", plurals, "-o", "json"))["items"]
        return {(item["kind"], item["metadata"]["name"]): item["metadata"]["resourceVersion"] for item in items}


def opened(cluster: clusters.Cluster, folder: pathlib.Path) -> Space:
    """A new, empty namespace on an API server that knows OCRServices; the caller owes it a `close`."""
    space = Space(cluster, f"space-{next(_COUNT)}-{os.getpid()}", folder)
    done = cluster.kubectl("create", "namespace", space.name)
    assert done.returncode == 0, done.stderr
    return space


def install_crd(cluster: clusters.Cluster) -> None:
    """Makes an API server know OCRServices."""
    done = cluster.kubectl("apply", "--server-side", "-f", str(CRD))
    assert done.returncode == 0, done.stderr
    cluster.kubectl("wait", "--for=condition=Established", f"crd/{names.PLURAL}.{names.GROUP}")


def until(holds: Callable[[], _Found], seconds: float = 20.0) -> _Found:
    """Waits until something holds; what it returned then."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never held"
        time.sleep(0.1)
    return found


def answers(replica: Replica, path: str = names.LIVEZ) -> bool:
    """Whether it answers, with 200: before that its port is closed, and a standby that has not read its Lease is not ready."""
    try:
        return bool(replica.ask(path))
    except OSError:
        return False


def quiet(space: Space) -> bool:
    """Whether the controllers have come to rest: nothing changed for two seconds."""
    before = space.versions()
    time.sleep(2)
    return space.versions() == before


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
