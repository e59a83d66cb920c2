"""The servers that a service leans on: where they answer, and which of them are its own. Pure; called by plans.py."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_operator import config, mirrors, ocrservices, quantities, specs, values

OLLAMA, PULL, REDIS = "ollama", "ollama-pull", "redis"
"""Parts of a service: its own servers, and the Job that fetches models."""
OLLAMA_PORT, REDIS_PORT = 11434, 6379
VLM_DIR, QUEUE_DIR = "/etc/kubeocr/vlm", "/etc/kubeocr/queue"
"""Where a runtime's pod has what is secret, or may be."""
STORE_DIR = "/var/lib/kubeocr/queue"
"""Where it has the documents and results of jobs that all pods share."""
VLM_KEY, QUEUE_URL = "apiKey", "url"
"""Entries of the Secrets, and so the files in these folders."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """What there is to every server of a service's own."""

    part: str
    image: str
    port: int
    replicas: int
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    storage: specs.Storage | None
    """Of its volume; None where it does without."""
    runtime_class_name: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Ollama:
    """An Ollama of the service's own."""

    server: Server
    url: str
    models_path: str | None
    """Folder of its image that has the models; None where its volume has them."""
    pulled: tuple[str, ...]
    """Models that a Job fetches; empty where none does."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Redis:
    """A Redis of the service's own."""

    server: Server
    data_bytes: int | None
    """What its data may take; None where nothing bounds its memory."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Backends:
    """All of them, decided."""

    ollama: Ollama | None = None
    redis: Redis | None = None
    vlm_secret: str | None = None
    redis_secret: str | None = None
    """The Secret that has the URL of a Redis that is not the service's own."""
    redis_url: str | None = None
    """The URL of a Redis where it is no secret."""
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """What the runtime is told, by the names of `settings.Settings`."""

    @property
    def servers(self) -> tuple[Server, ...]:
        """Those of the service's own."""
        return tuple(backend.server for backend in (self.ollama, self.redis) if backend is not None)


def resolve(service: ocrservices.OCRService, defaults: config.Config) -> Backends:
    """What the spec's llm, vlm and queue come to."""
    spec = service.spec
    ollama, redis, wanted = _ollama(service, defaults), _redis(service, defaults), spec.queue.redis
    own_url = _address("redis", service, REDIS, REDIS_PORT) if redis else None
    return Backends(
        ollama=ollama,
        redis=redis,
        vlm_secret=spec.vlm.api_key_secret if spec.vlm else None,
        redis_secret=wanted.secret if wanted else None,
        redis_url=own_url or (wanted.url if wanted else None),
        settings=_llm(spec.llm, ollama) | _vlm(spec.vlm) | _queue(service),
    )


def _ollama(service: ocrservices.OCRService, defaults: config.Config) -> Ollama | None:
    llm = service.spec.llm
    if llm is None or llm.ollama.managed is None:
        return None
    managed, suspended = llm.ollama.managed, service.spec.suspend
    wanted = dict.fromkeys(filter(None, (llm.model, llm.vision_model, *managed.models)))
    devices = {} if managed.accelerator == values.OLLAMA_CPU else {managed.accelerator: "1"}
    runtime_class = service.spec.accelerator.runtime_class_name or defaults.runtime_class_name
    return Ollama(
        server=Server(
            part=OLLAMA,
            image=_image(managed.image, service, defaults),
            port=OLLAMA_PORT,
            replicas=0 if suspended else 1,
            requests={**managed.resources, **devices},
            limits=_limits(managed.resources) | devices,
            storage=None if managed.models_path else managed.storage,
            runtime_class_name=runtime_class if devices else None,
        ),
        url=_address("http", service, OLLAMA, OLLAMA_PORT),
        models_path=managed.models_path,
        pulled=tuple(wanted) if llm.ollama.pulls and not suspended else (),
    )


def _redis(service: ocrservices.OCRService, defaults: config.Config) -> Redis | None:
    redis = service.spec.queue.redis
    if redis is None or redis.managed is None:
        return None
    managed = redis.managed
    memory = managed.resources.get("memory")
    return Redis(
        server=Server(
            part=REDIS,
            image=_image(managed.image, service, defaults),
            port=REDIS_PORT,
            replicas=0 if service.spec.suspend else 1,
            requests=managed.resources,
            limits=_limits(managed.resources),
            storage=managed.storage,
        ),
        data_bytes=int(quantities.parse(memory) / 2) if memory else None,
    )


def _image(image: str, service: ocrservices.OCRService, defaults: config.Config) -> str:
    return mirrors.rewrite(image, mirrors.of(service.spec.offline, defaults))


def _limits(asked: Mapping[str, str]) -> dict[str, str]:
    """All that is asked for but CPU, where a limit would only slow."""
    return {name: amount for name, amount in asked.items() if name != "cpu"}


def _address(scheme: str, service: ocrservices.OCRService, part: str, port: int) -> str:
    """Where a server of the service's own answers, whatever the cluster's domain is."""
    return f"{scheme}://{service.name}-{part}.{service.namespace}.svc:{port}"


def _llm(llm: specs.Llm | None, own: Ollama | None) -> dict[str, Any]:
    if llm is None:
        return {}
    return {
        "llm_url": own.url if own else llm.ollama.url,
        "llm_model": llm.model,
        "llm_vision_model": llm.vision_model or "",
        "llm_timeout_seconds": llm.timeout_seconds,
        "llm_hosts": llm.callers_hosts,
    }


def _vlm(vlm: specs.Vlm | None) -> dict[str, Any]:
    if vlm is None:
        return {}
    key = {"vlm_api_key_file": f"{VLM_DIR}/{VLM_KEY}"} if vlm.api_key_secret else {}
    return {"vlm_url": vlm.url, "vlm_model": vlm.model, **key}


def _queue(service: ocrservices.OCRService) -> dict[str, Any]:
    """Others may share the Redis and the claim: the queue is this service's by its name."""
    queue = service.spec.queue
    url = {"queue_redis_url_file": f"{QUEUE_DIR}/{QUEUE_URL}"} if queue.redis else {}
    store = {"queue_store_url": STORE_DIR, "queue_name": f"{service.namespace}.{service.name}"} if queue.store else {}
    return {"queue_retention_seconds": queue.retention_seconds, **url, **store}
