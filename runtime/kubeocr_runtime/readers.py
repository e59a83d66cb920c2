"""What the worker needs of whoever reads pages, and what comes back. `pipelines` and `models` are that, or fakes in tests."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

from kubeocr_contract import languages, models, report
from kubeocr_runtime import documents, finds, pipelines, recognition, results


class Reader(Protocol):
    """What reads pages (`pipelines.Pipelines`, or a fake in tests). Its methods are called on the worker's threads."""

    @property
    def loaded(self) -> Mapping[str, str]:
        """Name of each model that is loaded -> SHA-256 of its weights."""
        ...

    @property
    def engine(self) -> report.Engine:
        """What runs them."""
        ...

    @property
    def orients_pages(self) -> bool:
        """Whether it can turn pages upright."""
        ...

    @property
    def orients_lines(self) -> bool:
        """Whether it can turn lines upright."""
        ...

    @property
    def flattens_pages(self) -> bool:
        """Whether it can make bent pages flat."""
        ...

    def warm(self) -> None:
        """Load what the settings name."""
        ...

    def self_test(self) -> None:
        """Read a known page; raises where it comes back wrong."""
        ...

    @property
    def streams(self) -> int:
        """Inferences that run at the same time, known once it is warm."""
        ...

    @property
    def threads(self) -> int:
        """That are best to call it at the same time: one for each stream, or more."""
        ...

    def find(self, page: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
        """A page's lines, not read yet."""
        ...

    def recognise(self, key: recognition.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        """What strips of one bucket say, whatever page they are of."""
        ...

    def reconsider(self, found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions) -> finds.Found:
        """With what else is to be read once every try so far is; as it is where nothing is."""
        ...

    def place(
        self, found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions
    ) -> results.PageResult:
        """The page, read."""
        ...


class Store(Protocol):
    """What knows the models that are here (`models.Store`)."""

    def carried(self) -> frozenset[str]:
        """Names of the models that are here."""
        ...

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> models.Reader:
        """The models that read a language. Raises `kubeocr_runtime.models.NotCarried`."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A page's result and what it cost."""

    result: results.PageResult
    queue_seconds: float
    inference_seconds: float
