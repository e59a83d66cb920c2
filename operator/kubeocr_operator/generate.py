"""`python -m kubeocr_operator.generate [--check]`: writes the files that are made from the models, or says which are stale."""

import argparse
import json
import pathlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from kubeocr_operator import references, schemas

ROOT = pathlib.Path(__file__).resolve().parents[2]
_SOURCE = "Written by `make generate` from operator/kubeocr_operator/specs/ and statuses.py."


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 0: every file is right (now); 1: --check found stale ones, named on stderr."""
    options = argparse.ArgumentParser(prog="kubeocr_operator.generate", description=__doc__)
    options.add_argument("--check", action="store_true", help="write nothing, fail if a file is stale")
    options.add_argument("--root", type=pathlib.Path, default=ROOT, help="the checkout")
    chosen = options.parse_args(argv)
    stale = stale_files(chosen.root)
    if chosen.check:
        for path in stale:
            sys.stderr.write(f"{path}: stale, run `make generate`\n")
        return 1 if stale else 0
    for path, text in stale.items():
        (chosen.root / path).parent.mkdir(parents=True, exist_ok=True)
        (chosen.root / path).write_text(text, encoding="utf-8")
    return 0


def files() -> Mapping[str, str]:
    """Path below the checkout -> text."""
    return {
        "crds/ocrservice.yaml": f"# {_SOURCE}\n{_yaml(schemas.definition())}",
        "charts/kubeocr/templates/crd.yaml": _template(schemas.definition()),
        "docs/OCRSERVICE.md": references.page(),
    }


def stale_files(root: pathlib.Path) -> Mapping[str, str]:
    """Those of `files` that are missing or differ on disk."""
    return {path: text for path, text in files().items() if not _same(root / path, text)}


def _same(path: pathlib.Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _template(definition: Mapping[str, Any]) -> str:
    """The CRD as the chart has it.

    Helm installs what lies in a chart's crds/ but never upgrades it, so the CRD is a template; the annotation keeps it, and
    with it every OCRService, when the chart goes. https://helm.sh/docs/chart_best_practices/custom_resource_definitions/
    """
    kept = {**definition["metadata"], "annotations": {"helm.sh/resource-policy": "keep"}}
    text = _yaml({**definition, "metadata": kept})
    return f"{{{{- /* {_SOURCE} */ -}}}}\n{{{{- if .Values.crds.install }}}}\n{text}{{{{- end }}}}\n"


def _yaml(document: Mapping[str, Any]) -> str:
    """Through JSON, so that what two places share becomes no YAML alias."""
    return yaml.safe_dump(json.loads(json.dumps(document)), sort_keys=False, width=120, allow_unicode=True)


if __name__ == "__main__":
    raise SystemExit(main())
