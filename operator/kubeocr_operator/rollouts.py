"""How new pods take the place of old ones: before they go, or after. Pure; called by plans.py.

A pod that needs an accelerator cannot come before an old one goes where none is free: the rollout would stand still for ever.
Decided once for each generation of the spec and kept in status.rolloutStrategy: what runs must not change with the nodes.
"""

import dataclasses

from kubeocr_operator import ocrservices

SURGE, IN_PLACE, AUTO = "Surge", "InPlace", "Auto"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Replacement:
    """As a Deployment's rollingUpdate has it."""

    max_surge: int | str
    max_unavailable: int | str
    strategy: str | None
    """Surge or InPlace where the nodes were asked, None where that was not needed or not possible."""


def undecided(service: ocrservices.OCRService, device: str) -> bool:
    """Whether somebody has to look how much of the accelerator is free: not while the spec is the one that was seen last."""
    return device == "gpu" and service.spec.rollout.strategy == AUTO and not _known(service)


def replacement(service: ocrservices.OCRService, device: str, free: int | None) -> Replacement:
    """`free`: most of the accelerator that is free on one node, None where that is not known."""
    rollout = service.spec.rollout
    if rollout.strategy == IN_PLACE:
        return _in_place(service, None)
    if device != "gpu" or rollout.strategy == SURGE:
        return Replacement(max_surge=rollout.max_surge, max_unavailable=rollout.max_unavailable, strategy=None)
    strategy = _decided(service) or _chosen(service.spec.accelerator.count, free)
    if strategy == IN_PLACE:
        return _in_place(service, IN_PLACE)
    return Replacement(max_surge=rollout.max_surge, max_unavailable=rollout.max_unavailable, strategy=strategy)


def _decided(service: ocrservices.OCRService) -> str | None:
    found = service.status.get("rolloutStrategy")
    return found if _known(service) and found in {SURGE, IN_PLACE} else None


def _known(service: ocrservices.OCRService) -> bool:
    return bool(service.status.get("observedGeneration") == service.generation)


def _chosen(count: int, free: int | None) -> str | None:
    if free is None:
        return None
    return SURGE if free >= count else IN_PLACE


def _in_place(service: ocrservices.OCRService, strategy: str | None) -> Replacement:
    given = service.spec.rollout.max_unavailable
    return Replacement(max_surge=0, max_unavailable=1 if str(given) in {"0", "0%"} else given, strategy=strategy)
