"""Which runtime image serves a wish, and what to say where none does. Pure; called by plans.py."""

from collections.abc import Iterable

from kubeocr_contract import images, languages, models
from kubeocr_operator import errors, specs

_LIST = "runtime.images of the chart"
"""Where an administrator says what images there are."""


def wish(spec: specs.Spec) -> images.Wish:
    """What has to be read, and with which models."""
    return images.Wish(tuple(languages.by_id()[x] for x in spec.languages), spec.model.version, spec.model.size)


def choose(wish: images.Wish, accelerator: str, catalogue: tuple[images.Image, ...]) -> images.Image:
    """The smallest image for the accelerator that reads all of a wish. Raises `NotCarried`, which says which image would."""
    fitting = _of(accelerator, catalogue)
    chosen = images.smallest(wish, fitting)
    if chosen is None:
        why = _explanation(wish, accelerator, fitting, catalogue) if fitting else _none_listed(accelerator)
        raise errors.NotCarried(why + _remedy(images.smallest(wish, _of(accelerator, images.PUBLISHED))))
    return chosen


def plainest(accelerator: str, catalogue: tuple[images.Image, ...]) -> images.Image:
    """The image for the accelerator with the fewest models, for pods that have theirs elsewhere. Raises `NotCarried`."""
    chosen = _fewest(_of(accelerator, catalogue))
    if chosen is None:
        raise errors.NotCarried(_none_listed(accelerator) + _remedy(_fewest(_of(accelerator, images.PUBLISHED))))
    return chosen


def loaded(wish: images.Wish, carried: frozenset[str]) -> tuple[str, ...]:
    """Official names of the models with which these models' owner serves a wish, sorted."""
    found = (models.choose(language, wish.version, wish.size, carried) for language in wish.languages)
    return tuple(sorted({name for reader in found if reader for name in (reader.detector, reader.recogniser)}))


def _of(accelerator: str, catalogue: Iterable[images.Image]) -> tuple[images.Image, ...]:
    return tuple(image for image in catalogue if image.accelerator == accelerator)


def _fewest(catalogue: Iterable[images.Image]) -> images.Image | None:
    return min(catalogue, key=lambda image: (len(image.models), image.reference), default=None)


def _none_listed(accelerator: str) -> str:
    return f"no {accelerator} image is listed in {_LIST}"


def _remedy(published: images.Image | None) -> str:
    """What to do: the image that this release has for it."""
    if published is None:
        return ""
    carries = "".join(f" (carries: {name})" for name, carried in models.SETS.items() if carried == published.models)
    return f". {published.reference}{carries} of this release would do: build it and add it to {_LIST}"


def _explanation(
    wish: images.Wish, accelerator: str, fitting: tuple[images.Image, ...], catalogue: tuple[images.Image, ...]
) -> str:
    lines = [f"{language.id}: {_where(language, wish, fitting, catalogue)}" for language in wish.languages]
    alone = [language for language in wish.languages if images.smallest(_only(wish, language), fitting) is None]
    missing = [line for line, language in zip(lines, wish.languages, strict=True) if language in alone or not alone]
    each = "" if alone else ", only some of them each"
    return f"no {accelerator} image reads all of spec.languages with {wish.version} {wish.size}{each}: {'; '.join(missing)}"


def _where(
    language: languages.Language, wish: images.Wish, fitting: tuple[images.Image, ...], catalogue: tuple[images.Image, ...]
) -> str:
    """Where a language is read, nearest to what was asked first."""
    near = images.smallest(_only(wish, language), fitting)
    if near is not None:
        return f"{near.reference} reads it"
    for version in models.VERSIONS:
        for size in models.sizes(version):
            found = images.smallest(images.Wish((language,), version, size), fitting)
            if found is not None:
                return f"{found.reference} reads it with model {version} {size}"
    far = images.smallest(_only(wish, language), catalogue)
    if far is not None:
        return f"{far.reference} reads it, on a {far.accelerator}"
    return _needs(language, wish)


def _needs(language: languages.Language, wish: images.Wish) -> str:
    best = next(iter(models.readers(language, wish.version, wish.size)), None)
    if best is None:
        return "no model reads it"
    return f"an image with {best.detector} and {best.recogniser} would read it, and the operator's catalogue has none"


def _only(wish: images.Wish, language: languages.Language) -> images.Wish:
    return images.Wish((language,), wish.version, wish.size)
