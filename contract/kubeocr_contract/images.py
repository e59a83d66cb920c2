"""What runtime images carry, and which of them serves a wish for languages."""

import dataclasses
from collections.abc import Iterable

from kubeocr_contract import languages, models

PROJECT_VERSION = "0.2.0"
REPOSITORY = "kubeocr/runtime"
OPERATOR = f"kubeocr/operator:{PROJECT_VERSION}"
BAKER = f"kubeocr/bake:{PROJECT_VERSION}"
"""Downloads models onto a volume; the runtime's images cannot."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A runtime image: where it is, what it runs on and which models lie in its /models."""

    repository: str
    tag: str = ""
    digest: str = ""
    """Has the last word over the tag: a reference that cannot move."""
    accelerator: str
    models: frozenset[str]

    @property
    def reference(self) -> str:
        """As a pod's `image` has it."""
        return f"{self.repository}@{self.digest}" if self.digest else f"{self.repository}:{self.tag}"


PUBLISHED = tuple(
    Image(repository=REPOSITORY, tag=PROJECT_VERSION + suffix, accelerator=accelerator, models=carried)
    for suffix, accelerator, carried in (
        ("", "cpu", models.WHEELS),
        ("-gpu", "gpu", models.WHEELS),
        ("-all", "cpu", models.SETS["all"]),
        ("-all-gpu", "gpu", models.SETS["all"]),
    )
)


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What has to be read, and with which models."""

    languages: tuple[languages.Language, ...]
    version: str
    size: str


def missing(wish: Wish, carried: Iterable[str]) -> tuple[languages.Language, ...]:
    """The languages of a wish that these models do not read."""
    have = frozenset(carried)
    return tuple(x for x in wish.languages if models.choose(x, wish.version, wish.size, have) is None)


def smallest(wish: Wish, images: Iterable[Image]) -> Image | None:
    """The image with the fewest models that reads all of a wish; None where none does."""
    fitting = (image for image in images if not missing(wish, image.models))
    return min(fitting, key=lambda image: (len(image.models), image.reference), default=None)
