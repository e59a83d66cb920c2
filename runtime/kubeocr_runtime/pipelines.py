"""The story of a page: from its pixels to lines in reading order, in three steps that `worker` may run on different threads."""

import dataclasses
from collections.abc import Sequence
from typing import Protocol

from kubeocr_contract import languages, report, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import (
    crops,
    detection,
    enhancement,
    finds,
    loading,
    models,
    orientation,
    reading,
    recognition,
    results,
    samples,
    sheets,
    structure,
    tensors,
    unwarping,
)
from kubeocr_runtime.engines import cpus, gpus
from kubeocr_runtime.structure import blocks, looking, placing

_LATIN = "Latn"
_GPU_STREAMS = 2
"""Of each GPU: one prepares while the other computes."""
_BESIDE = {"openvino": 1}
"""Threads beside those whose inferences fill a CPU, by engine: Python runs on one of all at a time, and while the others waited
for it an eighth of the CPU was idle. OpenVINO still computes as much at a time; on onnxruntime one more is 3 % slower."""


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
    flatten: bool = False
    """Flatten a page that is bent; only where `Pipelines.flattens_pages`."""
    enhance: enhancement.Wish = enhancement.NOTHING
    """What makes its picture easier to read."""
    script: str = _LATIN
    """Likewise (ISO 15924): one that the settings' languages are not written in is read with all that the model knows."""
    words: bool = False
    """Cut lines into words."""
    layout: structure.Wish | None = None
    """What of the page's structure is wanted; without effect where there is no model for it."""

    @property
    def looks(self) -> int:
        """By how much longer than usual finding a page's lines may take; to flatten it takes about as long as that."""
        return self.enhance.looks + self.flatten


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
    recognisers: dict[finds.Key, recognition.Recogniser] = dataclasses.field(default_factory=dict)
    classifiers: dict[str, orientation.Classifier] = dataclasses.field(default_factory=dict)
    flatteners: dict[str, unwarping.Flattener] = dataclasses.field(default_factory=dict)
    looker: looking.Looker = dataclasses.field(init=False)
    _once: loading.Once = dataclasses.field(default_factory=loading.Once)

    def __post_init__(self) -> None:
        self.looker = looking.Looker(self.store, self.loader, self._once)

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

    @property
    def flattens_pages(self) -> bool:
        """Whether there is a model that makes a bent page flat, and in a format that lets boxes find their way back."""
        return self.store.format(catalogue.UNWARPING) == loading.CHANGEABLE

    def read(self, page: Page, options: ReadOptions) -> results.PageResult:
        """Find and read a page's lines. Raises `KeyError` for a reader that is not carried (`Store.reader` gives none such)."""
        found = self.find(page, options)
        texts = self._recogniser(found.recogniser).read_all(found.strips)
        return self.place(found, texts, options)

    def find(self, page: Page, options: ReadOptions) -> finds.Found:
        """Turn a page upright, make it easier to read, find its lines, cut them out and turn them."""
        ready = self._prepared(page.image, options)
        layout = self.looker.look(ready.sheet.image, options.layout)
        cut = crops.cut_all(ready.sheet.image, placing.cut(ready.quads, layout.regions if layout else ()))
        key = self._key(options)
        recogniser = self._recogniser(key)
        lines = [crop for _, crop in cut]
        angles = self._line_angles(lines, options)
        strips = tuple(recogniser.scale(orientation.upright(crop, turn)) for crop, turn in zip(lines, angles, strict=True))
        return finds.Found(
            number=page.number,
            placement=ready.sheet.placement,
            quads=tuple(quad for quad, _ in cut),
            strips=strips,
            recogniser=key,
            budget=recogniser.budget,
            flipped=tuple(map(bool, angles)),
            enhanced=ready.done,
            layout=layout,
        )

    def recognise(self, key: finds.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        """What strips of one bucket say, in one batch."""
        return self._recogniser(key).read(strips)

    def place(self, found: finds.Found, texts: Sequence[recognition.Text], options: ReadOptions) -> results.PageResult:
        """A page's lines in order, in pixels of the page as it came."""
        lines = finds.lines(found, texts, words=options.words)
        rows = reading.order(reading.raster(lines), options.order, options.direction)
        made = blocks.make(found.layout, lines, options.direction) if found.layout else ()
        return finds.on_page(found, rows, made)

    def warm(self) -> None:
        """Load what the settings' languages need, compared with what was baked, and run it once.

        Raises `models.BadModels` for a file that changed, `models.NotCarried` for a language without models.
        """
        if self.store.chosen.models_verify == "all":
            self.store.verify()
        for options in self._readers():
            self._recogniser(self._key(options))  # before a detector: the engine is chosen by what takes most of the time
            self.read(_KNOWN, options)
        if looking.PIPELINE in self.store.chosen.pipelines:
            self.looker.warm(_KNOWN.image)

    def self_test(self) -> None:
        """Let every model that the settings' languages need read a page with a known answer. Raises `SelfTestFailed`."""
        for options in self._readers() if self.store.chosen.gate == "KnownAnswer" else ():
            if set("".join(samples.KNOWN)) <= set(self._recogniser(self._key(options)).parameters.characters):
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

    def _key(self, options: ReadOptions) -> finds.Key:
        chosen = self.store.chosen
        scripts = {language.script for language in languages.find_all(chosen.languages)}
        return options.reader.recogniser, chosen.characters == "all" or options.script not in {*scripts, _LATIN}

    def _prepared(self, image: tensors.Image, options: ReadOptions) -> enhancement.Prepared:
        sheet = sheets.Sheet.of(image).turned(self._angle(image, options))
        if options.flatten:
            sheet = sheet.flattened(self._flattener(catalogue.UNWARPING).grid(sheet.image))
        return enhancement.prepared(sheet, options.enhance, self._eyes(options))

    def _eyes(self, options: ReadOptions) -> enhancement.Eyes:
        def sure(image: tensors.Image, quads: detection.Quads) -> float:
            recogniser = self._recogniser(self._key(options))
            texts = recogniser.read_all([recogniser.scale(crop) for _, crop in crops.cut_all(image, quads)])
            return sum(text.confidence for text in texts) / max(len(texts), 1)

        return enhancement.Eyes(self._detector(options.reader.detector).look, sure)

    def _angle(self, image: tensors.Image, options: ReadOptions) -> int:
        wanted = options.orient_page and self.orients_pages
        return self._classifier(catalogue.DOC_ORIENTATION).angles([image])[0] if wanted else 0

    def _line_angles(self, cut: Sequence[tensors.Image], options: ReadOptions) -> list[int]:
        wanted = cut and options.orient_lines and self.orients_lines
        return self._classifier(catalogue.LINE_ORIENTATION).angles(cut) if wanted else [0] * len(cut)

    def _detector(self, name: str) -> detection.Detector:
        return self._once.kept(self.detectors, name, self.loader.detector)

    def _recogniser(self, key: finds.Key) -> recognition.Recogniser:
        return self._once.kept(self.recognisers, key, lambda key: self.loader.recogniser(key[0], whole=key[1]))

    def _classifier(self, name: str) -> orientation.Classifier:
        return self._once.kept(self.classifiers, name, self.loader.classifier)

    def _flattener(self, name: str) -> unwarping.Flattener:
        return self._once.kept(self.flatteners, name, self.loader.flattener)


_KNOWN = samples.Page(1, samples.page(samples.KNOWN))


def _letters(text: str) -> str:
    """Without white space, which PP-OCRv4 and older mostly leave out, and capitals, which some of them see where none are."""
    return "".join(text.split()).casefold()
