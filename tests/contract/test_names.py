"""What the contract names is written in the contract alone; files that cannot import it agree with it."""

import ast
import pathlib
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from kubeocr_contract import images, models, names, settings, wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = sorted(path for package in ("operator", "runtime", "cli") for path in (ROOT / package).rglob("*.py"))
PACKAGES = ("kubeocr_contract", "kubeocr_operator", "kubeocr_runtime")


def distinctive(value: object) -> bool:
    """No ordinary word, that anyone may use for something else: a separator, a capital, a digit; or a port from 1000 on."""
    return value >= 1000 if isinstance(value, int) else isinstance(value, str) and re.search(r"[^a-z]", value) is not None


KUBERNETES = {names.VERSION, names.STATUS}
"""Words that Kubernetes and its APIs have for things of their own: versions, a subresource."""


def constants() -> frozenset[object]:
    """The contract's literals."""
    named = [value for module in (names, wire) for key, value in vars(module).items() if key.isupper()]
    fields = [*wire.FLAGS, *(route.path for route in wire.OCR_ROUTES)]
    return frozenset(filter(distinctive, [*named, *fields, *models.VERSIONS, *models.ORIENTATIONS])) - KUBERNETES


CONSTANTS = constants()


def literals(tree: ast.AST) -> Iterator[tuple[int, object]]:
    """Line and value of every literal but docstrings, line by line."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said)
    yield from ((node.lineno, node.value) for node in sorted(constants, key=lambda node: (node.lineno, node.col_offset)))


def repeated(value: object) -> bool:
    """Whether a literal says again what the contract says: one of its constants, or something that starts with its prefixes."""
    if isinstance(value, str) and not value.startswith(PACKAGES):
        prefixes = (settings.ENV_PREFIX, names.METRIC_PREFIX + "_", names.GROUP + "/")
        return value in CONSTANTS or value.startswith(prefixes)
    return isinstance(value, int) and value in CONSTANTS


def test_the_search_finds_what_it_looks_for() -> None:
    source = """
        "/livez"
        a = "/livez"
        b = f"{a}app.kubernetes.io/name"
        c = 8000
        d = "KUBEOCR_PORT"
        e = ["pages", True, 60, 1.5, None]
    """
    assert [line for line, value in literals(ast.parse(textwrap.dedent(source))) if repeated(value)] == [3, 4, 5, 6]


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in SOURCES])
def test_no_literal_of_the_contract_is_written_twice(path: pathlib.Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [f"line {line}: {value!r}" for line, value in literals(tree) if repeated(value)] == []


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def objects(kind: str) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all(text("manifests/base/operator.yaml")) if found["kind"] == kind]


@pytest.mark.parametrize(
    ("path", "instruction", "want"),
    [
        pytest.param("Dockerfile.runtime", "EXPOSE (.*)", str(names.HTTP_PORT), id="runtime-port"),
        pytest.param("Dockerfile.runtime", "COPY --from=quantised .* (/.+)", names.MODELS_DIR, id="models"),
        pytest.param("Dockerfile.operator", "EXPOSE (.*)", str(names.OPERATOR_PORT), id="operator-port"),
        pytest.param("charts/kubeocr/Chart.yaml", "appVersion: (.*)", images.PROJECT_VERSION, id="chart"),
    ],
)
def test_a_file_that_cannot_import_the_contract_agrees_with_it(path: str, instruction: str, want: str) -> None:
    assert re.findall(f"^{instruction}$", text(path), re.MULTILINE) == [want]


def test_the_manifests_offer_the_published_images() -> None:
    (found,) = objects("ConfigMap")
    assert found["metadata"]["name"] == names.CONFIG_MAP
    offered = yaml.safe_load(found["data"][names.CONFIG_IMAGES_KEY])["images"]
    assert [(x["repository"], x["tag"], x["accelerator"], models.SETS[x["carries"]]) for x in offered] == [
        (x.repository, x.tag, x.accelerator, x.models) for x in images.PUBLISHED
    ]


def test_the_manifests_know_the_operators_port_and_paths() -> None:
    (operator,) = objects("Deployment")[0]["spec"]["template"]["spec"]["containers"]
    probes = [operator[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    assert probes == [names.LIVEZ, names.LIVEZ, names.READYZ]
    assert operator["ports"] == [{"name": names.HTTP_PORT_NAME, "containerPort": names.OPERATOR_PORT}]
    assert [port["port"] for port in objects("Service")[0]["spec"]["ports"]] == [names.OPERATOR_PORT]
    (config,) = [argument for argument in operator["args"] if argument.startswith("--config=")]
    assert pathlib.PurePath(config).name == names.CONFIG_IMAGES_KEY


@pytest.mark.parametrize("path", sorted((ROOT / "manifests" / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_is_of_this_api(path: pathlib.Path) -> None:
    found = {document["kind"]: document["apiVersion"] for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))}
    assert found[names.KIND] == names.API_VERSION
