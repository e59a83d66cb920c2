"""The schema is structural, and its defaults are those of the models."""

from collections.abc import Iterator
from typing import Any

import pytest

from kubeocr_operator import schemas, specs, statuses

SPEC = schemas.structural(specs.Spec)


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for name, child in schema.get("properties", {}).items():
        yield from nodes(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from nodes(schema[key], f"{path}[]")


def defaulted(value: Any, schema: dict[str, Any]) -> Any:
    """As the API server fills in a schema's defaults."""
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    fields = schema["properties"]
    whole = {name: child["default"] for name, child in fields.items() if "default" in child} | value
    return {name: defaulted(found, fields[name]) for name, found in whole.items()}


@pytest.mark.parametrize("model", [specs.Spec, statuses.Status])
def test_the_schema_is_structural(model: Any) -> None:
    banned = {"$ref", "$defs", "anyOf", "allOf", "oneOf", "not", "title", "const", "uniqueItems", "exclusiveMinimum"}
    for path, node in nodes(schemas.structural(model)):
        assert not banned & set(node), path
        untyped = {"x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"} & set(node)
        assert "type" in node or untyped, path
        assert not ("type" in node and "x-kubernetes-int-or-string" in node), path


def test_every_field_is_described() -> None:
    assert [path for path, node in nodes(SPEC) if not path.endswith("[]") and not node.get("description")] == []


def test_an_empty_spec_gets_the_defaults_of_the_models() -> None:
    assert defaulted({}, SPEC) == specs.Spec().document()


NEEDED = {
    "autoscaling": {"maxReplicas": 2},
    "route": {"ingress": {"host": "ocr.example.com"}},
    "auth": {"apiKeysSecret": "keys"},
    "tls": {"secret": "cert"},
    "llm": {"ollama": {"managed": {}}, "model": "m"},
    "vlm": {"url": "http://vlm"},
}
"""The parts that are absent by default, with what they cannot do without."""


@pytest.mark.parametrize("part", [name for name, child in SPEC["properties"].items() if "properties" in child])
def test_an_empty_part_gets_the_defaults_of_the_models(part: str) -> None:
    given = {part: NEEDED.get(part, {})}
    assert defaulted(given, SPEC) == specs.Spec.model_validate(given).document()


def test_what_is_absent_by_default() -> None:
    absent = {name for name, child in SPEC["properties"].items() if "default" not in child}
    assert absent == {*NEEDED, "affinity", "topologySpread", "priorityClassName", "podTemplate"}


def test_every_list_and_map_is_bounded_and_replaced_as_a_whole() -> None:
    for path, node in nodes(SPEC):
        if node.get("type") == "array":
            assert node["maxItems"] > 0, path
            assert node["x-kubernetes-list-type"] == "atomic", path
        if "additionalProperties" in node:
            assert node["maxProperties"] > 0, path


def test_status_has_no_defaults() -> None:
    assert [path for path, node in nodes(schemas.structural(statuses.Status)) if "default" in node] == []


def test_the_definition_has_both_subresources_and_the_columns() -> None:
    version = schemas.definition()["spec"]["versions"][0]
    assert version["subresources"] == {
        "status": {},
        "scale": {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        },
    }
    columns = version["additionalPrinterColumns"]
    assert [x["name"] for x in columns if "priority" not in x] == ["Ready", "Replicas", "Pipelines", "Languages", "URL", "Age"]
    assert [x["name"] for x in columns if x.get("priority") == 1] == ["Reason", "Health", "Accelerator", "Image"]


@pytest.mark.parametrize(
    "column", [pytest.param(x, id=x["name"]) for x in schemas.definition()["spec"]["versions"][0]["additionalPrinterColumns"]]
)
def test_a_column_shows_a_field_that_there_is(column: dict[str, Any]) -> None:
    fields = {f".spec.{name}" for name in SPEC["properties"]}
    fields |= {f".status.{name}" for name in schemas.structural(statuses.Status)["properties"]}
    assert column["jsonPath"].partition("[")[0] in {*fields, ".metadata.creationTimestamp"}
