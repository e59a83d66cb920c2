"""The CustomResourceDefinition, from the models of specs/ and statuses.py. Pure; generate.py writes it to files.

A structural schema is plainer than what pydantic makes: no references, no titles, no unions with null for what may be absent.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from collections.abc import Mapping
from typing import Any

import pydantic

from kubeocr_contract import names
from kubeocr_operator import rules, specs, statuses, values

Schema = dict[str, Any]

_COLUMNS = (
    ("Ready", "string", '.status.conditions[?(@.type=="Ready")].status', "Whether it reads pages."),
    ("Replicas", "integer", ".status.readyReplicas", "Pods that read pages."),
    ("Pipelines", "string", ".spec.pipelines", "What is wanted to be loaded."),
    ("Languages", "string", ".status.languages", "Languages that the pods have loaded, by their own word."),
    ("URL", "string", ".status.url", "Where it answers inside the cluster."),
    ("Age", "date", ".metadata.creationTimestamp", "Time since it was made."),
)
_WIDE_COLUMNS = (
    ("Reason", "string", '.status.conditions[?(@.type=="Ready")].reason', "Why it reads pages, or does not."),
    ("Health", "string", '.status.conditions[?(@.type=="Degraded")].reason', "What failed, in a word; AsExpected: nothing."),
    ("Accelerator", "string", ".status.accelerator", "What the pods run on, cpu or gpu."),
    ("Image", "string", ".status.image", "The runtime's image."),
)
"""Those of `kubectl get -o wide` besides."""
_NAME = rules.Rule(
    cel=f"self.metadata.name.size() <= {values.NAME_LENGTH} && self.metadata.name.matches('^{values.SERVICE_NAME_PATTERN}$')",
    holds=bool,
    message=f"metadata.name {values.SERVICE_NAME.message}",
)


def definition() -> Schema:
    """The whole object, as `kubectl apply` takes it."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names.PLURAL}.{names.GROUP}", "labels": {names.LABEL_NAME: names.FIELD_MANAGER}},
        "spec": {
            "group": names.GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": names.KIND,
                "listKind": f"{names.KIND}List",
                "plural": names.PLURAL,
                "singular": names.SINGULAR,
                "shortNames": [names.SHORT_NAME],
                "categories": ["all", "ml"],
            },
            "versions": [_version()],
        },
    }


def structural(model: type[pydantic.BaseModel]) -> Schema:
    """A model's structural schema, in which every default is that of the model."""
    schema = model.model_json_schema(by_alias=True)
    return _plain(schema, schema.get("$defs", {}))


def _version() -> Schema:
    return {
        "name": names.VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _root()},
        "subresources": {
            "status": {},
            "scale": {
                "specReplicasPath": ".spec.replicas",
                "statusReplicasPath": ".status.replicas",
                "labelSelectorPath": ".status.selector",
            },
        },
        "additionalPrinterColumns": [
            *map(_column, _COLUMNS),
            *({**_column(column), "priority": 1} for column in _WIDE_COLUMNS),
        ],
    }


def _column(column: tuple[str, str, str, str]) -> Schema:
    name, kind, path, text = column
    return {"name": name, "type": kind, "jsonPath": path, "description": text}


def _root() -> Schema:
    return {
        "type": "object",
        "description": "An OCR server: a Deployment that reads pages over HTTP, with its models inside, behind a Service.",
        "x-kubernetes-validations": [_NAME.schema()],
        "properties": {
            "apiVersion": {"type": "string", "description": f"{names.API_VERSION}."},
            "kind": {"type": "string", "description": f"{names.KIND}."},
            "metadata": {"type": "object"},
            "spec": {**structural(specs.Spec), "default": specs.Spec().document()},
            "status": structural(statuses.Status),
        },
    }


def _plain(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Schema:
    """One node and all below it."""
    whole = _resolved(node, definitions)
    if "properties" in whole:
        whole["properties"] = {name: _plain(child, definitions) for name, child in whole["properties"].items()}
    for child in ("items", "additionalProperties"):
        if child in whole:
            whole[child] = _plain(whole[child], definitions)
    return whole


def _resolved(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Schema:
    """One node without its references, its union with null and what a CRD does not know."""
    merged: Schema = {}
    for source in (_target(node, definitions), node):
        merged |= {key: value for key, value in source.items() if key not in {"$ref", "$defs", "anyOf", "title"}}
    if isinstance(merged.get("additionalProperties"), bool):
        del merged["additionalProperties"]
    if "default" in merged:
        merged["default"] = _without_nulls(merged["default"])
    return {key: value for key, value in merged.items() if (key, value) != ("default", None)}


def _without_nulls(value: Any) -> Any:
    """A default: in full, for the API server holds the rules against it before it fills in the defaults below."""
    if isinstance(value, list | tuple):
        return [_without_nulls(item) for item in value]
    return {k: _without_nulls(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def _target(node: Mapping[str, Any], definitions: Mapping[str, Schema]) -> Mapping[str, Any]:
    """What a reference, or the one branch of a union that is not null, points at."""
    branches = [branch for branch in node.get("anyOf", ()) if branch != {"type": "null"}]
    if branches:
        return _resolved(branches[0], definitions)
    return _resolved(definitions[node["$ref"].rpartition("/")[2]], definitions) if "$ref" in node else {}
