"""Where a service's models come from, and what fills a volume with them. Pure; called by plans.py."""

import dataclasses
from collections.abc import Iterable

from kubeocr_contract import images
from kubeocr_operator import config, errors, mirrors, ocrservices, selection, specs

CLAIM, BAKE = "models", "bake"
"""Parts of a service: its claim, and the Job that fills it."""
VOLUME, IN_CLAIM = "imageVolume", "persistentVolumeClaim"
_COPIED, _FETCHED = "image", "auto"
"""Of `kubeocr models bake --source`."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Bake:
    """What fills a claim."""

    image: str
    pull_policy: str
    source: str
    """Whence: the models that the image carries, or wherever they are to be had."""
    wanted: tuple[str, ...]
    """Which models, as flags of `kubeocr models bake`. Whoever has baked the same has no more to do, by whatever image."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Models:
    """Decided: models from the runtime's image where neither volume nor claim has them."""

    volume: specs.ImageVolume | None = None
    claim: str | None = None
    """Name of the claim."""
    made: specs.ModelsClaim | None = None
    """The claim, where the operator makes it."""
    bake: Bake | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether the runtime's image needs no models."""
        return self.volume is not None or self.claim is not None


def resolve(service: ocrservices.OCRService, defaults: config.Config) -> Models:
    """What spec.models comes to. Raises `NotCarried` where nothing may be downloaded and no image has what is to be baked."""
    wanted = service.spec.models
    if wanted.source == VOLUME and wanted.image_volume is not None:
        reference = mirrors.rewrite(wanted.image_volume.reference, mirrors.of(service.spec.offline, defaults))
        return Models(volume=wanted.image_volume.model_copy(update={"reference": reference}))
    if wanted.source != IN_CLAIM:
        return Models()
    claim = wanted.persistent_volume_claim or specs.ModelsClaim()
    if claim.claim_name is not None:
        return Models(claim=claim.claim_name)
    return Models(claim=f"{service.name}-{CLAIM}", made=claim, bake=_bake(service, defaults))


def _bake(service: ocrservices.OCRService, defaults: config.Config) -> Bake:
    """Copied out of an image that has them, for that needs no network; else by the image that downloads."""
    spec, mirror = service.spec, mirrors.of(service.spec.offline, defaults)
    found = _carrier(selection.wish(spec), defaults.catalogue)
    if found is None and spec.offline.strict:
        raise errors.NotCarried(_must_be_carried(spec))
    return Bake(
        image=mirrors.rewrite(found.reference if found else defaults.bake_image, mirror),
        pull_policy=defaults.pull_policy,
        source=_COPIED if found else _FETCHED,
        wanted=_flags(spec),
    )


def _carrier(wish: images.Wish, catalogue: Iterable[images.Image]) -> images.Image | None:
    """The smallest image with all of the models; one for CPUs before one for GPUs, which is the larger."""
    everything = tuple(catalogue)
    plain = tuple(image for image in everything if image.accelerator == "cpu")
    return images.smallest(wish, plain) or images.smallest(wish, everything)


def _flags(spec: specs.Spec) -> tuple[str, ...]:
    flags = {
        "languages": ",".join(spec.languages),
        "versions": spec.model.version,
        "sizes": spec.model.size,
        "pipelines": ",".join(spec.pipelines),
        "engine": spec.engine.name,
    }
    return tuple(word for name, value in flags.items() for word in (f"--{name}", value))


def _must_be_carried(spec: specs.Spec) -> str:
    wanted = f"{', '.join(spec.languages)} with {spec.model.version} {spec.model.size}"
    return (
        f"no image of the operator's catalogue has the models for {wanted}, and with offline.strict nothing is downloaded: "
        "name an image that has them in the catalogue, or a claim that is filled already (persistentVolumeClaim.claimName)"
    )
