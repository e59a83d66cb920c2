"""Keeps what tests need of a release: `python tests/releases/record.py CHECKOUT FOLDER`, once, when it is made.

Its chart and its manifests are copied. Its operator runs from CHECKOUT on a real API server with every OCRService of its
golden files; FOLDER/objects.jsonl then has, one a line, each OCRService and each child as the API server stored them, and
tests/operator/test_releases.py asks later releases what they would write.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import replicas
import yaml
from cluster import clusters, own

from kubeocr_contract import names
from kubeocr_operator import kinds

_METADATA = ("name", "namespace", "uid", "generation", "labels", "ownerReferences")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def main() -> int:
    """Writes the folder; the cluster is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path, help="the release's own checkout")
    parser.add_argument("folder", type=pathlib.Path, help="tests/releases/VERSION")
    chosen = parser.parse_args()
    for kept, name in (("charts/kubeocr", "chart"), ("manifests/base", "manifests/base")):
        shutil.copytree(chosen.checkout / kept, chosen.folder / name, dirs_exist_ok=True)
    running = clusters.up(own.Options(name=f"record-{os.getpid()}", node=False))
    try:
        with tempfile.TemporaryDirectory() as folder:
            space = _space(running, chosen.checkout, pathlib.Path(folder))
            try:
                lines = list(_recorded(space, chosen.checkout.resolve()))
            finally:
                space.close()
    finally:
        running.down()
    (chosen.folder / "objects.jsonl").write_text("".join(f"{json.dumps(line, sort_keys=True)}\n" for line in lines))
    return 0


def _space(running: clusters.Cluster, checkout: pathlib.Path, folder: pathlib.Path) -> replicas.Space:
    done = running.kubectl("apply", "--server-side", "-f", str(checkout / "crds" / "ocrservice.yaml"))
    assert done.returncode == 0, done.stderr
    running.kubectl("wait", "--for=condition=Established", f"crd/{names.PLURAL}.{names.GROUP}")
    return replicas.opened(running, folder)


def _recorded(space: replicas.Space, checkout: pathlib.Path) -> Iterator[Mapping[str, Any]]:
    """Starts the release's operator, applies its OCRServices and reads everything back once nothing changes any more."""
    golden = checkout / "tests" / "operator" / "golden"
    packages = os.pathsep.join(str(checkout / folder) for folder in ("operator", "contract"))
    replica = space.start("--config", str(golden / "images.yaml"), environment={"PYTHONPATH": packages})
    replicas.until(lambda: replicas.answers(replica) and replica.leads, seconds=60)
    cases = sorted(path.parent for path in golden.glob("*/ocrservice.yaml"))
    for case in cases:
        space.spec(case.name, **yaml.safe_load((case / "ocrservice.yaml").read_text()).get("spec", {}))
    replicas.until(lambda: all(space.status(case.name) for case in cases), seconds=60)
    replicas.until(lambda: replicas.quiet(space), seconds=60)
    plurals = ",".join(f"{kind.plural}.{kind.group}" for kind in (kinds.OCR_SERVICE, *kinds.CHILDREN))
    found = json.loads(space.kubectl("get", plurals, "--show-managed-fields", "-o", "json"))["items"]
    yield from (
        _slim(item) for item in found if item["kind"] == names.KIND or names.LABEL_OWNER in item["metadata"].get("labels", {})
    )


def _slim(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """What tells whether a later operator would write it."""
    metadata = {name: item["metadata"][name] for name in _METADATA if name in item["metadata"]}
    metadata["annotations"] = {k: v for k, v in item["metadata"].get("annotations", {}).items() if k != _LAST_APPLIED}
    metadata["managedFields"] = [x for x in item["metadata"]["managedFields"] if x["manager"] == names.FIELD_MANAGER]
    status = {"status": item["status"]} if item["kind"] == names.KIND else {}
    return {**{k: v for k, v in item.items() if k not in {"metadata", "status"}}, "metadata": metadata, **status}


if __name__ == "__main__":
    sys.exit(main())
