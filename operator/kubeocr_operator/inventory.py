"""Every image that a site has to have: all that release and configuration know, or what some OCRServices come to. Pure.

Images go by the names that they have where they are published; what a mirror makes of a name stands beside it.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from kubeocr_operator import accelerators, config, errors, mirrors, objects, ocrservices, plans, values

_OPERATOR = "operator"


@dataclasses.dataclass(frozen=True, order=True, kw_only=True, slots=True)
class Entry:
    """An image, with its digest where that is known."""

    image: str
    mirrored: str
    """Its name at the mirror; its own where there is none."""
    wanted_by: tuple[str, ...]


def whole(defaults: config.Config, mirror: str = "") -> tuple[Entry, ...]:
    """All images that any OCRService may need, but for those that only a spec can name."""
    known = [
        (_OPERATOR, defaults.operator_image),
        *((f"runtime on {image.accelerator}", image.reference) for image in defaults.catalogue),
        ("models onto a claim", defaults.bake_image),
        ("ollama", values.OLLAMA_IMAGE),
        ("redis", values.REDIS_IMAGE),
    ]
    return _joined((image, mirror or defaults.registry_mirror, purpose) for purpose, image in known)


def of(services: Iterable[ocrservices.OCRService], defaults: config.Config, mirror: str = "") -> tuple[Entry, ...]:
    """The operator's image and those of these services. Raises `NotCarried` where no image reads what one of them wants."""
    found = [(defaults.operator_image, mirror or defaults.registry_mirror, _OPERATOR)]
    for service in services:
        where, who = mirror or mirrors.of(service.spec.offline, defaults), f"{service.namespace}/{service.name}"
        found += [(image, where, who) for image in _needed(_published(service), defaults)]
    return _joined(found)


def _needed(service: ocrservices.OCRService, defaults: config.Config) -> set[str]:
    """With mode auto those for either device, if there are any: which it comes to is for the nodes to say."""
    devices = {accelerators.choose(service, offered=offered) for offered in (False, True)}
    found: set[str] = set()
    obstacles = []
    for device in sorted(devices):
        try:
            plan = plans.resolve(service, dataclasses.replace(defaults, registry_mirror=""), device)
        except errors.NotCarried as error:
            obstacles.append(error)
        else:
            found |= {image for obj in objects.desired(plan) for image in _images(obj.get("spec", {}))}
    if len(obstacles) == len(devices):
        raise obstacles[0]
    return found


def _published(service: ocrservices.OCRService) -> ocrservices.OCRService:
    """A service whose images go by their own names."""
    offline = service.spec.offline.model_copy(update={"registry_mirror": None})
    return dataclasses.replace(service, spec=service.spec.model_copy(update={"offline": offline}))


def _images(node: object) -> Iterator[str]:
    """Of containers, and of volumes that are images."""
    if isinstance(node, Mapping):
        for name, child in node.items():
            if name == "image":
                yield child["reference"] if isinstance(child, Mapping) else child
            else:
                yield from _images(child)
    elif isinstance(node, list):
        for child in node:
            yield from _images(child)


def _joined(found: Iterable[tuple[str, str, str]]) -> tuple[Entry, ...]:
    """Image, mirror and who wants it, each image at each mirror once."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for image, mirror, who in found:
        wanted.setdefault((image, mirrors.rewrite(image, mirror)), []).append(who)
    return tuple(
        sorted(
            Entry(image=image, mirrored=mirrored, wanted_by=tuple(dict.fromkeys(who)))
            for (image, mirrored), who in wanted.items()
        )
    )
