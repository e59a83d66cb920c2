"""Everything undecided is decided here, once: image, accelerator, settings, budgets. Pure; called by reconcile.py.

Builders (objects/) lay out what a `Plan` says and decide nothing.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import names, settings
from kubeocr_operator import (
    abilities,
    backend_plans,
    config,
    isolation,
    mirrors,
    model_plans,
    ocrservices,
    rollouts,
    selection,
    specs,
)

_API_KEYS_DIR, _TLS_DIR = "/etc/kubeocr/api-keys", "/etc/kubeocr/tls"
_ENGINE_CACHE_DIR = "/var/cache/kubeocr/engine"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The OCRService that owns the children."""

    name: str
    namespace: str
    uid: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What there has to be for one OCRService, decided to the last value."""

    owner: Owner
    spec: specs.Spec
    """What the user wrote, for what needs no decision."""
    image: str
    image_reason: str
    """Why this image; as long as it stays the same, so does the image."""
    pull_policy: str
    pull_secrets: tuple[str, ...]
    accelerator: str
    """cpu or gpu."""
    runtime_class_name: str | None
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    settings: settings.Settings
    replicas: int
    """Of the Deployment."""
    autoscaling: specs.Autoscaling | None
    service: specs.Service
    replacement: rollouts.Replacement
    """How new pods take the place of old ones."""
    budget: Mapping[str, int | str]
    """maxUnavailable or minAvailable of the disruption budget."""
    registry_mirror: str
    """For `mirrors.rewrite`: every image's name goes through it. `image` did."""
    isolation: isolation.Isolation
    """What the network policies say."""
    backends: backend_plans.Backends
    """The servers that the service leans on."""
    models: model_plans.Models
    """Where the pods have their models."""

    @property
    def url(self) -> str:
        """Where the service answers inside the cluster, whatever the cluster's domain is."""
        scheme = "https" if self.settings.tls_dir else "http"
        return f"{scheme}://{self.owner.name}.{self.owner.namespace}.svc:{self.service.port}"


@dataclasses.dataclass(frozen=True, slots=True)
class _Runtime:
    """An image, and why it was chosen."""

    image: str
    reason: str


def resolve(service: ocrservices.OCRService, defaults: config.Config, device: str, room: rollouts.Room | None = None) -> Plan:
    """The plan for a service on a device, cpu or gpu; `room` is what the nodes have free of it, where that was asked for.

    Raises `NotCarried` where no image reads its languages.
    """
    spec, own = service.spec, service.spec.image
    models, backends = model_plans.resolve(service, defaults), backend_plans.resolve(service, defaults)
    chosen = _settings(spec, device, models, backends)
    runtime = _runtime(service, defaults, models, chosen)
    extra = {spec.accelerator.resource: str(spec.accelerator.count)} if device == "gpu" else {}
    return Plan(
        owner=Owner(name=service.name, namespace=service.namespace, uid=service.uid),
        spec=spec,
        image=runtime.image,
        image_reason=runtime.reason,
        pull_policy=_pull_policy(own, defaults),
        pull_secrets=tuple(dict.fromkeys((*own.pull_secrets, *defaults.pull_secrets))),
        accelerator=device,
        runtime_class_name=_runtime_class(spec.accelerator, defaults, device),
        requests={**spec.resources.requests, **extra},
        limits={**spec.resources.limits, **extra},
        settings=chosen,
        replicas=0 if spec.suspend else spec.replicas,
        autoscaling=None if spec.suspend else spec.autoscaling,
        service=spec.service,
        replacement=rollouts.replacement(service, device, room),
        budget=spec.disruption.budget,
        registry_mirror=mirrors.of(spec.offline, defaults),
        isolation=isolation.resolve(service, defaults),
        backends=backends,
        models=models,
    )


def labels(owner: str, component: str = names.COMPONENT) -> dict[str, str]:
    """What the pods of a part of a service are selected by; never changes, as a Deployment's selector must not."""
    return {names.LABEL_NAME: component, names.LABEL_OWNER: owner}


def _runtime(
    service: ocrservices.OCRService, defaults: config.Config, models: model_plans.Models, chosen: settings.Settings
) -> _Runtime:
    """The image: the user's, the one that was chosen for the same reason before, or the catalogue's smallest.

    A new catalogue, as each release brings, must not restart what runs well.
    """
    spec, status, device = service.spec, service.status, chosen.device
    mirror = mirrors.of(spec.offline, defaults)
    if spec.image.reference is not None:
        return _Runtime(mirrors.rewrite(spec.image.reference, mirror), "spec.image")
    wish = selection.wish(spec)
    reads = f"that reads {', '.join(spec.languages)} with {wish.version} {wish.size}"
    knows = "".join(f" and knows {words}" for words in abilities.asked(chosen))
    reason = f"the smallest {device} image {'for models from elsewhere' if models.elsewhere else reads}{knows}"
    reason += f", from {mirror}" if mirror else ""
    if spec.image.update == "OnChange" and status.get("imageReason") == reason and status.get("image"):
        return _Runtime(status["image"], reason)
    catalogue = defaults.catalogue
    image = selection.plainest(device, catalogue) if models.elsewhere else selection.choose(wish, device, catalogue)
    return _Runtime(mirrors.rewrite(image.reference, mirror), reason)


def _pull_policy(image: specs.Image, defaults: config.Config) -> str:
    """The schema's default says nothing of what the user wants, so the cluster's goes before it for images of the catalogue."""
    unsaid = image.repository is None and image.pull_policy == specs.Image().pull_policy
    return defaults.pull_policy if unsaid else image.pull_policy


def _runtime_class(wanted: specs.Accelerator, defaults: config.Config, device: str) -> str | None:
    return (wanted.runtime_class_name or defaults.runtime_class_name) if device == "gpu" else None


def _settings(spec: specs.Spec, device: str, models: model_plans.Models, backends: backend_plans.Backends) -> settings.Settings:
    shared: dict[str, Any] = spec.limits.model_dump(by_alias=False)
    return settings.Settings(
        languages=spec.languages,
        pipelines=spec.pipelines,
        model_version=spec.model.version,
        model_size=spec.model.size,
        engine=spec.engine.name,
        precision=spec.engine.precision,
        device=device,
        threads=spec.engine.threads,
        streams=spec.engine.streams,
        engine_cache_dir=_ENGINE_CACHE_DIR if spec.engine.cache else "",
        characters=spec.engine.characters,
        detection_side=spec.engine.detection_side,
        drain_seconds=spec.rollout.drain_seconds,
        api_keys_dir=_API_KEYS_DIR if spec.auth else "",
        tls_dir=_TLS_DIR if spec.tls else "",
        gate=spec.rollout.gate,
        models_verify="all" if models.elsewhere else settings.Settings().models_verify,
        **shared,
        **backends.settings,
    )
