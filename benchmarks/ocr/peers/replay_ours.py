"""The models alone, answering lines: what a page gives them to compute, again and again, with nothing around it.

A file is first read as `kubeocr ocr` reads it, with the settings of the environment, and what went into the engines is kept.
From then on reading it is all of that, computed by as many threads as the engine has streams: the least that a page takes.
"""

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Sequence
from concurrent import futures

import lines

from kubeocr_contract import languages, settings
from kubeocr_runtime import documents, engines, pipelines

Computed = tuple[engines.Engine, engines.Batch]


class Recorded:
    """An `engines.Engine` that keeps what it is given."""

    def __init__(self, engine: engines.Engine, kept: list[Computed]) -> None:
        self.about, self.batch_pixels = engine.about, engine.batch_pixels
        self._engine, self._kept = engine, kept

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        self._kept.append((self._engine, batch.copy()))
        return self._engine.infer(batch)


class Replay:
    """Files that were read, and what it takes to compute them."""

    def __init__(self, chosen: settings.Settings) -> None:
        self._chosen = chosen
        self._reader = pipelines.Pipelines.open(chosen)
        self._reader.warm()
        self._kept: list[Computed] = []
        for models in (self._reader.shelf.detectors, self._reader.shelf.recognisers):
            for name, model in models.items():
                models[name] = dataclasses.replace(model, engine=Recorded(model.engine, self._kept))
        self._threads = futures.ThreadPoolExecutor(self._reader.streams)
        self._known: dict[str, tuple[str, Sequence[Computed]]] = {}

    def read(self, path: str) -> Sequence[str]:
        """A file's lines of text."""
        if path not in self._known:
            self._kept.clear()
            self._known[path] = self._read(path), tuple(self._kept)
        text, kept = self._known[path]
        futures.wait([self._threads.submit(engine.infer, batch) for engine, batch in kept])
        return text.split("\n")

    def _read(self, path: str) -> str:
        [language] = languages.find_all(self._chosen.languages)
        reader = self._reader.store.reader(language, self._chosen.model_version)
        options = pipelines.ReadOptions(reader=reader, script=language.script)
        with contextlib.closing(documents.open_document(pathlib.Path(path).read_bytes(), self._chosen)) as document:
            return self._reader.read(document.page(0), options).text


def load() -> lines.Read:
    """With the settings of the environment."""
    return Replay(settings.from_env(os.environ)).read


if __name__ == "__main__":
    lines.serve(load)
