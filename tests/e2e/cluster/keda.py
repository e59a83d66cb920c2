"""KEDA as its own project ships it: its programs in one image, under its own manifests, role and webhooks included.

Only the test that scales with it waits for this: its programs take some 10 minutes on two cores, once.
"""

import base64
import json
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

from cluster import archives, binaries, certificates, clusters, versions

NAMESPACE = "keda"
_VERSION = versions.KEDA_MODULE.version.removeprefix("v")
_IMAGE = f"docker.io/kubeocr/keda:{_VERSION}"
_COMMANDS = {"keda": "keda-operator", "keda-adapter": "keda-adapter", "keda-admission-webhooks": "keda-webhooks"}
"""What KEDA's manifests run, and the binary that it is."""
_DEPLOYMENTS = ("keda-operator", "keda-metrics-apiserver", "keda-admission")
_SERVICES = ("keda-operator", "keda-metrics-apiserver", "keda-admission-webhooks")
_SECRET = "kedaorg-certs"
_USER = 1000


def available() -> bool:
    """Whether its programs are there, or Go to build them."""
    return shutil.which("go") is not None or all((binaries.BIN / name).exists() for name in versions.KEDA)


def prepare() -> None:
    """Builds its programs: long the first time. Raises `binaries.Missing`."""
    binaries.ensure(versions.KEDA)


def install(cluster: clusters.Cluster) -> None:
    """Runs KEDA on a cluster and waits until it serves metrics. Raises `binaries.Missing`."""
    prepare()
    cluster.load(_archive())
    authority, secret = _certificates()
    manifests = [_ours(obj, authority) for obj in _theirs(cluster)]
    # a CRD has to be known before anything of its kind, a namespace before what is in it; kubectl keeps the order it is given
    first = [obj for obj in manifests if obj["kind"] in {"CustomResourceDefinition", "Namespace"}]
    for objects in (first, [secret, *(obj for obj in manifests if obj not in first)]):
        _kubectl(cluster, "apply", "--server-side", "-f", "-", input=json.dumps(_list(objects)))
    for name in _DEPLOYMENTS:
        _kubectl(cluster, "rollout", "status", f"deployment/{name}", "-n", NAMESPACE, "--timeout=120s")
    _kubectl(cluster, "wait", "apiservice/v1beta1.external.metrics.k8s.io", "--for=condition=Available", "--timeout=60s")


def _archive() -> pathlib.Path:
    """The image's docker archive, made once."""
    archive = binaries.BIN / f"kubeocr-keda-{_VERSION}.tar"
    if not archive.exists():
        programs = {command: binaries.BIN / binary for command, binary in _COMMANDS.items()}
        archives.write(archive, _IMAGE, programs, config={"User": str(_USER)})
    return archive


def _theirs(cluster: clusters.Cluster) -> Iterator[dict[str, Any]]:
    """KEDA's manifests, out of its module; kubectl reads the YAML and prints one object of JSON after the other."""
    folder = binaries.source(versions.KEDA_MODULE) / "config" / "default"
    told, decoder = _kubectl(cluster, "create", "--dry-run=client", "-o", "json", "-k", str(folder)).strip(), json.JSONDecoder()
    while told:
        found, end = decoder.raw_decode(told)
        yield found
        told = told[end:].lstrip()


def _ours(obj: dict[str, Any], authority: str) -> dict[str, Any]:
    """A manifest with what differs here: the image, who signed the certificates, and probes that do not wait 20 s first."""
    if obj["kind"] == "Deployment":
        container = obj["spec"]["template"]["spec"]["containers"][0]
        container |= {"image": _IMAGE, "imagePullPolicy": "IfNotPresent"}
        container["args"] = [argument for argument in container["args"] if not argument.startswith("--enable-cert-rotation")]
        for probe in ("livenessProbe", "readinessProbe"):
            container[probe] |= {"initialDelaySeconds": 1, "periodSeconds": 2, "failureThreshold": 30}
    if obj["kind"] == "APIService":
        obj["spec"]["caBundle"] = authority
    for webhook in obj.get("webhooks", ()):
        webhook["clientConfig"]["caBundle"] = authority
    return obj


def _certificates() -> tuple[str, dict[str, Any]]:
    """The authority's certificate in base64, and the Secret that KEDA would otherwise make for itself half a minute later."""
    hosts = [f"{service}.{NAMESPACE}.svc" for service in _SERVICES]
    issued = certificates.issue(f"{host}{domain}" for host in hosts for domain in ("", ".cluster.local"))
    data = {file: base64.b64encode(content).decode() for file, content in issued.items()}
    metadata = {"name": _SECRET, "namespace": NAMESPACE}
    return data["ca.crt"], {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def _list(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": objects}


def _kubectl(cluster: clusters.Cluster, *arguments: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's name
    done = cluster.kubectl(*arguments, input=input)
    if done.returncode:
        raise binaries.Missing(f"kubectl {' '.join(arguments)} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout
