"""Models made ready to run: the engine chosen, a recogniser's head cut to the characters wanted. Called by `pipelines`."""

import dataclasses
import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from kubeocr_contract import languages, report, settings
from kubeocr_runtime import alphabets, detection, engines, heads, models, orientation, recognition
from kubeocr_runtime.engines import choosing

LOG = logging.getLogger("kubeocr.models")
_RIGHT_TO_LEFT = "arabic_"
_PROBE = np.zeros((1, 3, 48, 2 * recognition.NARROWEST), np.float32)
"""What engines are compared with: a line of usual length."""
_Parsed = TypeVar("_Parsed")


@dataclasses.dataclass(slots=True)
class Loader:
    """Loads each model that it is asked for; who asks keeps them."""

    store: models.Store
    loaded: dict[str, str] = dataclasses.field(default_factory=dict)
    """Model name -> SHA-256 of its weights."""
    engine: report.Engine = dataclasses.field(default_factory=report.Engine)
    """What runs the latest."""
    _fastest: dict[str, str] = dataclasses.field(default_factory=dict)
    """Format of weights -> the engine that was found the fastest for it."""

    def detector(self, name: str) -> detection.Detector:
        """A model that finds lines."""
        model = self.store.get(name)
        parameters = _parsed(detection.Parameters.parse, model)
        return detection.Detector(self._open(model), parameters, self.store.chosen.detection_side or detection.LONGEST_SIDE)

    def classifier(self, name: str) -> orientation.Classifier:
        """A model that tells which way up something is."""
        model = self.store.get(name)
        parameters = _parsed(orientation.Parameters.parse, model)
        return orientation.Classifier(self._open(model), parameters)

    def recogniser(self, name: str, *, whole: bool) -> recognition.Recogniser:
        """A model that reads lines: `whole`, or only the characters that the settings' languages are written with."""
        model = self.store.get(name)
        parameters = _parsed(recognition.Parameters.parse, model)
        cuttable = model.weights.format == heads.FORMAT and not whole
        kept = self._kept(parameters.characters) if cuttable else None
        try:
            engine = self._open(model, functools.partial(heads.cut, kept=kept))
        except heads.NoHead as e:
            LOG.warning("model=%s is used as it is: %s", name, e)
            engine, kept = self._open(model), None
        if kept:
            parameters = dataclasses.replace(parameters, characters=tuple(parameters.characters[i] for i in kept))
        return recognition.Recogniser(engine, parameters, name.startswith(_RIGHT_TO_LEFT))

    def _kept(self, characters: Sequence[str]) -> tuple[int, ...] | None:
        """None where next to nothing could be left out."""
        scripts = {language.script for language in languages.find_all(self.store.chosen.languages)}
        kept = alphabets.kept(characters, scripts)
        return kept if 2 * len(kept) < len(characters) else None

    def _open(self, model: models.Model, cut: Callable[[bytes], bytes] | None = None) -> engines.Engine:
        sha256 = self.store.check(model)
        changed = cut(model.weights.program.read_bytes()) if cut and model.weights.format == heads.FORMAT else None
        session = self._session(engines.Program(model.weights, changed))
        self.loaded[model.name], self.engine = sha256, session.about
        return session

    def _session(self, program: engines.Program) -> engines.Engine:
        form, chosen = program.weights.format, self.store.chosen
        names = (self._fastest[form],) if form in self._fastest else engines.candidates(form, chosen)
        if len(names) == 1 or program.onnx is None:
            return engines.open_session(names[0], program, chosen)
        opened = _able(names, program, chosen)
        self._fastest[form] = choosing.fastest(opened, _PROBE)
        LOG.info("engine=%s is the fastest of %s here", self._fastest[form], ", ".join(opened))
        return opened[self._fastest[form]]


def _able(names: Sequence[str], program: engines.Program, chosen: settings.Settings) -> dict[str, engines.Engine]:
    """Those that do what the settings ask for. Raises the last one's `engines.EngineUnavailable` where none does."""
    opened: dict[str, engines.Engine] = {}
    for name in names:
        try:
            opened[name] = engines.open_session(name, program, chosen)
        except engines.EngineUnavailable:
            if name == names[-1] and not opened:
                raise
    return opened


def _parsed(parse: Callable[[Mapping[str, Any]], _Parsed], model: models.Model) -> _Parsed:
    try:
        return parse(model.description)
    except (KeyError, TypeError, ValueError) as e:
        raise models.BadModels(f"{models.DESCRIPTION} of {model.name}: {e!r} is missing or is not what it should be") from e
