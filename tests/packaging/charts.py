"""What Helm makes of the chart, for the tests here."""

import json
import pathlib
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from cluster import binaries

ROOT = pathlib.Path(__file__).parents[2]
CHART = ROOT / "charts" / "kubeocr"
NAMESPACE = "kubeocr-system"
MONITORS = ("monitoring.coreos.com/v1/ServiceMonitor", "monitoring.coreos.com/v1/PrometheusRule")
EVERYTHING = {
    "networkPolicy": {"enabled": True, "apiServer": {"cidrs": ["192.0.2.1/32"]}, "from": [{"podSelector": {}}]},
    "monitoring": {name: {"enabled": True} for name in ("serviceMonitor", "prometheusRule", "dashboard")},
}
"""Values that leave nothing out."""
Manifest = dict[str, Any]


def helm(*arguments: str, values: Mapping[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs Helm, with values on its standard input."""
    command = [binaries.tool("helm"), *arguments]
    return subprocess.run(command, input=json.dumps(values or {}), capture_output=True, text=True, check=False)


def template(values: Mapping[str, Any], apis: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    """Renders the chart for a cluster that serves these APIs besides its own."""
    served = [argument for api in apis for argument in ("--api-versions", api)]
    return helm("template", "kubeocr", str(CHART), "--namespace", NAMESPACE, *served, "--values", "-", values=values)


def render(**values: Any) -> list[Manifest]:
    """The chart's objects on a cluster with the Prometheus Operator."""
    done = template(values, MONITORS)
    assert done.returncode == 0, done.stderr
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def one(manifests: Iterable[Manifest], kind: str, name: str = "kubeocr-operator") -> Manifest:
    """The object of a kind and name."""
    (found,) = [x for x in manifests if (x["kind"], x["metadata"]["name"]) == (kind, name)]
    return found
