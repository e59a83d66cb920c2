"""How new pods take the place of old ones: before they go, or after. Pure; called by plans.py.

A pod that needs an accelerator cannot come before an old one goes where none is free: the rollout would stand still for ever.
Decided once for each generation of the spec and kept in status.rolloutStrategy: what runs must not change with the nodes. Only
a surge whose pods find no node is thought over: another pod may have been faster.
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
    """Surge or InPlace where the nodes decided it; None where they were not asked, or none has such an accelerator."""


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """Most of an accelerator on one node: that is free, and that it could ever give."""

    free: int
    most: int


def undecided(service: ocrservices.OCRService, device: str, *, waiting: bool = False) -> bool:
    """Whether somebody has to look what is free: for a new spec, and where pods are `waiting` for a node in a surge."""
    stuck = waiting and _decided(service) == SURGE
    return device == "gpu" and service.spec.rollout.strategy == AUTO and (stuck or not _known(service))


def replacement(service: ocrservices.OCRService, device: str, room: Room | None) -> Replacement:
    """`room` is None where nobody had to look, or nobody may."""
    rollout = service.spec.rollout
    if rollout.strategy == IN_PLACE:
        return _in_place(service, None)
    if device != "gpu" or rollout.strategy == SURGE:
        return Replacement(max_surge=rollout.max_surge, max_unavailable=rollout.max_unavailable, strategy=None)
    strategy = _decided(service) if room is None else _chosen(service.spec.accelerator.count, room)
    if strategy == IN_PLACE:
        return _in_place(service, IN_PLACE)
    return Replacement(max_surge=rollout.max_surge, max_unavailable=rollout.max_unavailable, strategy=strategy)


def _decided(service: ocrservices.OCRService) -> str | None:
    found = service.status.get("rolloutStrategy")
    return found if _known(service) and found in {SURGE, IN_PLACE} else None


def _known(service: ocrservices.OCRService) -> bool:
    return bool(service.status.get("observedGeneration") == service.generation)


def _chosen(count: int, room: Room) -> str | None:
    """None where no node could ever give as much: whoever goes then goes for nothing."""
    if room.most < count:
        return None
    return SURGE if room.free >= count else IN_PLACE


def _in_place(service: ocrservices.OCRService, strategy: str | None) -> Replacement:
    given = service.spec.rollout.max_unavailable
    return Replacement(max_surge=0, max_unavailable=1 if str(given) in {"0", "0%"} else given, strategy=strategy)
