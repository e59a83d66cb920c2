"""The servers that a service leans on: language models and the queue."""

from typing import Annotated

from kubeocr_operator import rules, values
from kubeocr_operator.values import Amounts

_SERVER_RESOURCES = values.resource_names("resources")
_HTTP_HOST = rules.text(
    pattern=r"[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?:[0-9]{1,5}",
    longest=260,
    message="must be a host and a port such as ollama.ai.svc:11434",
)


class Storage(rules.Part):
    """A PersistentVolumeClaim. It stays until the OCRService goes, even when the spec no longer needs it."""

    size: values.Quantity = "20Gi"
    """Its size."""
    storage_class_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """Its StorageClass; without it the cluster's default."""


class ManagedOllama(rules.Part):
    """An Ollama server of the service's own, with its models on a volume."""

    RULES = (
        values.once("models"),
        rules.Rule(
            cel="size(self.models) == 0 || (self.pull && !has(self.modelsPath))",
            holds=lambda ollama: not ollama.models or (ollama.pull and ollama.models_path is None),
            message="models are pulled: leave them out with pull: false and with modelsPath",
            at=("models",),
        ),
        _SERVER_RESOURCES,
        rules.Rule(
            cel=f"self.accelerator == '{values.OLLAMA_CPU}' || !(self.accelerator in self.resources)",
            holds=lambda ollama: ollama.accelerator == values.OLLAMA_CPU or ollama.accelerator not in ollama.resources,
            message="resources must not have the accelerator's resource: it gets one of it",
            at=("resources",),
        ),
    )
    image: Annotated[str, values.IMAGE] = values.OLLAMA_IMAGE
    """Its image."""
    models: tuple[Annotated[str, values.OLLAMA_MODEL], ...] = values.listed(16, default=())
    """Models to pull besides llm.model and llm.visionModel."""
    pull: values.Flag = True
    """Whether a Job pulls the models that the volume does not have. offline.strict needs false, or modelsPath."""
    models_path: Annotated[str, values.FOLDER] | None = None
    """Folder of the image that has the models, as OLLAMA_MODELS was when it was built. Then nothing is pulled, and there is
    no volume."""
    accelerator: values.OllamaAccelerator = values.OLLAMA_CPU
    """cpu, or a resource such as nvidia.com/gpu of which it gets one."""
    storage: Storage = Storage()
    resources: Amounts = values.amounts(default={"cpu": "2", "memory": "8Gi"})
    """What it asks for; memory is its limit, too."""


class Ollama(rules.Part):
    """Where Ollama is."""

    RULES = (
        rules.Rule(
            cel="has(self.url) != has(self.managed)",
            holds=lambda ollama: (ollama.url is None) != (ollama.managed is None),
            message="ollama needs url or managed, and not both",
        ),
    )
    url: Annotated[str, values.HTTP_URL] | None = None
    """A server that is there already, such as http://ollama.ai.svc:11434."""
    managed: ManagedOllama | None = None

    @property
    def pulls(self) -> bool:
        """Whether models are fetched from outside the cluster."""
        return self.managed is not None and self.managed.pull and self.managed.models_path is None


class Llm(rules.Part):
    """The language models that extract keys from what was read (`/ocr/chatocrv4`). The reading itself does without them."""

    ollama: Ollama
    model: Annotated[str, values.OLLAMA_MODEL]
    """The model that is asked."""
    vision_model: Annotated[str, values.OLLAMA_MODEL] | None = None
    """The model that is shown the page, too."""
    timeout_seconds: int = values.setting("llm_timeout_seconds")
    """Longest that one answer may take."""
    callers_hosts: tuple[Annotated[str, _HTTP_HOST], ...] = values.listed(16, default=())
    """Further servers, each host:port, that a request may have asked (ollama_base_url). One that is not here is not asked."""


class Vlm(rules.Part):
    """A server with OpenAI's API whose model reads whole pages: it answers the chat routes for the model dots-ocr."""

    url: Annotated[str, values.HTTP_URL]
    """Its base URL, such as http://vllm.ai.svc:8000/v1."""
    model: Annotated[str, values.VLM_MODEL] = "dots-ocr"
    """The model's name there."""
    api_key_secret: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """Secret in the same namespace whose entry apiKey is sent as the bearer token."""


class ManagedRedis(rules.Part):
    """A Redis of the service's own, with its append-only file on a volume."""

    RULES = (_SERVER_RESOURCES,)
    image: Annotated[str, values.IMAGE] = values.REDIS_IMAGE
    """Its image."""
    storage: Storage = Storage(size="2Gi")
    resources: Amounts = values.amounts(default={"cpu": "100m", "memory": "256Mi"})
    """What it asks for; memory is its limit, too. Data may take half of it: to write the file anew may need the other."""


class Redis(rules.Part):
    """Where Redis is."""

    RULES = (
        rules.Rule(
            cel="[has(self.url), has(self.secret), has(self.managed)].filter(x, x).size() == 1",
            holds=lambda redis: [redis.url, redis.secret, redis.managed].count(None) == 2,
            message="redis needs one of url, secret and managed",
        ),
    )
    url: Annotated[str, values.REDIS_URL] | None = None
    """A server without a password, such as redis://redis.data.svc:6379/0."""
    secret: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """Secret in the same namespace whose entry url is a redis:// or rediss:// URL with its password."""
    managed: ManagedRedis | None = None


class QueueStore(rules.Part):
    """Where the documents and results of jobs lie."""

    claim_name: Annotated[str, values.SUBDOMAIN_NAME]
    """PersistentVolumeClaim in the same namespace that the pods of all nodes may write at the same time (ReadWriteMany)."""


class Queue(rules.Part):
    """Where jobs wait, which outlive their requests. With redis and store any pod does them, and they outlive every pod;
    without one of the two they stay in the pod that took them, and end with it.
    """

    RULES = (
        rules.Rule(
            cel="has(self.redis) || !has(self.store)",
            holds=lambda queue: queue.redis is not None or queue.store is None,
            message="store needs redis: a queue that lives in the pod has its files there",
            at=("store",),
        ),
    )
    redis: Redis | None = None
    store: QueueStore | None = None
    retention_seconds: int = values.setting("queue_retention_seconds")
    """How long results are kept."""
