"""docs/OCRSERVICE.md: every field of the schema with its type, default, what is allowed and what it means. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kubeocr_contract import languages, names
from kubeocr_operator import schemas, specs, statuses, values


class Row(NamedTuple):
    """One line of a table."""

    path: str
    type: str
    default: str
    allowed: str
    meaning: str


def page() -> str:
    """The whole page, as Markdown."""
    spec = schemas.structural(specs.Spec)
    parts = (
        _introduction(),
        "## spec\n",
        _table(_rows("spec", spec)),
        "\n## Rules across fields\n",
        *(f"- `{path}`: {message}" for path, message in _rules("spec", spec)),
        "\n## status\n",
        _table(_rows("status", schemas.structural(statuses.Status)), without=("default", "allowed")),
        "\n## Languages\n",
        _languages(),
    )
    return "\n".join(parts) + "\n"


def _introduction() -> str:
    return f"""<!-- Written by `make generate` from operator/kubeocr_operator/specs/ and statuses.py. -->
# {names.KIND}
`{names.API_VERSION}`, kind `{names.KIND}`, short name `{names.SHORT_NAME}`, namespaced. Every field has a default:

```yaml
apiVersion: {names.API_VERSION}
kind: {names.KIND}
metadata:
  name: reader
```

reads English and Chinese on whatever the cluster has. `metadata.name` {values.SERVICE_NAME.message}.
What breaks a rule below is refused by the API server with the path of the field (Kubernetes 1.31 or later); what only the
cluster can tell, such as an image that carries the languages, is said in the conditions of the status.
"""


def _rows(path: str, schema: Mapping[str, Any]) -> Iterator[Row]:
    """A schema's fields, depth first; a part that has fields of its own has a line, too."""
    required = schema.get("required", ())
    for name, child in schema.get("properties", {}).items():
        at = f"{path}.{name}"
        yield Row(at, _type(child), "required" if name in required else _default(child), _allowed(child), _meaning(child))
        yield from _rows(at, child)
        yield from _rows(f"{at}[]", child.get("items", {}))


def _rules(path: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rules of parts that have fields; those of single values stand in the table."""
    if "properties" in schema:
        yield from ((path + rule.get("fieldPath", ""), _message(rule)) for rule in schema.get("x-kubernetes-validations", ()))
    for name, child in schema.get("properties", {}).items():
        yield from _rules(f"{path}.{name}", child)


def _message(rule: Mapping[str, str]) -> str:
    """A rule in words; the values that an expression would fill in are named by their fields."""
    if "message" in rule:
        return rule["message"]
    pieces = rule["messageExpression"].split(" + ")
    return "".join(json.loads(piece) if piece.startswith('"') else f"<{piece.removeprefix('self.')}>" for piece in pieces)


def _type(schema: Mapping[str, Any]) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    if "additionalProperties" in schema:
        return f"map to {_type(schema['additionalProperties'])}"
    return str(schema.get("type", "object"))


def _default(schema: Mapping[str, Any]) -> str:
    if "properties" in schema or "default" not in schema:
        return ""
    return f"`{json.dumps(schema['default'])}`"


def _allowed(schema: Mapping[str, Any]) -> str:
    inner = schema.get("items") or schema.get("additionalProperties") or {}
    return "; ".join([*_bounds(schema), *_words(schema), *(f"each: {text}" for text in (*_bounds(inner), *_words(inner)))])


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    if "minimum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if "minItems" in schema:
        yield f"{schema['minItems']} to {schema['maxItems']} items" if schema["maxItems"] > 1 else "1 item"
    if "maxProperties" in schema:
        yield f"at most {schema['maxProperties']} entries"


def _words(schema: Mapping[str, Any]) -> Iterator[str]:
    if "properties" not in schema:
        yield from (rule["message"].removeprefix("must be ") for rule in schema.get("x-kubernetes-validations", ()))
    if schema.get("enum") == list(values.READABLE):
        yield "an id [below](#languages)"
    elif "enum" in schema:
        yield ", ".join(f"`{word}`" for word in schema["enum"])


def _meaning(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", "")).replace("\n", " ")


def _table(rows: Iterator[Row], without: tuple[str, ...] = ()) -> str:
    shown = [field for field in Row._fields if field not in without]
    lines = [[f"`{row.path}`" if f == "path" else str(getattr(row, f)).replace("|", "\\|") for f in shown] for row in rows]
    heads = [shown, ["---"] * len(shown)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [*heads, *lines]) + "\n"


def _languages() -> str:
    readable = (languages.by_id()[name] for name in values.READABLE)
    return ", ".join(f"`{language.id}` {language.name}" for language in readable)
