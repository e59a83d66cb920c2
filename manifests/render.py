"""Writes manifests/base from the chart's defaults: `python manifests/render.py [--check]`."""

import argparse
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import yaml
from cluster import binaries

ROOT = pathlib.Path(__file__).parents[1]
BASE = ROOT / "manifests" / "base" / "operator.yaml"
RELEASE, NAMESPACE = "kubeocr", "kubeocr-system"
_HEADER = "# Written by `make generate`: the chart with its defaults, less what only Helm reads.\n"


def main() -> int:
    """Writes the file, or with --check says whether it is as it would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = render()
    if not parser.parse_args().check:
        BASE.write_text(text)
    elif BASE.read_text() != text:
        print(f"{BASE.relative_to(ROOT)} is not what the chart gives: make generate", file=sys.stderr)
        return 1
    return 0


def render() -> str:
    """The chart's objects as kustomize takes them."""
    helm = [
        binaries.tool("helm"),
        "template",
        RELEASE,
        str(ROOT / "charts" / "kubeocr"),
        "--namespace",
        NAMESPACE,
        "--no-hooks",
    ]
    rendered = subprocess.run(helm, check=True, capture_output=True, text=True).stdout
    objects = [_plain(manifest) for manifest in yaml.safe_load_all(rendered) if manifest]
    return _HEADER + yaml.safe_dump_all(objects, sort_keys=False, width=128)


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
