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
    shelves,
    spoken,
    structure,
    tensors,
    tries,
)
from kubeocr_runtime.engines import cpus, gpus
from kubeocr_runtime.structure import blocks, looking, placing

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
    script: str = shelves.LATIN
    """Likewise (ISO 15924): one that the settings' languages are not written in is read with all that the model knows."""
    words: bool = False
    """Cut lines into words."""
    layout: structure.Wish | None = None
    """What of the page's structure is wanted; without effect where there is no model for it."""
    others: tuple[tries.Other, ...] = ()
    """Recognisers for lines that `reader`'s is not sure of."""
    guess: bool = False
    """Whether the page is in the script of only a few of them."""
    candidates: tuple[str, ...] = ()
    """Ids of the languages that its lines may be in, where that is to be told; the direction is then that of most letters."""

    @property
    def looks(self) -> int:
        """By how much longer than usual finding a page's lines may take; to flatten it takes about as long as that."""
        return self.enhance.looks + self.flatten


class SelfTestFailed(RuntimeError):
    """A model did not read what is written; the message says which, and what it read."""


@dataclasses.dataclass(slots=True)
class Pipelines:
    """Models and the way through them. One is loaded at `warm` or when a page first needs it.

    `find`, `recognise` and `place` may be called by several threads at the same time.
    """

    store: models.Store
    loader: loading.Loader
    shelf: shelves.Shelf = dataclasses.field(init=False)
    looker: looking.Looker = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.shelf = shelves.Shelf(self.loader)
        self.looker = looking.Looker(self.store, self.loader, self.shelf.once)

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
        found, texts = self.find(page, options), list[recognition.Text]()
        while more := [found.tried(index) for index in range(len(texts), found.count)]:
            texts += tries.read_all(more, lambda key, strips: self.shelf.recogniser(key).read_all(strips))
            found = self.reconsider(found, texts, options)
        return self.place(found, texts, options)

    def find(self, page: Page, options: ReadOptions) -> finds.Found:
        """Turn a page upright, make it easier to read, find its lines, cut them out and turn them."""
        ready = self._prepared(page.image, options)
        layout = self.looker.look(ready.sheet.image, options.layout)
        cut = crops.cut_all(ready.sheet.image, placing.cut(ready.quads, layout.regions if layout else ()))
        key = self._key(options)
        recogniser = self.shelf.recogniser(key)
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

    def recognise(self, key: recognition.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        """What strips of one bucket say, in one batch."""
        return self.shelf.recogniser(key).read(strips)

    def reconsider(self, found: finds.Found, texts: Sequence[recognition.Text], options: ReadOptions) -> finds.Found:
        """As `readers.Reader` has it."""
        if not options.others:
            return found
        others = [self.shelf.key(other.recogniser, other.script) for other in options.others]
        wanted = tries.wanted(finds.readings(found, texts), others, sample=options.guess)
        more = (self._try(found, line, key) for line, key in wanted)
        return dataclasses.replace(found, further=(*found.further, *more))

    def place(self, found: finds.Found, texts: Sequence[recognition.Text], options: ReadOptions) -> results.PageResult:
        """A page's lines in order, in pixels of the page as it came."""
        lines = finds.lines(found, texts, words=options.words)
        direction = spoken.direction(lines) if options.candidates else options.direction
        rows = reading.order(reading.raster(lines), options.order, direction)
        made = blocks.make(found.layout, lines, direction) if found.layout else ()
        return spoken.told(finds.on_page(found, rows, made), options.candidates)

    def warm(self) -> None:
        """Load what the settings' languages need, compared with what was baked, and run it once.

        Raises `models.BadModels` for a file that changed, `models.NotCarried` for a language without models.
        """
        if self.store.chosen.models_verify == "all":
            self.store.verify()
        for options in self._readers():
            self.shelf.recogniser(self._key(options))  # before a detector: the engine is chosen by what takes most of the time
            self.read(_KNOWN, options)
        if looking.PIPELINE in self.store.chosen.pipelines:
            self.looker.warm(_KNOWN.image)

    def self_test(self) -> None:
        """Let every model that the settings' languages need read a page with a known answer. Raises `SelfTestFailed`."""
        for options in self._readers() if self.store.chosen.gate == "KnownAnswer" else ():
            if set("".join(samples.KNOWN)) <= set(self.shelf.recogniser(self._key(options)).parameters.characters):
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

    def _key(self, options: ReadOptions) -> recognition.Key:
        return self.shelf.key(options.reader.recogniser, options.script)

    def _try(self, found: finds.Found, line: int, key: recognition.Key) -> tries.Try:
        recogniser = self.shelf.recogniser(key)
        return tries.Try(line, recogniser.scale(found.strips[line]), key, recogniser.budget)

    def _prepared(self, image: tensors.Image, options: ReadOptions) -> enhancement.Prepared:
        sheet = sheets.Sheet.of(image).turned(self._angle(image, options))
        if options.flatten:
            sheet = sheet.flattened(self.shelf.flattener(catalogue.UNWARPING).grid(sheet.image))
        return enhancement.prepared(sheet, options.enhance, self._eyes(options))

    def _eyes(self, options: ReadOptions) -> enhancement.Eyes:
        def sure(image: tensors.Image, quads: detection.Quads) -> float:
            recogniser = self.shelf.recogniser(self._key(options))
            texts = recogniser.read_all([recogniser.scale(crop) for _, crop in crops.cut_all(image, quads)])
            return sum(text.confidence for text in texts) / max(len(texts), 1)

        return enhancement.Eyes(self.shelf.detector(options.reader.detector).look, sure)

    def _angle(self, image: tensors.Image, options: ReadOptions) -> int:
        wanted = options.orient_page and self.orients_pages
        return self.shelf.classifier(catalogue.DOC_ORIENTATION).angles([image])[0] if wanted else 0

    def _line_angles(self, cut: Sequence[tensors.Image], options: ReadOptions) -> list[int]:
        wanted = cut and options.orient_lines and self.orients_lines
        return self.shelf.classifier(catalogue.LINE_ORIENTATION).angles(cut) if wanted else [0] * len(cut)


_KNOWN = samples.Page(1, samples.page(samples.KNOWN))


def _letters(text: str) -> str:
    """Without white space, which PP-OCRv4 and older mostly leave out, and capitals, which some of them see where none are."""
    return "".join(text.split()).casefold()
