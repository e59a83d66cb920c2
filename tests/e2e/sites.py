"""A cluster with the operator on it, and what the tests do with it."""

import base64
import contextlib
import dataclasses
import json
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cluster import binaries, clusters, images

from kubeocr_contract import images as published
from kubeocr_contract import names

OPERATOR_NAMESPACE, RELEASE = "kubeocr-system", "kubeocr"
OPERATOR = "kubeocr-operator"
NAMESPACE = "e2e"
CHART = images.ROOT / "charts" / "kubeocr"
_SCRIPT = pathlib.Path(__file__).with_name("in_pod.py").read_text()
_CLIENT = "client"
WORDS = ("Invoice 2026", "Twelve chairs and one table", "Total 1,480.00")


@dataclasses.dataclass(frozen=True)
class Site:
    """The cluster and what was put on it."""

    cluster: clusters.Cluster
    runtime_image: str

    def kubectl(self, *arguments: str, manifest: Mapping[str, Any] | None = None, namespace: str = NAMESPACE) -> str:
        """Runs kubectl, which has to succeed. Returns what it says."""
        done = self.cluster.kubectl("-n", namespace, *arguments, input=json.dumps(manifest) if manifest else None)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def get(self, what: str, *, namespace: str = NAMESPACE) -> dict[str, Any]:
        """An object, or a list of them, as the API server has it."""
        found: dict[str, Any] = json.loads(self.kubectl("get", what, "-o", "json", namespace=namespace))
        return found

    def exists(self, what: str) -> bool:
        """Whether there is such an object in the tests' namespace."""
        return self.cluster.kubectl("-n", NAMESPACE, "get", what).returncode == 0

    def apply(self, name: str, spec: Mapping[str, Any] | None = None) -> None:
        """Applies an OCRService that asks for little CPU, so that several pods have room on a small node."""
        small = {"resources": {"requests": {"cpu": "100m", "memory": "512Mi"}}}
        metadata = {"name": name, "namespace": NAMESPACE}
        manifest = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": small | dict(spec or {})}
        self.kubectl("apply", "--server-side", "-f", "-", manifest=manifest)

    def service(self, name: str) -> dict[str, Any]:
        """The OCRService."""
        return self.get(f"{names.PLURAL}/{name}")

    def condition(self, name: str, kind: str) -> dict[str, str]:
        """A condition of an OCRService that has seen its last spec; empty until then."""
        service = self.service(name)
        found = [c for c in service.get("status", {}).get("conditions", ()) if c["type"] == kind]
        return next((c for c in found if c.get("observedGeneration") == service["metadata"]["generation"]), {})

    def is_ready(self, name: str) -> bool:
        """Whether the OCRService is Ready, and its status speaks of its last spec."""
        return self.condition(name, "Ready").get("status") == "True"

    def pods(self, name: str) -> list[dict[str, Any]]:
        """The runtime pods of an OCRService that are not on their way out."""
        labels = self.service(name)["status"]["selector"]
        found = json.loads(self.kubectl("get", "pods", "-l", labels, "-o", "json"))["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def replaced(self, name: str, before: set[str]) -> bool:
        """Whether an OCRService is Ready and has no pod of before left, those on their way out included."""
        pods = [pod for pod in self.get("pods")["items"] if pod["metadata"]["name"].startswith(f"{name}-")]
        return self.is_ready(name) and bool(pods) and not before & {pod["metadata"]["uid"] for pod in pods}

    def url(self, name: str, path: str) -> str:
        """Where another pod finds the Service, by its DNS name."""
        return f"http://{name}.{NAMESPACE}.svc.cluster.local{path}"

    def ask(self, word: str, *arguments: str, file: bytes = b"") -> dict[str, Any]:
        """Runs `in_pod.py` in the client pod. Returns what it prints."""
        stdin = base64.b64encode(file).decode() + "\n"
        done = self.cluster.kubectl(*_exec(), word, *arguments, input=stdin)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def send(self, name: str, path: str, file: bytes, **fields: str) -> tuple[int, str, bytes]:
        """Posts a form to an OCRService from another pod. Returns status, type and body of the answer."""
        answer = self.ask("form", self.url(name, path), json.dumps(fields), file=file)
        return answer["status"], answer["type"], base64.b64decode(answer["body"])

    @contextlib.contextmanager
    def forwarded(self, name: str) -> Iterator[str]:
        """Yields an address on this machine that leads to a Service."""
        command = [binaries.tool("kubectl"), "-n", NAMESPACE, "port-forward", f"service/{name}", ":80"]
        with subprocess.Popen(command, env=self.cluster.environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                said = process.stdout.readline() if process.stdout else ""
                assert "Forwarding from" in said, said
                yield f"http://{said.split()[2]}"
            finally:
                process.terminate()

    @contextlib.contextmanager
    def traffic(self, url: str, page: bytes, *, clients: int) -> Iterator[Callable[[], dict[str, Any]]]:
        """Posts a page to `url` for as long as the block runs; what it yields ends that and returns the outcomes."""
        command = [binaries.tool("kubectl"), *_exec(), "traffic", url, str(clients)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=self.cluster.environment, stdin=pipe, stdout=pipe, text=True) as process:
            assert process.stdin is not None
            process.stdin.write(base64.b64encode(page).decode() + "\n")
            process.stdin.flush()
            try:
                yield lambda: json.loads(process.communicate("stop\n", timeout=180)[0])
            finally:
                process.kill()

    def start_client(self) -> None:
        """Makes the tests' namespace, which enforces Pod Security `restricted`, and a pod in it that asks."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
        self.kubectl("apply", "-f", "-", manifest=namespace, namespace="default")
        self.kubectl("apply", "-f", "-", manifest=_client(self.runtime_image))
        self.kubectl("wait", f"pod/{_CLIENT}", "--for=condition=Ready", "--timeout=90s")


def install(
    cluster: clusters.Cluster,
    operator: images.Image | None,
    runtime: images.Image | None,
    *,
    chart: pathlib.Path = CHART,
    values: Mapping[str, Any] | None = None,
) -> Site:
    """Installs or upgrades a chart as a user would, with images that were built here, and with further values."""
    command = [binaries.tool("helm"), "upgrade", "--install", RELEASE, str(chart), "--values", "-"]
    command += ["--namespace", OPERATOR_NAMESPACE, "--create-namespace", "--wait", "--timeout", "4m"]
    done = cluster.run(command, input=json.dumps({**_values(operator, runtime), **(values or {})}))
    assert done.returncode == 0, done.stderr
    return Site(cluster, runtime.reference if runtime else f"{published.REPOSITORY}:{published.PROJECT_VERSION}")


def until(what: str, true: Callable[[], object], *, seconds: float) -> float:
    """Waits until something holds. Returns the seconds that it took; fails with `what` when it never does."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.5)
    return time.monotonic() - started


def _values(operator: images.Image | None, runtime: images.Image | None) -> dict[str, Any]:
    if operator is None or runtime is None:
        return {}
    carried = [
        {"repository": runtime.repository, "tag": runtime.tag, "accelerator": "cpu", "carries": "wheels"},
        {"repository": runtime.repository, "tag": "all-gpu", "accelerator": "gpu", "carries": "all"},
    ]
    return {"image": {"repository": operator.repository, "tag": operator.tag}, "runtime": {"images": carried}}


def _exec() -> tuple[str, ...]:
    return ("-n", NAMESPACE, "exec", "-i", _CLIENT, "--", "python3", "-c", _SCRIPT)


def _client(image: str) -> dict[str, Any]:
    container = {
        "name": "client",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "infinity"],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    security = {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
    spec = {"securityContext": security, "terminationGracePeriodSeconds": 0, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": _CLIENT, "namespace": NAMESPACE}, "spec": spec}
