"""Writes the version of contract/kubeocr_contract/images.py wherever else it has to stand: `tools/version.py [--check]`."""

import argparse
import pathlib
import re
import sys
from collections.abc import Mapping

from kubeocr_contract import images

ROOT = pathlib.Path(__file__).parents[1]
PLACES = (
    "charts/kubeocr/Chart.yaml",
    "manifests/overlays/mirror/config.yaml",
    "manifests/examples/paddle.yaml",
    "operator/kubeocr_operator/config.py",
    "Dockerfile.operator",
    "README.md",
    "docs/IMAGES.md",
    "docs/OPERATIONS.md",
)
_VERSION = re.compile(
    r"(?P<before>kubeocr/(bake|operator|runtime):|tag: |^(appV|v)ersion: )[0-9]+\.[0-9]+\.[0-9]+", re.MULTILINE
)


def main() -> int:
    """Exit status 1: --check found a file with another version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    stale = stale_files(ROOT, images.PROJECT_VERSION)
    if parser.parse_args().check:
        for path in stale:
            print(f"{path}: not version {images.PROJECT_VERSION}, run `make generate`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale.items():
        (ROOT / path).write_text(text)
    return 0


def stale_files(root: pathlib.Path, version: str) -> Mapping[str, str]:
    """Path -> text as it has to be, of the files that are not so."""
    texts = {path: (root / path).read_text() for path in PLACES}
    wanted = {path: _VERSION.sub(rf"\g<before>{version}", text) for path, text in texts.items()}
    return {path: text for path, text in wanted.items() if text != texts[path]}


if __name__ == "__main__":
    sys.exit(main())
