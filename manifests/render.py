"""Writes what of the manifests comes from the chart: `python manifests/render.py [--check]`."""

import argparse
import pathlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from cluster import binaries

ROOT = pathlib.Path(__file__).parents[1]
RELEASE, NAMESPACE = "kubeocr", "kubeocr-system"
SERVED = "documents"
"""The namespace that the overlay `namespaced` serves."""
_PROMETHEUS = ("monitoring.coreos.com/v1/ServiceMonitor", "monitoring.coreos.com/v1/PrometheusRule")
_COMPONENTS = {
    "monitoring": tuple(f"monitoring.{part}.enabled=true" for part in ("serviceMonitor", "prometheusRule", "dashboard")),
    "network-policy": ("networkPolicy.enabled=true",),
}
"""Component -> the values that it stands for."""
_HEADER = "# Written by `make generate`: the chart with {}, less what only Helm reads.\n"


def main() -> int:
    """Writes the files, or with --check names those that are not as they would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    stale = {path: text for path, text in files().items() if not path.exists() or path.read_text() != text}
    if not parser.parse_args().check:
        for path, text in stale.items():
            path.write_text(text)
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is not what the chart gives: make generate", file=sys.stderr)
    return 1 if stale else 0


def files() -> Mapping[pathlib.Path, str]:
    """Path -> text: the base, the roles of an operator that is held to a namespace, and what components add to the base."""
    base = _rendered()
    held = [x for x in _rendered(f"watchNamespaces={{{SERVED}}}") if x["metadata"].get("namespace") == SERVED]
    added = {name: [x for x in _rendered(*values) if x not in base] for name, values in _COMPONENTS.items()}
    return {
        ROOT / "manifests" / "base" / "operator.yaml": _text(base, "its defaults"),
        ROOT / "manifests" / "overlays" / "namespaced" / "roles.yaml": _text(held, f"watchNamespaces [{SERVED}]"),
        **{
            ROOT / "manifests" / "components" / name / "objects.yaml": _text(objects, " and ".join(_COMPONENTS[name]))
            for name, objects in added.items()
        },
    }


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as lines."""


_Dumper.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)
)


def _text(objects: list[dict[str, Any]], values: str) -> str:
    return _HEADER.format(values) + yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=128)


def _rendered(*values: str) -> list[dict[str, Any]]:
    """The chart's objects as kustomize takes them."""
    helm = [binaries.tool("helm"), "template", RELEASE, str(ROOT / "charts" / "kubeocr"), "--namespace", NAMESPACE]
    chosen = [argument for value in values for argument in ("--set", value)]
    chosen += [argument for api in _PROMETHEUS for argument in ("--api-versions", api)]
    rendered = subprocess.run([*helm, *chosen, "--no-hooks"], check=True, capture_output=True, text=True).stdout
    return [_plain(manifest) for manifest in yaml.safe_load_all(rendered) if manifest]


def _plain(manifest: dict[str, Any]) -> dict[str, Any]:
    """Without what only Helm reads, in metadata and in a pod's."""
    for metadata in _metadata(manifest):
        for field in ("labels", "annotations"):
            kept = {k: v for k, v in metadata.pop(field, {}).items() if not k.startswith("helm.sh/") and v != "Helm"}
            if kept:
                metadata[field] = kept
    return manifest


def _metadata(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield manifest["metadata"]
    if manifest["kind"] == "Deployment":
        yield manifest["spec"]["template"]["metadata"]


if __name__ == "__main__":
    sys.exit(main())
