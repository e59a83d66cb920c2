"""Helm releases of the chart on a real API server, for the tests here: no operator runs, whatever a release says."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

import charts
from cluster import binaries, clusters

from kubeocr_contract import names

CRD = f"customresourcedefinition/{names.PLURAL}.{names.GROUP}"


def helm(cluster: clusters.Cluster, *arguments: str, values: Mapping[str, Any] | None = None) -> str:
    """Runs Helm on a cluster, which has to succeed. Returns what it says."""
    done = attempt(cluster, *arguments, values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout


def attempt(cluster: clusters.Cluster, *arguments: str, values: Mapping[str, Any] | None = None) -> Any:
    """Runs Helm on a cluster; whether it went well is for the caller to judge."""
    chosen = [] if values is None else ["--values", "-"]
    return cluster.run([binaries.tool("helm"), *arguments, *chosen], input=json.dumps(values) if values else None)


def kubectl(cluster: clusters.Cluster, *arguments: str, body: Mapping[str, Any] | None = None) -> str:
    """Runs kubectl, which has to succeed. Returns what it says."""
    done = cluster.kubectl(*arguments, input=None if body is None else json.dumps(body))
    assert done.returncode == 0, done.stderr
    return done.stdout


def chart_of(release: str) -> pathlib.Path:
    """An earlier release's chart."""
    return charts.ROOT / "tests" / "releases" / release / "chart"


def crd(cluster: clusters.Cluster) -> dict[str, Any]:
    """The CustomResourceDefinition as it is."""
    found: dict[str, Any] = json.loads(kubectl(cluster, "get", CRD, "-o", "json"))
    return found
