"""A change for every field of the spec: in which spec it makes sense, and what is written there. Used by test_fields.py."""

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from kubeocr_operator import ocrservices, schemas, specs

Spec = Mapping[str, Any]
DIGEST = "sha256:" + "0" * 64


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One field with another value."""

    path: str
    base: Spec
    value: Any

    @property
    def changed(self) -> Spec:
        """The base with the value."""
        return _with(self.base, self.path.split("."), self.value)

    def __str__(self) -> str:
        return f"{self.path}={self.value}"[:80]


def changes() -> Iterator[Change]:
    """At least one for each field; `Uncovered` for one that a person has to think about."""
    for path, schema in leaves(schemas.structural(specs.Spec)):
        base = _base(path)
        before = _value(ocrservices.parse(body(base)).spec.document(), path.split("."))
        for value in _values(path, schema):
            if value != before:
                yield Change(path, base, value)


def leaves(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Fields that have no fields below them, with their schema; `[]` stands for the items of a list."""
    if "properties" in schema:
        for name, child in schema["properties"].items():
            yield from leaves(child, f"{path}.{name}".removeprefix("."))
    elif "properties" in schema.get("items", {}):
        yield from leaves(schema["items"], f"{path}[]")
    else:
        yield path, schema


def body(spec: Spec, name: str = "reader", status: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An OCRService."""
    metadata = {"name": name, "namespace": "office", "uid": "00000000-0000-0000-0000-000000000000", "generation": 2}
    return {"metadata": metadata, "spec": copy.deepcopy(dict(spec)), "status": dict(status or {})}


class Uncovered(LookupError):
    """A field that no change is known for."""


def _values(path: str, schema: Mapping[str, Any]) -> tuple[Any, ...]:
    """What its schema offers; else what a person wrote down below."""
    if path in VALUES:
        return VALUES[path]
    if "enum" in schema:
        return tuple(schema["enum"])
    if schema.get("type") == "boolean":
        return True, False
    if schema.get("type") == "integer":
        return schema["minimum"], schema["maximum"]
    raise Uncovered(f"spec.{path} is in no change: give tests/operator/field_changes.py a value for it")


def _base(path: str) -> Spec:
    """The one with the longest path that leads to the field."""
    steps = path.split(".")
    known = (".".join(steps[:depth]) for depth in range(len(steps), 0, -1))
    return next((BASES[prefix] for prefix in known if prefix in BASES), {})


def _with(spec: Any, steps: list[str], value: Any) -> Any:
    name, many = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    below = spec.get(name, {})
    if len(steps) == 1:
        return {**spec, name: value}
    if many:
        return {**spec, name: [_with(below[0] if below else {}, steps[1:], value), *below[1:]]}
    return {**spec, name: _with(below, steps[1:], value)}


def _value(spec: Any, steps: list[str]) -> Any:
    name = steps[0].removesuffix("[]")
    below = spec.get(name)
    if below is None or len(steps) == 1:
        return below
    return _value(below[0] if steps[0].endswith("[]") else below, steps[1:])


OWN_IMAGE = {"repository": "registry.example.com/ocr", "tag": "1"}
CLAIM = {"models": {"from": "persistentVolumeClaim", "persistentVolumeClaim": {}}}
CPU = {"type": "cpu", "target": 70}
EXTERNAL = {"type": "external", "metric": {"name": "jobs", "value": "5"}}
TRIGGER = {"type": "external", "trigger": {"type": "redis", "metadata": {"listName": "a"}, "authentication": {"name": "redis"}}}
KEDA = {"provider": "keda", "maxReplicas": 5, "metrics": [TRIGGER]}
PACE = {"policies": [{"type": "Pods", "value": 3, "periodSeconds": 60}]}
OLLAMA = {"llm": {"ollama": {"managed": {}}, "model": "qwen3:8b"}}

BASES: Mapping[str, Spec] = {
    "models.imageVolume": {"models": {"from": "imageVolume", "imageVolume": {"reference": "registry.example.com/models:1"}}},
    "models.persistentVolumeClaim": CLAIM,
    "image.repository": {"image": OWN_IMAGE},
    "image.tag": {"image": OWN_IMAGE},
    "image.digest": {"image": {"repository": "registry.example.com/ocr", "digest": "sha256:" + "1" * 64}},
    "engine.cache": {"engine": {"cache": {}}},
    "accelerator.resource": {"accelerator": {"mode": "gpu"}},
    "accelerator.count": {"accelerator": {"mode": "gpu"}},
    "accelerator.runtimeClassName": {"accelerator": {"mode": "gpu"}},
    "autoscaling": {"autoscaling": {"minReplicas": 2, "maxReplicas": 5, "metrics": [CPU]}},
    "autoscaling.metrics[].metric": {"autoscaling": {"maxReplicas": 5, "metrics": [EXTERNAL]}},
    "autoscaling.metrics[].trigger": {"autoscaling": KEDA},
    "autoscaling.behavior.scaleUp": {"autoscaling": {"maxReplicas": 5, "behavior": {"scaleUp": PACE}}},
    "autoscaling.behavior.scaleDown": {"autoscaling": {"maxReplicas": 5, "behavior": {"scaleDown": PACE}}},
    "autoscaling.scaleToZero": {"autoscaling": KEDA},
    "autoscaling.pollingSeconds": {"autoscaling": {**KEDA, "scaleToZero": True}},
    "autoscaling.cooldownSeconds": {"autoscaling": {**KEDA, "scaleToZero": True}},
    "tolerations[]": {"tolerations": [{"key": "a"}]},
    "tolerations[].tolerationSeconds": {"tolerations": [{"key": "a", "effect": "NoExecute"}]},
    "env[]": {"env": [{"name": "A", "value": "1"}]},
    "env[].valueFrom": {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]},
    "route.ingress": {"route": {"ingress": {"host": "ocr.example.com"}}},
    "route.httpRoute": {"route": {"httpRoute": {"host": "ocr.example.com", "gateway": {"name": "shared"}}}},
    "auth": {"auth": {"apiKeysSecret": "keys"}},
    "tls": {"tls": {"secret": "cert"}},
    "llm": {"llm": {"ollama": {"url": "http://ollama:11434"}, "model": "qwen3:8b"}},
    "llm.ollama.managed": OLLAMA,
    "vlm": {"vlm": {"url": "http://vllm:8000/v1"}},
    "queue.redis.url": {"queue": {"redis": {"url": "redis://redis:6379"}}},
    "queue.redis.secret": {"queue": {"redis": {"secret": "redis"}}},
    "queue.redis.managed": {"queue": {"redis": {"managed": {}}}},
    "queue.store": {"queue": {"redis": {"url": "redis://redis:6379"}}},
    "rollout.strategy": {"accelerator": {"mode": "gpu"}},
    "networkPolicy.from": {"networkPolicy": {"enabled": True}},
    "monitoring.labels": {"monitoring": {"serviceMonitor": True}},
}
"""A spec in which the fields below a path make sense."""

SIZES = ("1Gi", "100Gi")
AMOUNTS = ({"cpu": "2", "memory": "3Gi"},)
PODS = (0, 5, "50%", "100%")

VALUES: Mapping[str, tuple[Any, ...]] = {
    "languages": (["fr"], ["en", "zh", "ja"]),
    "pipelines": (["ocr", "structure"],),
    "models.imageVolume.reference": ("registry.example.com/models:2",),
    "models.persistentVolumeClaim.claimName": ("filled",),
    "models.persistentVolumeClaim.size": SIZES,
    "models.persistentVolumeClaim.storageClassName": ("fast",),
    "image.repository": ("registry.example.com/other",),
    "image.tag": ("2",),
    "image.digest": (DIGEST,),
    "image.pullSecrets": (["mine"],),
    "engine.cache.claimName": ("compiled",),
    "accelerator.resource": ("nvidia.com/mig-1g.10gb", "nvidia.com/gpu.shared", "amd.com/gpu", "gpu.intel.com/i915"),
    "accelerator.runtimeClassName": ("nvidia",),
    "autoscaling.metrics[].metric.name": ("other",),
    "autoscaling.metrics[].metric.selector": ({"queue": "scans"},),
    "autoscaling.metrics[].metric.value": ("7", 500),
    "autoscaling.metrics[].trigger.type": ("cron", "memory"),
    "autoscaling.metrics[].trigger.metadata": ({"listName": "b"},),
    "autoscaling.metrics[].trigger.authentication.name": ("other",),
    "resources.requests": ({"cpu": "2", "memory": "2Gi"}, {"cpu": "500m"}),
    "resources.limits": ({"memory": "8Gi"}, {"memory": "8Gi", "example.com/disk": "1"}),
    "nodeSelector": ({"pool": "ocr"},),
    "tolerations[].key": ("b",),
    "tolerations[].value": ("x",),
    "affinity": ({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},),
    "topologySpread": ([], [{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]),
    "priorityClassName": ("system-node-critical",),
    "env[].name": ("B", "KUBEOCR_PORT"),
    "env[].value": ("2",),
    "env[].valueFrom": ({"fieldRef": {"fieldPath": "status.hostIP"}},),
    "podTemplate": ({"spec": {"hostNetwork": True}}, {"spec": {"containers": [{"name": "more", "image": "more:1"}]}}),
    "service.annotations": ({"example.com/lb": "internal"},),
    "route.ingress.host": ("other.example.com", "*.example.com"),
    "route.ingress.className": ("nginx",),
    "route.ingress.tlsSecret": ("cert",),
    "route.ingress.annotations": ({"example.com/timeout": "300"},),
    "route.httpRoute.host": ("other.example.com", "*.example.com"),
    "route.httpRoute.gateway.name": ("other",),
    "route.httpRoute.gateway.namespace": ("infra",),
    "route.httpRoute.gateway.sectionName": ("https",),
    "auth.apiKeysSecret": ("other",),
    "tls.secret": ("other",),
    "llm.ollama.url": ("http://other:11434",),
    "llm.ollama.managed.image": ("registry.example.com/ollama:1",),
    "llm.ollama.managed.models": (["nomic-embed-text"],),
    "llm.ollama.managed.modelsPath": ("/models",),
    "llm.ollama.managed.accelerator": ("nvidia.com/gpu",),
    "llm.ollama.managed.storage.size": SIZES,
    "llm.ollama.managed.storage.storageClassName": ("fast",),
    "llm.ollama.managed.resources": AMOUNTS,
    "llm.model": ("other:1",),
    "llm.visionModel": ("seeing:1",),
    "llm.callersHosts": (["ollama.ai.svc:11434"],),
    "vlm.url": ("https://other/v1",),
    "vlm.model": ("other",),
    "vlm.apiKeySecret": ("key",),
    "queue.redis.url": ("redis://other:6379/1",),
    "queue.redis.secret": ("other",),
    "queue.store.claimName": ("other",),
    "queue.redis.managed.image": ("registry.example.com/redis:1",),
    "queue.redis.managed.storage.size": SIZES,
    "queue.redis.managed.storage.storageClassName": ("fast",),
    "queue.redis.managed.resources": AMOUNTS,
    "rollout.maxSurge": PODS,
    "rollout.maxUnavailable": PODS,
    "disruption.maxUnavailable": PODS,
    "disruption.minAvailable": PODS,
    "networkPolicy.from": ([{"podSelector": {"matchLabels": {"a": "b"}}}],),
    "monitoring.labels": ({"release": "prometheus"},),
    "offline.registryMirror": ("mirror.example.com:5000",),
}
"""What is written into fields whose schema does not offer it."""
