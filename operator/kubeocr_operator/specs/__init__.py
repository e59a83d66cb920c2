"""What a user may write in the `spec` of an OCRService.

These models are the source of the CRD (schemas.py) and of its reference (docs/OCRSERVICE.md), docstrings included.
"""

from kubeocr_operator.specs.backends import Llm, ManagedOllama, ManagedRedis, Ollama, Queue, Redis, Storage, Vlm
from kubeocr_operator.specs.exposure import (
    Auth,
    Gateway,
    HttpRoute,
    Ingress,
    Monitoring,
    NetworkPolicy,
    Route,
    Service,
    Tls,
)
from kubeocr_operator.specs.operation import Disruption, Offline, Rollout
from kubeocr_operator.specs.placement import EnvVar, Toleration
from kubeocr_operator.specs.reading import (
    Accelerator,
    Engine,
    Image,
    ImageVolume,
    Limits,
    Model,
    Models,
    ModelsClaim,
    Resources,
)
from kubeocr_operator.specs.scaling import Autoscaling, Metric
from kubeocr_operator.specs.spec import Spec

__all__ = [
    "Accelerator",
    "Auth",
    "Autoscaling",
    "Disruption",
    "Engine",
    "EnvVar",
    "Gateway",
    "HttpRoute",
    "Image",
    "ImageVolume",
    "Ingress",
    "Limits",
    "Llm",
    "ManagedOllama",
    "ManagedRedis",
    "Metric",
    "Model",
    "Models",
    "ModelsClaim",
    "Monitoring",
    "NetworkPolicy",
    "Offline",
    "Ollama",
    "Queue",
    "Redis",
    "Resources",
    "Rollout",
    "Route",
    "Service",
    "Spec",
    "Storage",
    "Tls",
    "Toleration",
    "Vlm",
]
