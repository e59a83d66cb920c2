"""What the runtime's pods mount besides their scratch: each feature of the spec gives its own volumes. Pure."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import backend_plans, plans

_ENGINE_CACHE = "4Gi"
"""Of an emptyDir; kubelet evicts a pod that writes more."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """A volume of the pod, and where its container has it."""

    name: str
    path: str
    source: Mapping[str, Any]
    """As a pod's volume has it, without its name: `{"secret": {"secretName": ...}}`."""
    writable: bool = False

    def volume(self) -> dict[str, Any]:
        """For the pod's `volumes`."""
        return {"name": self.name, **self.source}

    def volume_mount(self) -> dict[str, Any]:
        """For the container's `volumeMounts`."""
        return {"name": self.name, "mountPath": self.path, **({} if self.writable else {"readOnly": True})}


def of(plan: plans.Plan) -> tuple[Mount, ...]:
    """All of them, in the order of the features below."""
    return tuple(mount for feature in _FEATURES for mount in feature(plan))


def _models(plan: plans.Plan) -> Iterator[Mount]:
    """Where the image's own would be."""
    models = plan.models
    if models.volume is not None:
        yield Mount(name="models", path=names.MODELS_DIR, source={"image": models.volume.document()})
    elif models.claim is not None:
        yield Mount(name="models", path=names.MODELS_DIR, source={"persistentVolumeClaim": {"claimName": models.claim}})


def _engine_cache(plan: plans.Plan) -> Iterator[Mount]:
    """Pods write to it: what an engine compiled is written by whoever starts first."""
    cache = plan.spec.engine.cache
    if cache is not None:
        claim = {"persistentVolumeClaim": {"claimName": cache.claim_name}}
        source = claim if cache.claim_name is not None else {"emptyDir": {"sizeLimit": _ENGINE_CACHE}}
        yield Mount(name="engine-cache", path=plan.settings.engine_cache_dir, source=source, writable=True)


def _vlm(plan: plans.Plan) -> Iterator[Mount]:
    """Optional, as pages are read without it: kubelet brings it once it is there."""
    if plan.backends.vlm_secret is not None:
        source = _entry(plan.backends.vlm_secret, backend_plans.VLM_KEY)
        yield Mount(name="vlm", path=backend_plans.VLM_DIR, source=source)


def _queue(plan: plans.Plan) -> Iterator[Mount]:
    """A file either way: of a Secret where the URL is one, else of the pod's own annotation."""
    backends, at = plan.backends, backend_plans.QUEUE_DIR
    if backends.redis_secret is not None:
        yield Mount(name="queue", path=at, source=_entry(backends.redis_secret, backend_plans.QUEUE_URL))
    elif backends.redis_url is not None:
        field = {"fieldPath": f"metadata.annotations['{names.ANNOTATION_QUEUE}']"}
        yield Mount(
            name="queue", path=at, source={"downwardAPI": {"items": [{"path": backend_plans.QUEUE_URL, "fieldRef": field}]}}
        )


def _queue_store(plan: plans.Plan) -> Iterator[Mount]:
    store = plan.spec.queue.store
    if store is not None:
        source = {"persistentVolumeClaim": {"claimName": store.claim_name}}
        yield Mount(name="queue-store", path=plan.settings.queue_store_url, source=source, writable=True)


def _entry(secret: str, name: str) -> dict[str, Any]:
    return {"secret": {"secretName": secret, "items": [{"key": name, "path": name}], "optional": True}}


def _api_keys(plan: plans.Plan) -> Iterator[Mount]:
    if plan.spec.auth is not None:
        yield _secret("api-keys", plan.settings.api_keys_dir, plan.spec.auth.api_keys_secret)


def _tls(plan: plans.Plan) -> Iterator[Mount]:
    if plan.spec.tls is not None:
        yield _secret("tls", plan.settings.tls_dir, plan.spec.tls.secret)


def _secret(name: str, path: str, secret: str) -> Mount:
    """Readable to the pod's group alone, which is the container's (fsGroup)."""
    return Mount(name=name, path=path, source={"secret": {"secretName": secret, "defaultMode": 0o440}})


_FEATURES: tuple[Callable[[plans.Plan], Iterable[Mount]], ...] = (
    _models,
    _engine_cache,
    _api_keys,
    _tls,
    _vlm,
    _queue,
    _queue_store,
)
