"""The story of a page: from its pixels to lines in reading order. All of it runs on the one thread that owns the engines."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from kubeocr_contract import languages, report, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import crops, detection, engines, models, orientation, reading, recognition, results, samples, tensors


class Page(Protocol):
    """What is read."""

    @property
    def number(self) -> int:
        """From 1."""
        ...

    @property
    def image(self) -> tensors.Image:
        """Height x width x 3, blue green red."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a page is to be read."""

    reader: catalogue.Reader
    orient_page: bool = False
    """Turn the page upright first; without effect where `Pipelines.orients_pages` is false."""
    orient_lines: bool = False
    """Turn lines that stand on their head; without effect where `Pipelines.orients_lines` is false."""
    order: str = reading.READING
    """A key of `reading.ORDERS`."""
    direction: str = reading.LEFT_TO_RIGHT
    """Of the script, as the catalogue of languages has it."""


class SelfTestFailed(RuntimeError):
    """A model did not read what is written; the message says which, and what it read."""


@dataclasses.dataclass(slots=True)
class Pipelines:
    """Loaded models and the way through them. A model is loaded once, at `warm` or when a page first needs it, and kept."""

    store: models.Store
    detectors: dict[str, detection.Detector] = dataclasses.field(default_factory=dict)
    recognisers: dict[str, recognition.Recogniser] = dataclasses.field(default_factory=dict)
    classifiers: dict[str, orientation.Classifier] = dataclasses.field(default_factory=dict)
    loaded: dict[str, str] = dataclasses.field(default_factory=dict)
    """Model name -> SHA-256 of its weights."""
    engine: report.Engine = dataclasses.field(default_factory=report.Engine)

    @classmethod
    def open(cls, chosen: settings.Settings) -> "Pipelines":
        """Find the models; none is loaded yet."""
        return cls(models.Store.open(chosen))

    @property
    def orients_pages(self) -> bool:
        """Whether there is a model that tells which way up a page is."""
        return catalogue.DOC_ORIENTATION in self.store.carried()

    @property
    def orients_lines(self) -> bool:
        """Whether there is a model that tells which way up a line is."""
        return catalogue.LINE_ORIENTATION in self.store.carried()

    def read(self, page: Page, options: ReadOptions) -> results.PageResult:
        """Find and read a page's lines. Raises `KeyError` for a reader that is not carried (`Store.reader` gives none such)."""
        angle = self._angle(page.image, options)
        image = orientation.upright(page.image, angle)
        quads = self._detector(options.reader.detector).find(image)
        cut = crops.cut_all(image, quads)
        upright = self._turned([crop for _, crop in cut], options)
        texts = self._recogniser(options.reader.recogniser).read(upright)
        lines = [_line(quad, *text) for (quad, _), text in zip(cut, texts, strict=True)]
        rows = reading.order(reading.raster(lines), options.order, options.direction)
        return _on_page(page, angle, rows)

    def warm(self) -> None:
        """Load what the settings' languages need, compared with what was baked, and run it once.

        Raises `models.BadModels` for a file that changed, `models.NotCarried` for a language without models.
        """
        if self.store.chosen.models_verify == "all":
            self.store.verify()
        for options in self._readers():
            self.read(_KNOWN, options)

    def self_test(self) -> None:
        """Let every model that the settings' languages need read a page with a known answer. Raises `SelfTestFailed`."""
        for options in self._readers() if self.store.chosen.gate == "KnownAnswer" else ():
            if set("".join(samples.KNOWN)) <= set(self._recogniser(options.reader.recogniser).parameters.characters):
                text = self.read(_KNOWN, options).text
                if _letters(text) != _letters("".join(samples.KNOWN)):
                    raise SelfTestFailed(
                        f"{options.reader.detector} and {options.reader.recogniser} read {text!r} for {samples.KNOWN}"
                    )

    def _readers(self) -> list[ReadOptions]:
        chosen = self.store.chosen
        wanted = [self.store.reader(languages.find(name), chosen.model_version) for name in chosen.languages]
        return [ReadOptions(reader=reader) for reader in dict.fromkeys(wanted)]

    def _angle(self, image: tensors.Image, options: ReadOptions) -> int:
        wanted = options.orient_page and self.orients_pages
        return self._classifier(catalogue.DOC_ORIENTATION).angles([image])[0] if wanted else 0

    def _turned(self, cut: Sequence[tensors.Image], options: ReadOptions) -> list[tensors.Image]:
        if not (cut and options.orient_lines and self.orients_lines):
            return list(cut)
        angles = self._classifier(catalogue.LINE_ORIENTATION).angles(cut)
        return [orientation.upright(crop, angle) for crop, angle in zip(cut, angles, strict=True)]

    def _detector(self, name: str) -> detection.Detector:
        if name not in self.detectors:
            model = self.store.get(name)
            parameters = _parsed(detection.Parameters.parse, model)
            self.detectors[name] = detection.Detector(self._session(model), parameters)
        return self.detectors[name]

    def _recogniser(self, name: str) -> recognition.Recogniser:
        if name not in self.recognisers:
            model = self.store.get(name)
            parameters = _parsed(recognition.Parameters.parse, model)
            self.recognisers[name] = recognition.Recogniser(self._session(model), parameters, name.startswith(_RIGHT_TO_LEFT))
        return self.recognisers[name]

    def _classifier(self, name: str) -> orientation.Classifier:
        if name not in self.classifiers:
            model = self.store.get(name)
            parameters = _parsed(orientation.Parameters.parse, model)
            self.classifiers[name] = orientation.Classifier(self._session(model), parameters)
        return self.classifiers[name]

    def _session(self, model: models.Model) -> engines.Engine:
        sha256 = self.store.check(model)
        session = engines.open_session(model.weights, self.store.chosen)
        self.loaded[model.name], self.engine = sha256, session.about
        return session


_RIGHT_TO_LEFT = "arabic_"
_Parsed = TypeVar("_Parsed")


_KNOWN = samples.Page(1, samples.page(samples.KNOWN))


def _parsed(parse: Callable[[Mapping[str, Any]], _Parsed], model: models.Model) -> _Parsed:
    try:
        return parse(model.description)
    except (KeyError, TypeError, ValueError) as e:
        raise models.BadModels(f"{models.DESCRIPTION} of {model.name}: {e!r} is missing or is not what it should be") from e


def _letters(text: str) -> str:
    """Without white space, which PP-OCRv4 and older mostly leave out, and capitals, which some of them see where none are."""
    return "".join(text.split()).casefold()


def _line(quad: NDArray[np.int32], text: str, confidence: float) -> results.Line:
    a, b, c, d = ((int(x), int(y)) for x, y in quad)
    return results.Line(text, confidence, (a, b, c, d))


def _on_page(page: Page, angle: int, rows: reading.Rows) -> results.PageResult:
    """The result in pixels of the page as it came, however it was turned for reading."""
    height, width = page.image.shape[:2]
    placed = tuple(tuple(_back(line, angle, (width, height)) for line in row) for row in rows)
    return results.PageResult(page.number, width, height, angle, placed)


def _back(line: results.Line, angle: int, size: tuple[int, int]) -> results.Line:
    return _line(orientation.back(np.array(line.polygon, np.int32), angle, size), line.text, line.confidence) if angle else line
