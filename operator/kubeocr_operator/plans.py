"""Everything undecided is decided here, once: image, accelerator, settings, budgets. Pure; called by reconcile.py.

Builders (objects/) lay out what a `Plan` says and decide nothing.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import images, languages, names, settings
from kubeocr_operator import config, ocrservices, selection, specs

_SCRATCH_UPLOADS = 4
"""Largest uploads that may lie in /tmp at once."""
_SCRATCH_LEAST_MIB = 1024


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
    image: str
    pull_policy: str
    pull_secrets: tuple[str, ...]
    accelerator: str
    """cpu or gpu."""
    runtime_class_name: str | None
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    scratch_mib: int
    """Size of /tmp."""
    settings: settings.Settings
    models: tuple[str, ...]
    """Official names of what the pods load; empty where only an image of the user's own knows."""
    replicas: int
    autoscaling: specs.Autoscaling | None
    service: specs.Service
    rollout: specs.Rollout
    budget: Mapping[str, int | str]
    """maxUnavailable or minAvailable of the disruption budget."""

    @property
    def url(self) -> str:
        """Where the service answers inside the cluster, whatever the cluster's domain is."""
        return f"http://{self.owner.name}.{self.owner.namespace}.svc:{self.service.port}"


@dataclasses.dataclass(frozen=True, slots=True)
class _Runtime:
    """An image, and what is known of it."""

    image: str
    models: tuple[str, ...]
    elsewhere: Mapping[str, str]


def undecided(service: ocrservices.OCRService) -> bool:
    """Whether somebody has to look whether a node offers the accelerator."""
    return service.spec.accelerator.mode == "auto" and service.status.get("accelerator") not in {"cpu", "gpu"}


def accelerator(service: ocrservices.OCRService, *, offered: bool) -> str:
    """The device, cpu or gpu. Mode auto was decided when the service was first seen: pods must not change with the nodes."""
    mode = service.spec.accelerator.mode
    if mode != "auto":
        return mode
    return str(service.status["accelerator"]) if not undecided(service) else ("gpu" if offered else "cpu")


def resolve(service: ocrservices.OCRService, defaults: config.Config, device: str) -> Plan:
    """The plan for a service on a device, cpu or gpu. Raises `NotCarried` where no image reads its languages."""
    spec, own = service.spec, service.spec.image
    runtime = _runtime(spec, defaults, device)
    extra = {spec.accelerator.resource: str(spec.accelerator.count)} if device == "gpu" else {}
    return Plan(
        owner=Owner(name=service.name, namespace=service.namespace, uid=service.uid),
        image=runtime.image,
        pull_policy=_pull_policy(own, defaults),
        pull_secrets=tuple(dict.fromkeys((*own.pull_secrets, *defaults.pull_secrets))),
        accelerator=device,
        runtime_class_name=_runtime_class(spec.accelerator, defaults, device),
        requests={**spec.resources.requests, **extra},
        limits={**spec.resources.limits, **extra},
        scratch_mib=max(_SCRATCH_LEAST_MIB, _SCRATCH_UPLOADS * spec.limits.upload_mib),
        settings=_settings(spec, runtime, device),
        models=runtime.models,
        replicas=spec.replicas,
        autoscaling=spec.autoscaling,
        service=spec.service,
        rollout=spec.rollout,
        budget=spec.disruption.budget,
    )


def labels(owner: str) -> dict[str, str]:
    """What the pods of a service are selected by; never changes, as a Deployment's selector must not."""
    return {names.LABEL_NAME: names.COMPONENT, names.LABEL_OWNER: owner}


def _runtime(spec: specs.Spec, defaults: config.Config, device: str) -> _Runtime:
    if spec.image.reference is not None:
        return _Runtime(spec.image.reference, (), {})
    wish = images.Wish(tuple(languages.by_id()[x] for x in spec.languages), spec.model.version, spec.model.size)
    image = selection.choose(wish, device, defaults.catalogue)
    others = selection.elsewhere(wish.version, wish.size, image, defaults.catalogue)
    return _Runtime(image.reference, selection.loaded(wish, image.models), others)


def _pull_policy(image: specs.Image, defaults: config.Config) -> str:
    """The schema's default says nothing of what the user wants, so the cluster's goes before it for images of the catalogue."""
    unsaid = image.repository is None and image.pull_policy == specs.Image().pull_policy
    return defaults.pull_policy if unsaid else image.pull_policy


def _runtime_class(wanted: specs.Accelerator, defaults: config.Config, device: str) -> str | None:
    return (wanted.runtime_class_name or defaults.runtime_class_name) if device == "gpu" else None


def _settings(spec: specs.Spec, runtime: _Runtime, device: str) -> settings.Settings:
    shared: dict[str, Any] = spec.limits.model_dump(by_alias=False)
    return settings.Settings(
        languages=spec.languages,
        pipelines=spec.pipelines,
        model_version=spec.model.version,
        model_size=spec.model.size,
        elsewhere=runtime.elsewhere,
        engine=spec.engine.name,
        device=device,
        threads=spec.engine.threads,
        drain_seconds=spec.rollout.drain_seconds,
        **shared,
    )
