"""What the Dockerfiles say, without building them."""

import ast
import pathlib
import re

import pytest

from kubeocr_contract import names

ROOT = pathlib.Path(__file__).parents[2]
FILES = {name: (ROOT / f"Dockerfile.{name}").read_text() for name in ("operator", "runtime")}


def last_stage(name):
    return FILES[name].rpartition("\nFROM ")[2]


@pytest.mark.parametrize("name", FILES)
def test_the_last_stage_runs_as_nobody_in_particular(name):
    assert "USER 65532:65532" in last_stage(name)


@pytest.mark.parametrize("name", FILES)
def test_the_last_stage_fetches_nothing(name):
    assert not re.search(r"pip install|apt-get|curl|wget|\$INSTALL", last_stage(name))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param("operator", f"EXPOSE {names.OPERATOR_PORT}", id="the operator's port"),
        pytest.param("runtime", f"EXPOSE {names.HTTP_PORT}", id="the runtime's port"),
        pytest.param("runtime", f"COPY --from=quantised {names.MODELS_DIR} {names.MODELS_DIR}", id="the models' folder"),
    ],
)
def test_names_and_numbers_are_the_contracts(name, line):
    assert line in last_stage(name).splitlines()


def test_one_file_gives_every_runtime_image():
    arguments = set(re.findall(r"^ARG (\w+)", FILES["runtime"], flags=re.MULTILINE))
    assert arguments == {"BASE_IMAGE", "PYTHON", "PACKAGES", "BAKE", "BAKE_PACKAGES", "ENGINE", "ENGINE_INDEX", "QUANTISE"}
    told = (ROOT / "docs" / "IMAGES.md").read_text()
    assert all(f"`{argument}`" in told for argument in arguments)


MODULE = "kubeocr_runtime"


def imported(path):
    """Modules of the runtime that a module imports as it is loaded."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == MODULE:
            folder = ROOT / "runtime" / node.module.replace(".", "/")
            for name in (alias.name for alias in node.names):
                yield next(
                    (at for at in (folder / f"{name}.py", folder / name / "__init__.py") if at.is_file()),
                    folder / "__init__.py",
                )


def closure(*paths):
    found, waiting = set(), list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path)
    return found


def test_what_quantises_has_all_that_it_imports():
    stages = FILES["runtime"].partition("AS baker\n")[2].partition("AS build\n")[0]
    copied = {ROOT / path for path in re.findall(rf"runtime/{MODULE}/\S+\.py", stages)}
    assert closure(ROOT / "runtime" / MODULE / "quantising.py") <= copied
