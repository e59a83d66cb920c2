"""Models made ready to run: the engine chosen, a recogniser's head cut to the characters wanted. Called by `pipelines`."""

import dataclasses
import functools
import logging
import pathlib
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from kubeocr_contract import languages, report, settings
from kubeocr_runtime import (
    alphabets,
    detection,
    engines,
    graphs,
    grids,
    heads,
    models,
    orientation,
    recognition,
    unwarping,
    upsampling,
    wheels,
)
from kubeocr_runtime.engines import choosing, cpus
from kubeocr_runtime.structure import layouts, tables

LOG = logging.getLogger("kubeocr.models")
CHANGEABLE = "onnx"
"""Format of the weights whose graph can be changed."""
_LOOPS = "onnxruntime"
"""The engine for models with loops in their graph."""
_RIGHT_TO_LEFT = "arabic_"
_PROBE = np.zeros((1, 3, 48, recognition.NARROWEST), np.float32)
"""What engines are compared with."""
_Parsed = TypeVar("_Parsed")
_Name = TypeVar("_Name", bound=Hashable)
_Model = TypeVar("_Model")


class Once:
    """Has each model loaded once, whichever thread needs it first, and one model at a time."""

    def __init__(self) -> None:
        self._loading = threading.Lock()

    def kept(self, known: dict[_Name, _Model], name: _Name, load: Callable[[_Name], _Model]) -> _Model:
        """The one of a name among those known, where it stays."""
        if name not in known:
            with self._loading:
                if name not in known:
                    known[name] = load(name)
        return known[name]


@dataclasses.dataclass(slots=True)
class Loader:
    """Loads each model that it is asked for; who asks keeps them."""

    store: models.Store
    loaded: dict[str, str] = dataclasses.field(default_factory=dict)
    """Model name -> SHA-256 of its weights."""
    engine: report.Engine = dataclasses.field(default_factory=report.Engine)
    """What runs the latest recogniser, which takes most of the time; until there is one, the first model."""

    def detector(self, name: str) -> detection.Detector:
        """A model that finds lines."""
        model = self.store.get(name)
        parameters = _parsed(detection.Parameters.parse, model)
        engine, _ = self._open_changed(model, upsampling.postpone)
        return detection.Detector(engine, parameters, self.store.chosen.detection_side or detection.LONGEST_SIDE)

    def classifier(self, name: str) -> orientation.Classifier:
        """A model that tells which way up something is."""
        model = self.store.get(name)
        parameters = _parsed(orientation.Parameters.parse, model)
        return orientation.Classifier(self._open(model), parameters)

    def flattener(self, name: str) -> unwarping.Flattener:
        """A model that tells how a page is bent. Raises `models.BadModels` for one that only shows it flat.

        In 16 bits the points of a page's right edge would be 5 pixels off.
        """
        model = self.store.get(name)
        parameters = _parsed(unwarping.Parameters.parse, model)
        exact = dataclasses.replace(self.store.chosen, precision="fp32")
        try:
            return unwarping.Flattener(self._open(model, grids.exposed, exact), parameters)
        except graphs.Unsuited as e:
            raise models.BadModels(f"{name}: {e}") from e

    def layout(self, name: str) -> layouts.Finder:
        """A model that finds a page's regions."""
        model = self.store.get(name)
        parameters = _parsed(layouts.Parameters.parse, model)
        engine, _ = self._open_changed(model, functools.partial(layouts.self_contained, size=parameters.size))
        return layouts.Finder(engine, parameters)

    def tables(self, name: str) -> tables.Finder:
        """A model that finds a table's cells. It runs on onnxruntime: OpenVINO 2026.4 refuses a loop whose body does not
        declare all that it carries on ("canonical inputs size (18), does not match ... (32)").
        """
        model = self.store.get(name)
        parameters = _parsed(tables.Parameters.parse, model)
        self._note(model, model.weights, self.store.check(model))
        # what its weights are computed in is onnxruntime's own choice, whatever the recogniser's are
        chosen = dataclasses.replace(self.store.chosen, precision="auto")
        return tables.Finder(engines.open_session(_LOOPS, engines.Program(model.weights), chosen), parameters)

    def recogniser(self, name: str, *, whole: bool) -> recognition.Recogniser:
        """A model that reads lines: `whole`, or only the characters that the settings' languages are written with."""
        model = self.store.get(name)
        parameters = _parsed(recognition.Parameters.parse, model)
        cuttable = model.weights.format == CHANGEABLE and not whole
        kept = self._kept(parameters.characters) if cuttable else None
        engine, is_cut = self._open_changed(model, functools.partial(heads.cut, kept=kept))
        if kept and is_cut:
            parameters = dataclasses.replace(parameters, characters=tuple(parameters.characters[i] for i in kept))
        return recognition.Recogniser(engine, parameters, name.startswith(_RIGHT_TO_LEFT))

    def _kept(self, characters: Sequence[str]) -> tuple[int, ...] | None:
        """None where next to nothing could be left out."""
        scripts = {language.script for language in languages.find_all(self.store.chosen.languages)}
        kept = alphabets.kept(characters, scripts)
        return kept if 2 * len(kept) < len(characters) else None

    def _open_changed(self, model: models.Model, change: Callable[[bytes], bytes]) -> tuple[engines.Engine, bool]:
        """With its graph changed, where it can be, and whether it was."""
        if model.weights.format == CHANGEABLE:
            try:
                return self._open(model, change), True
            except graphs.Unsuited as e:
                LOG.warning("model=%s is used as it is: %s", model.name, e)
        return self._open(model), False

    def _open(
        self, model: models.Model, change: Callable[[bytes], bytes] | None = None, chosen: settings.Settings | None = None
    ) -> engines.Engine:
        """With the fastest engine of those that the settings allow; `chosen` in place of the settings."""
        known = self.store.check(model)
        opened = _able(self._ways(model, change), chosen or self.store.chosen)
        fastest = choosing.fastest(opened, _PROBE) if len(opened) > 1 else next(iter(opened))
        session = opened[fastest]
        LOG.info("model=%s engine=%s weights=%s chosen of %d", model.name, *fastest.about, len(opened))
        self._note(model, fastest.weights, known)
        if wheels.is_recogniser(model.name) or not self.engine.name:
            in_integers = fastest.weights == model.weights.quantised
            self.engine = _in_integers(session.about) if in_integers else session.about
        return session

    def _note(self, model: models.Model, weights: models.Weights, known: Mapping[pathlib.Path, str]) -> None:
        """What was loaded, for whoever asks; `known` has the digests of files that were compared."""
        file = weights.parameters or weights.program
        self.loaded[model.name] = known.get(file) or models.digest(file)

    def _ways(self, model: models.Model, change: Callable[[bytes], bytes] | None) -> list["_Way"]:
        """Those that are worth comparing: integers, where they are to be had, take half the time of all else."""
        weights = {name: self._precision(model, name) for name in self._names(model)}
        quantised = model.weights.quantised
        integer = [name for name in weights if weights[name] == quantised]
        changed = functools.cache(lambda program: change(program.read_bytes()) if change else None)
        return [_Way(name, weights[name], changed(weights[name].program)) for name in integer or weights]

    def _names(self, model: models.Model) -> Sequence[str]:
        """Of the engines that may run it; those of a recogniser, which takes most of the time, settle it for the others."""
        names = engines.candidates(model.weights.format, self.store.chosen)
        if wheels.is_recogniser(model.name):
            return names
        return (self.engine.name,) if self.engine.name in names else names[:1]

    def _precision(self, model: models.Model, engine: str) -> models.Weights:
        """The weights for the settings' precision; auto takes integers where the CPU is made for them."""
        wanted, quantised = self.store.chosen.precision, model.weights.quantised
        if wanted == "int8" and quantised is None and wheels.is_recogniser(model.name):
            raise engines.EngineUnavailable(
                f"precision int8: {model.name} is not here in int8; `kubeocr models quantise` makes it"
            )
        able = engine == engines.INTEGERS and (wanted == "int8" or (wanted == "auto" and cpus.multiply_bytes()))
        return quantised if quantised and able else model.weights


@dataclasses.dataclass(frozen=True, slots=True)
class _Way:
    """One of several ways to run a model."""

    engine: str
    weights: models.Weights
    onnx: bytes | None

    @property
    def about(self) -> tuple[str, str]:
        """Names of the engine and of the weights' file."""
        return self.engine, self.weights.program.name


def _able(ways: Sequence[_Way], chosen: settings.Settings) -> dict[_Way, engines.Engine]:
    """Those that do what the settings ask for. Raises the last one's `engines.EngineUnavailable` where none does."""
    opened: dict[_Way, engines.Engine] = {}
    for way in ways:
        try:
            opened[way] = engines.open_session(way.engine, engines.Program(way.weights, way.onnx), chosen)
        except engines.EngineUnavailable:
            if way is ways[-1] and not opened:
                raise
    return opened


def _in_integers(about: report.Engine) -> report.Engine:
    """Its convolutions are computed in 8 bits, the rest as it says itself."""
    return dataclasses.replace(about, provider=f"{about.provider}+int8")


def _parsed(parse: Callable[[Mapping[str, Any]], _Parsed], model: models.Model) -> _Parsed:
    try:
        return parse(model.description)
    except (KeyError, TypeError, ValueError) as e:
        raise models.BadModels(f"{models.DESCRIPTION} of {model.name}: {e!r} is missing or is not what it should be") from e
