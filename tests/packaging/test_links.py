"""Every file that the documents link to, or name, is there."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("benchmarks", "cli", "contract", "demo", "manifests", "operator", "runtime", "tests", "tools")
MODULES = [
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.py"), *(x for f in FOLDERS for x in (ROOT / f).rglob("*.py")))
]
ABSENT = {"setup.py"}
"""Named because it is not there."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: pathlib.Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    assert not [link for link in links if not link.startswith("http") and not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_modules_that_are_named_are_there(document: pathlib.Path) -> None:
    named = set(re.findall(r"[\w/]+\.py\b", document.read_text(encoding="utf-8"))) - ABSENT
    assert not sorted(name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in MODULES))
