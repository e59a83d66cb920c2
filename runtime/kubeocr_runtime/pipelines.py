"""The story of a page: from its pixels to lines in reading order, in three steps that `worker` may run on different threads."""

import dataclasses
import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from kubeocr_contract import languages, report, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import (
    alphabets,
    crops,
    detection,
    loading,
    models,
    orientation,
    reading,
    recognition,
    results,
    samples,
    spoken,
    tensors,
    tries,
)
from kubeocr_runtime.engines import cpus, gpus

Key = tries.Key
_LATIN = "Latn"
_GPU_STREAMS = 2
"""Of each GPU: one prepares while the other computes."""
_BESIDE = {"openvino": 1}
"""Threads beside those whose inferences fill a CPU, by engine: Python runs on one of all at a time, and while the others waited
for it an eighth of the CPU was idle. OpenVINO still computes as much at a time; on onnxruntime one more is 3 % slower."""
_Name = TypeVar("_Name", str, Key)
_Model = TypeVar("_Model")


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
    script: str = _LATIN
    """Likewise (ISO 15924): one that the settings' languages are not written in is read with all that the model knows."""
    others: tuple[tries.Other, ...] = ()
    """Recognisers for lines that `reader`'s is not sure of."""
    guess: bool = False
    """Whether the page is in the script of only a few of them."""
    candidates: tuple[str, ...] = ()
    """Ids of the languages that its lines may be in, where that is to be told; the direction is then that of most letters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A page whose lines are found and not read yet."""

    number: int
    size: tuple[int, int]
    """Width and height in pixels, as it came."""
    angle: int
    """Degrees that it was turned by."""
    quads: tuple[NDArray[np.int32], ...]
    """Of its lines, in pixels of the page as it was turned."""
    strips: tuple[recognition.Strip, ...]
    """Its lines."""
    recogniser: Key
    budget: int
    """Columns of a batch beyond which a larger one is no faster."""
    further: tuple[tries.Try, ...] = ()
    """Lines for other recognisers to read too."""

    @property
    def count(self) -> int:
        """Texts that are to be read: one for each line, then those of `further`."""
        return len(self.strips) + len(self.further)

    def tried(self, index: int) -> tries.Try:
        """What one of them is read from."""
        if index < len(self.strips):
            return tries.Try(index, self.strips[index], self.recogniser, self.budget)
        return self.further[index - len(self.strips)]


class SelfTestFailed(RuntimeError):
    """A model did not read what is written; the message says which, and what it read."""


@dataclasses.dataclass(slots=True)
class Pipelines:
    """Loaded models and the way through them. A model is loaded once, at `warm` or when a page first needs it, and kept.

    `find`, `recognise` and `place` may be called by several threads at the same time.
    """

    store: models.Store
    loader: loading.Loader
    detectors: dict[str, detection.Detector] = dataclasses.field(default_factory=dict)
    recognisers: dict[Key, recognition.Recogniser] = dataclasses.field(default_factory=dict)
    classifiers: dict[str, orientation.Classifier] = dataclasses.field(default_factory=dict)
    _loading: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    @classmethod
    def open(cls, chosen: settings.Settings) -> "Pipelines":
        """Find the models; none is loaded yet."""
        store = models.Store.open(chosen)
        return cls(store, loading.Loader(store))

    @property
    def loaded(self) -> dict[str, str]:
        """Name of each model that is loaded -> SHA-256 of its weights."""
        return self.loader.loaded

    @property
    def engine(self) -> report.Engine:
        """What runs the models."""
        return self.loader.engine

    @property
    def streams(self) -> int:
        """As `readers.Reader` has it."""
        chosen = self.store.chosen
        if self.engine.device == "gpu":
            return chosen.streams or _GPU_STREAMS * gpus.visible()
        return cpus.divide(chosen.streams, chosen.threads, cpus.available()).streams

    @property
    def threads(self) -> int:
        """As `readers.Reader` has it."""
        return self.streams + _BESIDE.get(self.engine.name, 0)

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
        found, texts = self.find(page, options), list[recognition.Text]()
        while more := [found.tried(index) for index in range(len(texts), found.count)]:
            texts += tries.read_all(more, lambda key, strips: self._recogniser(key).read_all(strips))
            found = self.reconsider(found, texts, options)
        return self.place(found, texts, options)

    def find(self, page: Page, options: ReadOptions) -> Found:
        """Turn a page upright, find its lines, cut them out and turn them."""
        angle = self._angle(page.image, options)
        image = orientation.upright(page.image, angle)
        quads = self._detector(options.reader.detector).find(image)
        cut = crops.cut_all(image, quads)
        key = self._key_of(options)
        recogniser = self._recogniser(key)
        strips = tuple(recogniser.scale(crop) for crop in self._turned([crop for _, crop in cut], options))
        height, width = page.image.shape[:2]
        return Found(page.number, (width, height), angle, tuple(q for q, _ in cut), strips, key, recogniser.budget)

    def recognise(self, key: Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        """What strips of one bucket say, in one batch."""
        return self._recogniser(key).read(strips)

    def reconsider(self, found: Found, texts: Sequence[recognition.Text], options: ReadOptions) -> Found:
        """As `readers.Reader` has it."""
        if not options.others:
            return found
        others = [self._key(other.recogniser, other.script) for other in options.others]
        wanted = tries.wanted(_readings(found, texts), others, sample=options.guess)
        more = (self._try(found, line, recogniser) for line, recogniser in wanted)
        return dataclasses.replace(found, further=(*found.further, *more))

    def place(self, found: Found, texts: Sequence[recognition.Text], options: ReadOptions) -> results.PageResult:
        """A page's lines in order, in pixels of the page as it came."""
        surest = tries.surest(_readings(found, texts))
        lines = [_line(quad, *text) for quad, text in zip(found.quads, surest, strict=True)]
        direction = spoken.direction(lines) if options.candidates else options.direction
        rows = reading.order(reading.raster(lines), options.order, direction)
        return spoken.told(_on_page(found, rows), options.candidates)

    def warm(self) -> None:
        """Load what the settings' languages need, compared with what was baked, and run it once.

        Raises `models.BadModels` for a file that changed, `models.NotCarried` for a language without models.
        """
        if self.store.chosen.models_verify == "all":
            self.store.verify()
        for options in self._readers():
            self._recogniser(self._key_of(options))  # before a detector: the engine is chosen by what takes most of the time
            self.read(_KNOWN, options)

    def self_test(self) -> None:
        """Let every model that the settings' languages need read a page with a known answer. Raises `SelfTestFailed`."""
        for options in self._readers() if self.store.chosen.gate == "KnownAnswer" else ():
            if set("".join(samples.KNOWN)) <= set(self._recogniser(self._key_of(options)).parameters.characters):
                text = self.read(_KNOWN, options).text
                if _letters(text) != _letters("".join(samples.KNOWN)):
                    raise SelfTestFailed(
                        f"{options.reader.detector} and {options.reader.recogniser} read {text!r} for {samples.KNOWN}"
                    )

    def _readers(self) -> list[ReadOptions]:
        chosen = self.store.chosen
        wanted = ((self.store.reader(x, chosen.model_version), x.script) for x in languages.find_all(chosen.languages))
        found = dict(wanted)
        return [ReadOptions(reader=reader, script=script) for reader, script in found.items()]

    def _try(self, found: Found, line: int, key: Key) -> tries.Try:
        recogniser = self._recogniser(key)
        return tries.Try(line, recogniser.scale(found.strips[line]), key, recogniser.budget)

    def _key_of(self, options: ReadOptions) -> Key:
        return self._key(options.reader.recogniser, options.script)

    def _key(self, recogniser: str, script: str) -> Key:
        """Whole where what the settings' languages are written with is not enough: twice in memory only where it differs."""
        chosen = self.store.chosen
        scripts = {language.script for language in languages.find_all(chosen.languages)}
        enough = script in {*scripts, _LATIN} or alphabets.keep_all(scripts)
        return recogniser, chosen.characters == "all" or not enough

    def _angle(self, image: tensors.Image, options: ReadOptions) -> int:
        wanted = options.orient_page and self.orients_pages
        return self._classifier(catalogue.DOC_ORIENTATION).angles([image])[0] if wanted else 0

    def _turned(self, cut: Sequence[tensors.Image], options: ReadOptions) -> list[tensors.Image]:
        if not (cut and options.orient_lines and self.orients_lines):
            return list(cut)
        angles = self._classifier(catalogue.LINE_ORIENTATION).angles(cut)
        return [orientation.upright(crop, angle) for crop, angle in zip(cut, angles, strict=True)]

    def _detector(self, name: str) -> detection.Detector:
        return self._kept(self.detectors, name, self.loader.detector)

    def _recogniser(self, key: Key) -> recognition.Recogniser:
        return self._kept(self.recognisers, key, lambda key: self.loader.recogniser(key[0], whole=key[1]))

    def _classifier(self, name: str) -> orientation.Classifier:
        return self._kept(self.classifiers, name, self.loader.classifier)

    def _kept(self, known: dict[_Name, _Model], name: _Name, load: Callable[[_Name], _Model]) -> _Model:
        """Loaded once, whichever thread needs it first."""
        if name not in known:
            with self._loading:
                if name not in known:
                    known[name] = load(name)
        return known[name]


_KNOWN = samples.Page(1, samples.page(samples.KNOWN))


def _letters(text: str) -> str:
    """Without white space, which PP-OCRv4 and older mostly leave out, and capitals, which some of them see where none are."""
    return "".join(text.split()).casefold()


def _readings(found: Found, texts: Sequence[recognition.Text]) -> list[tries.Reading]:
    return [tries.Reading.of(found.tried(index), text) for index, text in enumerate(texts)]


def _line(quad: NDArray[np.int32], text: str, confidence: float) -> results.Line:
    a, b, c, d = ((int(x), int(y)) for x, y in quad)
    return results.Line(text, confidence, (a, b, c, d))


def _on_page(found: Found, rows: reading.Rows) -> results.PageResult:
    """The result in pixels of the page as it came, however it was turned for reading."""
    placed = tuple(tuple(_back(line, found.angle, found.size) for line in row) for row in rows)
    return results.PageResult(found.number, *found.size, found.angle, placed)


def _back(line: results.Line, angle: int, size: tuple[int, int]) -> results.Line:
    return _line(orientation.back(np.array(line.polygon, np.int32), angle, size), line.text, line.confidence) if angle else line
