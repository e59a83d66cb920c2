"""The demo's steps on a cluster: images into it, the chart installed, an OCRService Ready."""

import json
import pathlib
from collections.abc import Sequence

from cluster import binaries, clusters, images

from demo import steps

ROOT = pathlib.Path(__file__).parents[1]
NAMESPACE, RELEASE = "kubeocr-system", "kubeocr"
SERVICE = "pages"


def operator(cluster: clusters.Cluster, built: Sequence[images.Image], log: pathlib.Path) -> None:
    """Installs or upgrades the chart with the images of this checkout."""
    command = [
        binaries.tool("helm"),
        "upgrade",
        "--install",
        RELEASE,
        str(ROOT / "charts" / "kubeocr"),
        "--namespace",
        NAMESPACE,
    ]
    command += ["--create-namespace", "--wait", "--timeout", "5m", "--values", "-"]
    steps.run(cluster, command, log, input=json.dumps(values(built)))


def values(built: Sequence[images.Image]) -> dict[str, object]:
    """The chart's values for images that were built here."""
    own, runtime = built
    carried = {"repository": runtime.repository, "tag": runtime.tag, "accelerator": "cpu", "carries": "wheels"}
    # a running operator hears of a new list of images within a minute; with another annotation a new one reads it at once
    changed = {"kubeocr.io/demo-images": runtime.tag}
    return {
        "image": {"repository": own.repository, "tag": own.tag},
        "runtime": {"images": [carried]},
        "podAnnotations": changed,
    }


def service(cluster: clusters.Cluster, built: Sequence[images.Image], log: pathlib.Path) -> None:
    """Applies an OCRService and waits until it is Ready; it asks for little, so that a small node has room for a rollout."""
    kubectl = binaries.tool("kubectl")
    manifest = {
        "apiVersion": "kubeocr.io/v1alpha1",
        "kind": "OCRService",
        "metadata": {"name": SERVICE, "namespace": "default"},
        "spec": {"resources": {"requests": {"cpu": "250m", "memory": "1Gi"}}},
    }
    steps.run(cluster, [kubectl, "apply", "-f", "-"], log, input=json.dumps(manifest))
    chosen = [f"jsonpath={{.status.image}}={image.reference}" for image in built[1:]]
    for state in (*chosen, "condition=Ready"):
        steps.run(cluster, [kubectl, "wait", f"ocrservice/{SERVICE}", f"--for={state}", "--timeout=5m"], log)
    steps.run(cluster, [kubectl, "rollout", "status", f"deployment/{SERVICE}", "--timeout=5m"], log)
