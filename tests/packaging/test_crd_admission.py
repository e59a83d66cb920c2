"""The CRD on a real API server: what may be written, what is refused and in which words. `parse` is held to the same tables."""

import json
import pathlib
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import ocrservices

CRD = pathlib.Path(__file__).resolve().parents[2] / "crds" / "ocrservice.yaml"
NAMESPACE = "kubeocr-admission"
DIGEST = "sha256:" + "0a" * 32
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]


def service(spec: Any = None, name: str = "reader") -> dict[str, Any]:
    body = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": name, "namespace": NAMESPACE}}
    return body if spec is None else {**body, "spec": spec}


def bad(name: str, spec: Any, path: str, *allowed: str) -> Any:
    """A spec that is refused at a path below it, with words that say what is allowed."""
    return pytest.param(service(spec), f"spec.{path}", allowed, id=name)


BAD = [
    bad("language-unknown", {"languages": ["en", "tlh"]}, "languages[1]", "tlh", "ar", "zh-Hant"),
    bad("language-alias", {"languages": ["french"]}, "languages[0]", "french", "fr"),
    bad("language-that-no-model-reads", {"languages": ["he"]}, "languages[0]", "en"),
    bad("language-twice", {"languages": ["en", "en"]}, "languages", "must not have an item twice"),
    bad("languages-none", {"languages": []}, "languages", "at least 1 item"),
    bad("languages-no-list", {"languages": "en"}, "languages"),
    bad("pipeline-unknown", {"pipelines": ["fax"]}, "pipelines[0]", "fax", "ocr"),
    bad("model-version", {"model": {"version": "PP-OCRv2"}}, "model.version", "PP-OCRv6", "PP-OCRv3"),
    bad("model-size", {"model": {"size": "huge"}}, "model.size", "tiny", "small", "medium"),
    bad(
        "size-that-v5-lacks", {"model": {"version": "PP-OCRv5", "size": "tiny"}}, "model.size",
        "PP-OCRv5 has no size tiny; size must be one of small, medium",
    ),
    bad(
        "size-that-v3-lacks", {"model": {"version": "PP-OCRv3", "size": "medium"}}, "model.size",
        "PP-OCRv3 has no size medium; size must be one of small",
    ),
    bad("image-repository-alone", {"image": {"repository": "site/ocr"}}, "image", "repository needs a tag or a digest"),
    bad("image-tag-alone", {"image": {"tag": "1"}}, "image", "a tag or digest needs a repository"),
    bad(
        "image-tag-and-digest", {"image": {"repository": "site/ocr", "tag": "1", "digest": DIGEST}}, "image",
        "tag and digest exclude each other",
    ),
    bad("image-digest", {"image": {"repository": "site/ocr", "digest": "sha256:12"}}, "image.digest", "64 hexadecimal digits"),
    bad("image-tag-in-repository", {"image": {"repository": "site/ocr:1", "tag": "1"}}, "image.repository", "without tag"),
    bad("image-tag-form", {"image": {"repository": "site/ocr", "tag": ".1"}}, "image.tag", "must be a tag"),
    bad("image-pull-policy", {"image": {"pullPolicy": "Sometimes"}}, "image.pullPolicy", "Always", "IfNotPresent", "Never"),
    bad("image-pull-secret", {"image": {"pullSecrets": ["My_Secret"]}}, "image.pullSecrets[0]", "lower-case letters"),
    bad("engine", {"engine": {"name": "torch"}}, "engine.name", "auto", "onnxruntime", "openvino", "tensorrt", "paddle"),
    bad("engine-precision", {"engine": {"precision": "fp8"}}, "engine.precision", "auto", "fp32", "fp16", "bf16", "int8"),
    bad(
        "engine-precision-of-paddle", {"engine": {"name": "paddle", "precision": "int8"}}, "engine.precision",
        "paddle has no int8: set precision to auto, fp32 or fp16, or name to auto or openvino",
    ),
    bad(
        "engine-tensorrt-on-cpu", {"engine": {"name": "tensorrt"}, "accelerator": {"mode": "cpu"}}, "engine.name",
        "tensorrt runs on GPUs alone: set accelerator.mode to auto or gpu",
    ),
    bad("engine-characters", {"engine": {"characters": "latin"}}, "engine.characters", "languages", "all"),
    bad("engine-detection-side", {"engine": {"detectionSide": 319}}, "engine.detectionSide", "must be 0 or from 320 to 4000"),
    bad("engine-detection-side-large", {"engine": {"detectionSide": 4001}}, "engine.detectionSide", "or equal to 4000"),
    bad("engine-threads", {"engine": {"threads": -1}}, "engine.threads", "or equal to 0"),
    bad("engine-streams", {"engine": {"streams": 65}}, "engine.streams", "or equal to 64"),
    bad("engine-cache", {"engine": {"cache": {"claimName": "Not_A_Name"}}}, "engine.cache.claimName", "lower-case letters"),
    bad("accelerator-mode", {"accelerator": {"mode": "tpu"}}, "accelerator.mode", "auto", "gpu", "cpu"),
    bad("accelerator-resource", {"accelerator": {"resource": "gpu"}}, "accelerator.resource", "nvidia.com/mig-1g.5gb"),
    bad("accelerator-count", {"accelerator": {"count": 17}}, "accelerator.count", "or equal to 16"),
    bad("cpu-with-count", {"accelerator": {"mode": "cpu", "count": 2}}, "accelerator.mode", "takes no resource, count"),
    bad(
        "cpu-with-runtime-class", {"accelerator": {"mode": "cpu", "runtimeClassName": "nvidia"}}, "accelerator.mode",
        "mode cpu takes no resource, count or runtimeClassName",
    ),
    bad("replicas-negative", {"replicas": -1}, "replicas", "or equal to 0"),
    bad("replicas-many", {"replicas": 1001}, "replicas", "or equal to 1000"),
    bad("replicas-text", {"replicas": "2"}, "replicas", "integer"),
    bad("autoscaling-no-maximum", {"autoscaling": {}}, "autoscaling.maxReplicas", "equired"),
    bad(
        "autoscaling-upside-down", {"autoscaling": {"minReplicas": 3, "maxReplicas": 2}}, "autoscaling.minReplicas",
        "minReplicas must be at most maxReplicas",
    ),
    bad("autoscaling-from-zero", {"autoscaling": {"minReplicas": 0, "maxReplicas": 2}}, "autoscaling.minReplicas", "to 1"),
    bad(
        "autoscaling-metric", {"autoscaling": {"maxReplicas": 2, "metrics": [{"type": "moon"}]}}, "autoscaling.metrics[0].type",
        "cpu", "memory", "queue", "external",
    ),
    bad(
        "autoscaling-target", {"autoscaling": {"maxReplicas": 2, "metrics": [{"type": "memory", "target": 101}]}},
        "autoscaling.metrics[0].target", "a percentage of the pods' request: 1 to 100",
    ),
    bad(
        "autoscaling-queue-of-nothing", {"autoscaling": {"maxReplicas": 2, "metrics": [{"type": "queue"}]}},
        "autoscaling.metrics[0].target", "queue needs a target: the pages that may wait per pod",
    ),
    bad(
        "autoscaling-external-without-metric", {"autoscaling": {"maxReplicas": 2, "metrics": [{"type": "external"}]}},
        "autoscaling.metrics[0]", "external needs either metric or trigger",
    ),
    bad(
        "autoscaling-metric-of-cpu", {"autoscaling": {"maxReplicas": 2, "metrics": [{"metric": {"name": "m", "value": 1}}]}},
        "autoscaling.metrics[0]", "all others take neither",
    ),
    bad(
        "autoscaling-metric-name", {"autoscaling": {"maxReplicas": 2, "metrics": [
            {"type": "external", "metric": {"name": "a/b", "value": 1}},
        ]}},
        "autoscaling.metrics[0].metric.name", "must be a metric's name",
    ),
    bad(
        "autoscaling-metric-selector", {"autoscaling": {"maxReplicas": 2, "metrics": [
            {"type": "external", "metric": {"name": "m", "value": 1, "selector": {"a b": "c"}}},
        ]}},
        "autoscaling.metrics[0].metric.selector", "label names",
    ),
    bad(
        "autoscaling-metric-twice", {"autoscaling": {"maxReplicas": 2, "metrics": [{}, {"target": 60}]}}, "autoscaling.metrics",
        "cpu, memory and queue must not be there twice",
    ),
    bad("autoscaling-provider", {"autoscaling": {"maxReplicas": 2, "provider": "vpa"}}, "autoscaling.provider", "hpa", "keda"),
    bad(
        "autoscaling-trigger-without-keda", {"autoscaling": {"maxReplicas": 2, "metrics": [
            {"type": "external", "trigger": {"type": "cron"}},
        ]}},
        "autoscaling.metrics", "metric with provider hpa and trigger with provider keda",
    ),
    bad(
        "autoscaling-metric-with-keda", {"autoscaling": {"maxReplicas": 2, "provider": "keda", "metrics": [
            {"type": "external", "metric": {"name": "m", "value": 1}},
        ]}},
        "autoscaling.metrics", "metric with provider hpa and trigger with provider keda",
    ),
    bad(
        "autoscaling-trigger-of-pods", {"autoscaling": {"maxReplicas": 2, "provider": "keda", "metrics": [
            {"type": "external", "trigger": {"type": "cpu"}},
        ]}},
        "autoscaling.metrics[0].trigger.type", "cpu and memory are types of metrics",
    ),
    bad(
        "autoscaling-to-zero-without-keda", {"autoscaling": {"maxReplicas": 2, "scaleToZero": True}}, "autoscaling.scaleToZero",
        "scaleToZero needs provider keda",
    ),
    bad(
        "autoscaling-to-zero-on-the-queue", {"autoscaling": {
            "maxReplicas": 2, "provider": "keda", "scaleToZero": True, "metrics": [{"type": "queue", "target": 9}],
        }},
        "autoscaling.scaleToZero", "scaleToZero needs a metric of type external",
    ),
    bad(
        "autoscaling-cooldown-of-nothing", {"autoscaling": {"maxReplicas": 2, "provider": "keda", "cooldownSeconds": 9}},
        "autoscaling", "pollingSeconds and cooldownSeconds need scaleToZero",
    ),
    bad(
        "autoscaling-policy", {"autoscaling": {"maxReplicas": 2, "behavior": {"scaleUp": {"policies": [
            {"type": "Nodes", "value": 1, "periodSeconds": 60},
        ]}}}},
        "autoscaling.behavior.scaleUp.policies[0].type", "Pods", "Percent",
    ),
    bad(
        "autoscaling-no-policies", {"autoscaling": {"maxReplicas": 2, "behavior": {"scaleDown": {"policies": []}}}},
        "autoscaling.behavior.scaleDown.policies", "at least 1 item",
    ),
    bad(
        "autoscaling-window", {"autoscaling": {
            "maxReplicas": 2, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 3601}},
        }},
        "autoscaling.behavior.scaleDown.stabilizationWindowSeconds", "or equal to 3600",
    ),
    bad(
        "autoscaling-without-request", {"autoscaling": {"maxReplicas": 2}, "resources": {"requests": {"memory": "1Gi"}}},
        "resources.requests", "requests must have cpu with autoscaling",
    ),
    bad(
        "autoscaling-without-memory", {
            "autoscaling": {"maxReplicas": 2, "metrics": [{"type": "memory"}]},
            "resources": {"requests": {"cpu": 1}, "limits": {}},
        },
        "resources.requests", "requests must have memory with autoscaling on memory",
    ),
    bad("quantity", {"resources": {"requests": {"cpu": "much"}}}, "resources.requests", "cpu", "500m, 2 or 4Gi"),
    bad("quantity-negative", {"resources": {"limits": {"memory": "-1Gi"}}}, "resources.limits", "memory", "0 or more"),
    bad("resource-name", {"resources": {"requests": {"memroy": "1Gi"}}}, "resources.requests", "names must be cpu, memory"),
    bad("request-above-limit", {"resources": {"requests": {"memory": "5Gi"}}}, "resources.requests", "above its limit"),
    bad(
        "accelerator-in-resources", {"resources": {"limits": {"nvidia.com/gpu": 1}}}, "resources",
        "set accelerator.count instead",
    ),
    bad("service-type", {"service": {"type": "ExternalName"}}, "service.type", "ClusterIP", "NodePort", "LoadBalancer"),
    bad("service-port", {"service": {"port": 65536}}, "service.port", "or equal to 65535"),
    bad("service-annotation-key", {"service": {"annotations": {"a b": "c"}}}, "service.annotations", "annotation names"),
    bad("service-annotation-value", {"service": {"annotations": {"a": 1}}}, "service.annotations", "string"),
    bad("upload", {"limits": {"uploadMiB": 0}}, "limits.uploadMiB", "or equal to 1"),
    bad("timeout", {"limits": {"requestTimeoutSeconds": 3601}}, "limits.requestTimeoutSeconds", "or equal to 3600"),
    bad("rollout-of-nothing", {"rollout": {"maxSurge": "0%"}}, "rollout", "must not both be 0"),
    bad("rollout-percentage", {"rollout": {"maxSurge": "101%"}}, "rollout.maxSurge", "0% to 100%"),
    bad("rollout-fraction", {"rollout": {"maxUnavailable": 0.5}}, "rollout.maxUnavailable"),
    bad("drain", {"rollout": {"drainSeconds": 3601}}, "rollout.drainSeconds", "or equal to 3600"),
    bad("disruption-both", {"disruption": {"maxUnavailable": 1, "minAvailable": 1}}, "disruption", "exclude each other"),
    bad("disruption-words", {"disruption": {"minAvailable": "half"}}, "disruption.minAvailable", "0% to 100%"),
    bad("models-volume-without-it", {"models": {"from": "imageVolume"}}, "models", "need each other"),
    bad("models-volume-unasked", {"models": {"imageVolume": {"reference": "m:1"}}}, "models", "need each other"),
    bad("models-claim-unasked", {"models": {"persistentVolumeClaim": {}}}, "models", "needs from: persistentVolumeClaim"),
    bad("models-from", {"models": {"from": "bucket"}}, "models.from", "image", "imageVolume", "persistentVolumeClaim"),
    bad(
        "models-claim-named-and-sized",
        {"models": {"from": "persistentVolumeClaim", "persistentVolumeClaim": {"claimName": "m", "size": "1Gi"}}},
        "models.persistentVolumeClaim.claimName", "claim that is there",
    ),
    bad(
        "models-volume-untagged", {"models": {"from": "imageVolume", "imageVolume": {"reference": "m"}}},
        "models.imageVolume.reference", "with its tag or digest",
    ),
    bad("image-update", {"image": {"update": "Never"}}, "image.update", "OnChange", "Always"),
    bad(
        "image-update-of-ones-own", {"image": {"repository": "r", "tag": "1", "update": "Always"}}, "image.update",
        "leave it out with a repository",
    ),
    bad("suspend", {"suspend": "yes"}, "suspend"),
    bad("node-selector-key", {"nodeSelector": {"a b": "c"}}, "nodeSelector", "label names"),
    bad("node-selector-value", {"nodeSelector": {"a": "b c"}}, "nodeSelector", "63 letters"),
    bad("toleration-for-nothing", {"tolerations": [{"value": "x"}]}, "tolerations[0].key", "operator Exists"),
    bad("toleration-of-all-values", {"tolerations": [{"operator": "Exists", "value": "x"}]}, "tolerations[0].value", "Exists"),
    bad("toleration-effect", {"tolerations": [{"key": "a", "effect": "Never"}]}, "tolerations[0].effect", "NoSchedule"),
    bad(
        "toleration-seconds", {"tolerations": [{"key": "a", "tolerationSeconds": 5}]}, "tolerations[0].tolerationSeconds",
        "NoExecute",
    ),
    bad("env-twofold", {"env": [{"name": "A", "value": "1", "valueFrom": {}}]}, "env[0]", "and not both"),
    bad("env-empty", {"env": [{"name": "A"}]}, "env[0]", "needs value or valueFrom"),
    bad("env-ours", {"env": [{"name": "KUBEOCR_PORT", "value": "1"}]}, "env[0].name", "other fields"),
    bad("env-twice", {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}, "env", "a name twice"),
    bad("env-name", {"env": [{"name": "1 A", "value": "1"}]}, "env[0].name", "must be a variable"),
    bad("route-to-nowhere", {"route": {}}, "route", "needs ingress or httpRoute"),
    bad("route-host", {"route": {"ingress": {"host": "https://x"}}}, "route.ingress.host", "host name"),
    bad("route-without-gateway", {"route": {"httpRoute": {"host": "x.example"}}}, "route.httpRoute.gateway", "equired"),
    bad(
        "route-that-a-policy-would-close",
        {"networkPolicy": {"enabled": True}, "route": {"ingress": {"host": "x.example"}}}, "networkPolicy.from",
        "from must say who may ask where there is a route",
    ),
    bad(
        "node-port-that-a-policy-would-close", {"networkPolicy": {"enabled": True}, "service": {"type": "NodePort"}},
        "networkPolicy.from", "Service of type NodePort or LoadBalancer",
    ),
    bad("mirror-without-host", {"offline": {"registryMirror": "mirror/all"}}, "offline.registryMirror", "registry's host"),
    bad("mirror-with-tag", {"offline": {"registryMirror": "m.example/a:1"}}, "offline.registryMirror", "registry's host"),
    bad("auth-without-secret", {"auth": {}}, "auth.apiKeysSecret", "equired"),
    bad("tls-secret", {"tls": {"secret": "A_B"}}, "tls.secret", "lower-case letters"),
    bad("llm-without-server", {"llm": {"ollama": {}, "model": "m"}}, "llm.ollama", "needs url or managed"),
    bad(
        "llm-with-two-servers", {"llm": {"ollama": {"url": "http://o", "managed": {}}, "model": "m"}}, "llm.ollama",
        "and not both",
    ),
    bad("llm-without-model", {"llm": {"ollama": {"url": "http://o"}}}, "llm.model", "equired"),
    bad("llm-url", {"llm": {"ollama": {"url": "ollama:11434"}, "model": "m"}}, "llm.ollama.url", "must be a URL"),
    bad("llm-url-with-password", {"llm": {"ollama": {"url": "http://a:b@o"}, "model": "m"}}, "llm.ollama.url", "without user"),
    bad("llm-model", {"llm": {"ollama": {"managed": {}}, "model": "a b"}}, "llm.model", "as Ollama names it"),
    bad(
        "llm-accelerator", {"llm": {"ollama": {"managed": {"accelerator": "gpu"}}, "model": "m"}},
        "llm.ollama.managed.accelerator", "extended resource",
    ),
    bad(
        "llm-models-that-nobody-pulls", {"llm": {"ollama": {"managed": {"pull": False, "models": ["a"]}}, "model": "m"}},
        "llm.ollama.managed.models", "leave them out",
    ),
    bad(
        "llm-models-beside-the-images",
        {"llm": {"ollama": {"managed": {"modelsPath": "/m", "models": ["a"]}}, "model": "m"}},
        "llm.ollama.managed.models", "leave them out",
    ),
    bad(
        "llm-models-path", {"llm": {"ollama": {"managed": {"modelsPath": "models/"}}, "model": "m"}},
        "llm.ollama.managed.modelsPath", "absolute path",
    ),
    bad(
        "llm-resource", {"llm": {"ollama": {"managed": {"resources": {"gpu": "1"}}}, "model": "m"}},
        "llm.ollama.managed.resources", "names must be cpu",
    ),
    bad(
        "llm-accelerator-twice",
        {"llm": {"ollama": {"managed": {"accelerator": "a.b/gpu", "resources": {"a.b/gpu": "2"}}}, "model": "m"}},
        "llm.ollama.managed.resources", "gets one of it",
    ),
    bad(
        "llm-pulled-offline", {"llm": {"ollama": {"managed": {}}, "model": "m"}, "offline": {"strict": True}},
        "llm.ollama.managed", "nothing is pulled",
    ),
    bad(
        "redis-resource", {"queue": {"redis": {"managed": {"resources": {"ram": "1"}}}}},
        "queue.redis.managed.resources", "names must be cpu",
    ),
    bad("vlm-without-url", {"vlm": {}}, "vlm.url", "equired"),
    bad("redis-nowhere", {"queue": {"redis": {}}}, "queue.redis", "one of url, secret and managed"),
    bad("redis-twice", {"queue": {"redis": {"secret": "s", "managed": {}}}}, "queue.redis", "one of url, secret and managed"),
    bad("redis-password", {"queue": {"redis": {"url": "redis://:secret@r:6379"}}}, "queue.redis.url", "goes into a Secret"),
    bad("queue-store-alone", {"queue": {"store": {"claimName": "c"}}}, "queue.store", "store needs redis"),
    bad("queue-retention", {"queue": {"retentionSeconds": 1}}, "queue.retentionSeconds", "or equal to 60"),
    bad("rollout-strategy", {"rollout": {"strategy": "Recreate"}}, "rollout.strategy", "Auto", "Surge", "InPlace"),
    bad("rollout-gate", {"rollout": {"gate": "Hope"}}, "rollout.gate", "KnownAnswer", "None"),
    bad("network-policy-off", {"networkPolicy": {"from": [{}]}}, "networkPolicy.from", "needs enabled: true"),
    bad("monitoring-label", {"monitoring": {"labels": {"a b": "c"}}}, "monitoring.labels", "label names"),
    bad("offline-mirror", {"offline": {"registryMirror": "https://m"}}, "offline.registryMirror", "registry's host"),
    pytest.param(service(name="1st"), "metadata.name", ("start with a letter",), id="name-is-no-service-name"),
    pytest.param(service(name="a.b"), "metadata.name", ("letters, digits and '-'",), id="name-with-a-dot"),
    pytest.param(service(name="a" * 53), "metadata.name", ("at most 52 characters",), id="name-too-long"),
]  # fmt: skip

GOOD = [
    pytest.param(service(), {}, id="no-spec"),
    pytest.param(service({}), {"languages": ["en", "zh"], "replicas": 1, "disruption": {}}, id="empty-spec"),
    pytest.param(
        service({"model": {}, "engine": {}, "image": {}, "limits": {}, "service": {}, "rollout": {}, "accelerator": {}}),
        {
            "model": {"version": "PP-OCRv6", "size": "small"},
            "engine": {
                "name": "auto", "precision": "auto", "characters": "languages", "detectionSide": 1600, "threads": 0,
                "streams": 0,
            },
        },
        id="empty-parts",
    ),
    pytest.param(service({"languages": ["ar", "fr", "zh-Hant"]}), {"languages": ["ar", "fr", "zh-Hant"]}, id="languages"),
    pytest.param(
        service({"model": {"version": "PP-OCRv5", "size": "medium"}}), {"model": {"version": "PP-OCRv5", "size": "medium"}},
        id="version-and-size",
    ),
    pytest.param(
        service({"image": {"repository": "registry.example.com:5000/team/ocr", "digest": DIGEST, "pullSecrets": ["pull"]}}),
        {"image": {
            "repository": "registry.example.com:5000/team/ocr", "digest": DIGEST, "pullSecrets": ["pull"],
            "update": "OnChange", "pullPolicy": "IfNotPresent",
        }},
        id="image-by-digest",
    ),
    pytest.param(service({"image": {"repository": "ocr", "tag": "1"}}), {}, id="image-by-tag"),
    pytest.param(
        service({"accelerator": {"mode": "gpu", "resource": "nvidia.com/mig-1g.5gb", "runtimeClassName": "nvidia"}}),
        {"accelerator": {"mode": "gpu", "resource": "nvidia.com/mig-1g.5gb", "runtimeClassName": "nvidia", "count": 1}},
        id="mig",
    ),
    pytest.param(service({"accelerator": {"mode": "cpu"}}), {}, id="cpu"),
    pytest.param(
        service({"engine": {"name": "tensorrt", "precision": "fp16", "detectionSide": 0, "cache": {}}}),
        {"engine": {
            "name": "tensorrt", "precision": "fp16", "characters": "languages", "detectionSide": 0, "threads": 0, "streams": 0,
            "cache": {},
        }},
        id="engine",
    ),
    pytest.param(service({"offline": {"registryMirror": "mirror.example.com"}}), {}, id="mirror"),
    pytest.param(service({"offline": {"registryMirror": "mirror:5000/all/of-it"}}), {}, id="mirror-by-its-port"),
    pytest.param(service({"offline": {"registryMirror": "localhost:5000"}}), {}, id="mirror-on-the-node"),
    pytest.param(
        service({
            "networkPolicy": {"enabled": True, "from": [{"podSelector": {}}]}, "service": {"type": "LoadBalancer"},
        }),
        {}, id="guarded-load-balancer",
    ),
    pytest.param(service({"replicas": 0}), {"replicas": 0}, id="stopped"),
    pytest.param(
        service({"autoscaling": {"maxReplicas": 5}}),
        {"autoscaling": {
            "provider": "hpa", "minReplicas": 1, "maxReplicas": 5, "metrics": [{"type": "cpu", "target": 70}],
            "scaleToZero": False,
        }},
        id="autoscaling",
    ),
    pytest.param(
        service({"autoscaling": {"maxReplicas": 5, "metrics": [{}]}}),
        {"autoscaling": {
            "provider": "hpa", "minReplicas": 1, "maxReplicas": 5, "metrics": [{"type": "cpu"}], "scaleToZero": False,
        }},
        id="autoscaling-metric-defaults",
    ),
    pytest.param(
        service({"replicas": 0, "autoscaling": {"maxReplicas": 5}}), {"replicas": 0}, id="autoscaling-of-a-stopped-service",
    ),
    pytest.param(
        service({"autoscaling": {
            "maxReplicas": 5,
            "metrics": [
                {"type": "memory", "target": 60}, {"type": "queue", "target": 900},
                {"type": "external", "metric": {"name": "s0|jobs", "selector": {"queue": "scans"}, "value": "500m"}},
            ],
            "behavior": {
                "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
                    {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15},
                ]},
                "scaleDown": {"selectPolicy": "Disabled"},
            },
        }}),
        {},
        id="autoscaling-by-an-hpa",
    ),
    pytest.param(
        service({"autoscaling": {
            "provider": "keda", "maxReplicas": 5, "scaleToZero": True, "pollingSeconds": 5, "cooldownSeconds": 0,
            "metrics": [
                {"type": "external", "trigger": {
                    "type": "redis", "metadata": {"listName": "pages", "listLength": "20"}, "authentication": {"name": "redis"},
                }},
                {"type": "external", "trigger": {"type": "cron", "metadata": {"timezone": "UTC"}, "valueType": "Value"}},
            ],
        }}),
        {},
        id="autoscaling-by-keda",
    ),
    pytest.param(
        service({"resources": {"requests": {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"}, "limits": {}}}),
        {"resources": {"requests": {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"}, "limits": {}}},
        id="resources",
    ),
    pytest.param(
        service({"service": {"type": "NodePort", "port": 8080, "annotations": {"example.com/lb": "internal"}}}),
        {"service": {"type": "NodePort", "port": 8080, "annotations": {"example.com/lb": "internal"}}},
        id="service",
    ),
    pytest.param(
        service({"rollout": {"maxSurge": "25%", "maxUnavailable": "100%"}}),
        {
            "rollout": {
                "maxSurge": "25%", "maxUnavailable": "100%", "drainSeconds": 60, "strategy": "Auto", "gate": "KnownAnswer",
            }
        },
        id="rollout",
    ),
    pytest.param(service({"disruption": {"minAvailable": "50%"}}), {"disruption": {"minAvailable": "50%"}}, id="disruption"),
    pytest.param(
        service({"models": {"from": "persistentVolumeClaim", "persistentVolumeClaim": {}}}),
        {
            "models": {
                "from": "persistentVolumeClaim",
                "persistentVolumeClaim": {"size": "10Gi", "accessMode": "ReadWriteOnce"},
            }
        },
        id="models-claim",
    ),
    pytest.param(
        service({"models": {"from": "imageVolume", "imageVolume": {"reference": "r.example:5000/m@" + DIGEST}}}),
        {},
        id="models-volume",
    ),
    pytest.param(
        service(
            {
                "nodeSelector": {"example.com/pool": "ocr"}, "priorityClassName": "high",
                "tolerations": [{"operator": "Exists"}, {"key": "a", "effect": "NoExecute", "tolerationSeconds": 5}],
                "affinity": {"nodeAffinity": {"x": []}}, "topologySpread": [{"maxSkew": 1, "topologyKey": "zone"}],
                "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}, {"name": "B", "value": "1"}],
                "podTemplate": {"metadata": {"annotations": {"a": "b"}}, "spec": {"hostNetwork": True}},
            }
        ),
        {},
        id="placement",
    ),
    pytest.param(
        service(
            {
                "route": {
                    "ingress": {"host": "*.example.com", "className": "nginx", "annotations": {"a/b": "c"}},
                    "httpRoute": {"host": "ocr.example.com", "gateway": {"name": "g", "namespace": "infra"}},
                },
                "auth": {"apiKeysSecret": "keys"}, "tls": {"secret": "cert"},
                "networkPolicy": {"enabled": True, "from": [{"namespaceSelector": {}}]},
                "monitoring": {"serviceMonitor": True, "prometheusRule": True, "labels": {"release": "prometheus"}},
                "offline": {"strict": True, "registryMirror": "mirror.example:5000/all"},
            }
        ),
        {},
        id="exposure",
    ),
    pytest.param(
        service(
            {
                "llm": {"ollama": {"managed": {"accelerator": "nvidia.com/gpu"}}, "model": "qwen3:8b", "visionModel": "a/b:c"},
                "vlm": {"url": "https://vllm.ai.svc:8000/v1", "apiKeySecret": "key"},
                "queue": {
                    "redis": {"url": "redis://r.data.svc:6379/1"}, "store": {"claimName": "scans"}, "retentionSeconds": 60,
                },
            }
        ),
        {},
        id="backends",
    ),
    pytest.param(
        service(
            {
                "llm": {"ollama": {"managed": {"modelsPath": "/models"}}, "model": "qwen3:8b"},
                "queue": {"redis": {"managed": {"resources": {"memory": "1Gi", "ephemeral-storage": "1Gi"}}}},
                "offline": {"strict": True},
            }
        ),
        {},
        id="backends-offline",
    ),
    pytest.param(service({"model": None, "languages": None}), {"languages": ["en", "zh"]}, id="nulls-are-defaults"),
    pytest.param(service(name="a" * 52), {}, id="longest-name"),
]  # fmt: skip


@pytest.fixture(scope="module")
def kubectl(kubeconfig: clusters.Cluster) -> Iterator[Kubectl]:
    """Runs kubectl on a server that has the CRD and a namespace for these tests."""
    assert kubeconfig.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(CRD)).returncode == 0
    kubeconfig.kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", str(CRD))
    kubeconfig.kubectl("create", "namespace", NAMESPACE)
    _eventually(lambda: kubeconfig.kubectl("get", names.PLURAL, "-n", NAMESPACE).returncode == 0)
    yield kubeconfig.kubectl
    kubeconfig.kubectl("delete", names.PLURAL, "--all", "-n", NAMESPACE)
    kubeconfig.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.mark.parametrize(("body", "path", "allowed"), BAD)
def test_parse_refuses_it(body: dict[str, Any], path: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(ocrservices.InvalidService) as caught:
        ocrservices.parse(body)
    assert [p for p in caught.value.problems if p.startswith(path) and all(word in p for word in allowed)], (
        caught.value.problems
    )


@pytest.mark.cluster
@pytest.mark.parametrize(("body", "path", "allowed"), BAD)
def test_the_api_server_refuses_it_in_words(
    kubectl: Kubectl, body: dict[str, Any], path: str, allowed: tuple[str, ...]
) -> None:
    done = kubectl("create", "--dry-run=server", "--validate=ignore", "-f", "-", input=json.dumps(body))
    assert done.returncode != 0
    assert path in done.stderr
    assert [word for word in allowed if word not in done.stderr] == [], done.stderr


@pytest.mark.parametrize(("body", "stored"), GOOD)
def test_parse_fills_in_the_defaults(body: dict[str, Any], stored: dict[str, Any]) -> None:
    found = ocrservices.parse(body).spec.document()
    assert {key: found[key] for key in stored} == stored


@pytest.mark.cluster
@pytest.mark.parametrize(("body", "stored"), GOOD)
def test_the_api_server_stores_what_parse_gives(kubectl: Kubectl, body: dict[str, Any], stored: dict[str, Any]) -> None:
    created = kubectl("create", "-f", "-", "-o", "json", input=json.dumps(body))
    kubectl("delete", "-f", "-", "--wait=false", input=json.dumps(body))
    assert created.returncode == 0, created.stderr
    spec = json.loads(created.stdout)["spec"]
    assert {key: spec[key] for key in stored} == stored
    assert spec == ocrservices.parse(body).spec.document()


@pytest.mark.cluster
def test_an_unknown_field_is_refused(kubectl: Kubectl) -> None:
    done = kubectl("create", "--dry-run=server", "-f", "-", input=json.dumps(service({"languges": ["fr"]})))
    assert done.returncode != 0
    assert 'unknown field "spec.languges"' in done.stderr


@pytest.mark.cluster
def test_an_applied_list_takes_the_place_of_the_default(kubectl: Kubectl) -> None:
    for spec in ({"replicas": 1}, {"replicas": 1, "languages": ["fr"]}):
        done = kubectl("apply", "--server-side", "-f", "-", "-o", "json", input=json.dumps(service(spec, name="applied")))
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["spec"]["languages"] == ["fr"]


@pytest.mark.cluster
def test_the_scale_subresource_sets_replicas(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", input=json.dumps(service(name="scaled")))
    scaled = kubectl("scale", f"{names.SINGULAR}/scaled", "--replicas=3", "-n", NAMESPACE)
    assert scaled.returncode == 0, scaled.stderr
    assert kubectl("get", names.SINGULAR, "scaled", "-n", NAMESPACE, "-o", "jsonpath={.spec.replicas}").stdout == "3"


@pytest.mark.cluster
def test_the_status_is_a_subresource_with_a_place_for_all_that_the_operator_says(kubectl: Kubectl) -> None:
    condition = {
        "type": "Ready", "status": "True", "reason": "PodsReady", "message": "1 of 1", "observedGeneration": 1,
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    status = {
        "observedGeneration": 1, "conditions": [condition], "url": "http://seen.default.svc", "replicas": 1, "readyReplicas": 1,
        "selector": "a=b", "image": "kubeocr/runtime:1", "accelerator": "cpu", "languages": ["en"],
        "models": [{"name": "PP-OCRv6_small_rec", "sha256": "ab" * 32}],
        "engine": {"name": "onnxruntime", "device": "cpu", "provider": "CPUExecutionProvider"},
    }  # fmt: skip
    kubectl("create", "-f", "-", input=json.dumps({**service(name="seen"), "status": {"url": "http://not.this.way"}}))
    place = (names.SINGULAR, "seen", "-n", NAMESPACE)
    assert "status" not in json.loads(kubectl("get", *place, "-o", "json").stdout)
    done = kubectl("patch", *place, "--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
    assert done.returncode == 0, done.stderr
    assert json.loads(kubectl("get", *place, "-o", "json").stdout)["status"] == status
    shown = kubectl("get", *place).stdout.split()
    assert shown[:6] == ["NAME", "READY", "REPLICAS", "PIPELINES", "LANGUAGES", "URL"]
    assert shown[7:13] == ["seen", "True", "1", '["ocr"]', '["en"]', "http://seen.default.svc"]


@pytest.mark.cluster
def test_models_as_release_0_1_0_wrote_them_are_in_nobodys_way(kubectl: Kubectl) -> None:
    """They were names. An apply to an object that the schema does not fit is refused, whatever it is about."""
    kubectl("create", "-f", "-", input=json.dumps(service(name="early")))
    place = (names.SINGULAR, "early", "-n", NAMESPACE)
    early = json.dumps({"status": {"models": ["PP-OCRv6_small_rec"]}})
    assert kubectl("patch", *place, "--subresource=status", "--type=merge", "-p", early).returncode == 0
    apply = ("apply", "--server-side", "--force-conflicts", "-f", "-")
    done = kubectl(*apply, input=json.dumps(service({"replicas": 2}, name="early")))
    assert done.returncode == 0, done.stderr
    told = {"models": [{"name": "PP-OCRv6_small_rec", "sha256": "ab" * 32}]}
    done = kubectl(*apply, "--subresource=status", input=json.dumps({**service(name="early"), "status": told}))
    assert done.returncode == 0, done.stderr
    assert json.loads(kubectl("get", *place, "-o", "json").stdout)["status"] == told


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("field", "want"),
    [
        pytest.param("spec.autoscaling.metrics", "type <string> enum: cpu, memory, queue, external", id="list"),
        pytest.param("spec.engine.name", "ENUM: auto onnxruntime openvino tensorrt paddle", id="enum"),
        pytest.param("spec.rollout", "maxSurge <Object> Pods above the wanted number during a rollout.", id="part"),
    ],
)
def test_kubectl_explains_it(kubectl: Kubectl, field: str, want: str) -> None:
    told = " ".join(kubectl("explain", f"{names.SINGULAR}.{field}").stdout.split())
    assert want in told, told


def _eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)
