"""Models in ONNX on OpenVINO, on CPUs."""

import collections
import contextlib
import dataclasses
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any, cast

# On import OpenVINO would tell Google Analytics so, through a package that it does without:
# https://docs.openvino.ai/2025/about-openvino/additional-resources/telemetry.html
cast("dict[str, Any]", sys.modules)["openvino_telemetry"] = None
# Parts of graphs, each prepared for a shape, that all streams share: some 150 (6 MB) for a shape of lines. With oneDNN's own
# 1024 streams prepare what others forgot, and 2048 still made lines of text of all widths a tenth slower than 8192:
# https://uxlfoundation.github.io/oneDNN/dev_guide_primitive_cache.html
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "4096")

import openvino  # noqa: E402

from kubeocr_contract import report, settings  # noqa: E402
from kubeocr_runtime import engines, models  # noqa: E402
from kubeocr_runtime.engines import cpus  # noqa: E402

_DEVICE = "CPU"
_HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}
"""Precision of the settings -> OpenVINO's name of it."""
_BATCH = 4 * 48 * 320
"""Pixels; four lines of the narrowest bucket took 0.8 times as long as one by one, eight no less (docs/PERFORMANCE.md)."""
_PREPARED = 20_000
"""Such parts that each stream keeps for itself, of all that it met: what it dropped it would prepare anew, and beside another
stream, since a thread takes the shapes that it ran for known (`Compiled`). With 60 some 45 MB less were held."""
_SHAPES = 3
"""That are kept prepared: scans of one job are alike."""
Properties = Mapping[str, object]


class _Own(threading.local):
    """What each thread has of a model."""

    request: openvino.InferRequest | None = None
    """It holds its input and outputs."""

    def __init__(self) -> None:
        self.shapes: set[tuple[int, ...]] = set()
        """That it has run."""


class Compiled:
    """A model for any shape, or for one. Threads may call it at the same time.

    Only one at a time meets a new shape of a model: two that prepare themselves at once were seen to wait for each other for
    ever, and in OpenVINO's tracker others saw it crash (openvinotoolkit/openvino#20633, ultralytics/ultralytics#25923).
    """

    def __init__(self, model: openvino.Model, properties: Properties, *, keeps: bool = True) -> None:
        """`keeps`: each thread holds its last batch and the outputs until its next, and uses their memory again."""
        self._keeps = keeps
        self.model = openvino.Core().compile_model(model, _DEVICE, dict(properties))
        self._own = _Own()
        self._preparing = threading.Lock()

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        """As `engines.Engine` has it."""
        known = batch.shape in self._own.shapes
        with contextlib.nullcontext() if known else self._preparing:
            outputs = self._run(batch)
        self._own.shapes.add(batch.shape)
        return outputs

    def _run(self, batch: engines.Batch) -> engines.Outputs:
        request = self._own.request or self.model.create_infer_request()
        self._own.request = request if self._keeps else None
        request.infer([batch], share_inputs=True)
        outputs = (request.get_output_tensor(i).data for i in range(len(self.model.outputs)))
        return tuple(output.copy() if self._keeps else output for output in outputs)


class Fixed:
    """A model compiled for the shapes that came last.

    For a shape that it knows, OpenVINO lays out memory so that it is used again and again: a page of 1600 x 1248 pixels took
    151 MB in place of 540. It is given back after each page, whose lines take ten times as long to be read.
    """

    def __init__(self, model: openvino.Model, properties: Properties) -> None:
        self._model, self._properties = model, properties
        self._compiled: collections.OrderedDict[tuple[int, ...], Compiled] = collections.OrderedDict()
        self._used: collections.Counter[Compiled] = collections.Counter()
        """How many threads are at each."""
        self._lock = threading.Lock()

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        """As `engines.Engine` has it."""
        with self._taken(batch.shape) as compiled:
            return compiled.infer(batch)

    @contextlib.contextmanager
    def _taken(self, shape: tuple[int, ...]) -> Iterator[Compiled]:
        with self._lock:
            compiled = self._of(shape)
            self._used[compiled] += 1
        try:
            yield compiled
        finally:
            with self._lock:
                self._used[compiled] -= 1
                if not self._used[compiled]:
                    del self._used[compiled]
                    compiled.model.release_memory()  # it refuses while it is used

    def _of(self, shape: tuple[int, ...]) -> Compiled:
        """The one for a shape, compiled where it is not there."""
        if shape not in self._compiled:
            model = self._model.clone()  # with the same weights in memory
            model.reshape(list(shape))
            self._compiled[shape] = Compiled(model, self._properties, keeps=False)
        self._compiled.move_to_end(shape)
        while len(self._compiled) > _SHAPES:
            self._compiled.popitem(last=False)
        return self._compiled[shape]


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """An `Engine`. Results do not depend on who shares a batch: a test holds them equal to the last bit."""

    compiled: Compiled
    fixed: Fixed
    about: report.Engine
    batch_pixels: int = _BATCH

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        large = batch.shape[0] * batch.shape[2] * batch.shape[3] >= engines.LARGE
        return (self.fixed if large else self.compiled).infer(batch)


def open_session(program: engines.Program, chosen: settings.Settings) -> Session:
    """Load an ONNX model. Raises `models.BadModels`, and `EngineUnavailable` for a precision that this CPU does not have."""
    hint = precision(chosen.precision, openvino.Core().get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES"))
    division = cpus.divide(chosen.streams, chosen.threads, cpus.available())
    common = {
        "INFERENCE_PRECISION_HINT": hint,
        "CPU_RUNTIME_CACHE_CAPACITY": _PREPARED,
        "ENABLE_CPU_PINNING": False,  # two pods on a node would be pinned to the same CPUs
        **({"CACHE_DIR": chosen.engine_cache_dir} if chosen.engine_cache_dir else {}),
    }
    try:
        model = openvino.Core().read_model(program.onnx or str(program.weights.program))
        compiled = Compiled(model, {**common, **_streams(division.streams, division.threads)})
    except RuntimeError as e:
        raise models.BadModels(f"{program.weights.program} cannot be loaded: {e}") from e
    # one stream is kept from large pages (`schedule`), so no more are done at the same time
    fixed = Fixed(model, {**common, **_streams(max(1, division.streams - 1), division.threads)})
    about = report.Engine(name="openvino", device="cpu", provider=f"CPU {hint}", threads=division.threads)
    return Session(compiled, fixed, about)


def precision(wanted: str, capabilities: list[str]) -> str:
    """OpenVINO's name of the precision to compute in, by what the CPU is capable of; auto is bfloat16 where it can be had.

    Raises `EngineUnavailable`.
    """
    able = {"fp32", *(name for name in ("bf16", "fp16") if name.upper() in capabilities)}
    if wanted in {"auto", "int8"}:  # what is not in integers is computed in the fastest of the others
        return _HINTS["bf16" if "bf16" in able else "fp32"]
    if wanted not in able:
        raise engines.EngineUnavailable(f"precision {wanted}: OpenVINO computes in {', '.join(sorted(able))} on this CPU")
    return _HINTS[wanted]


def _streams(streams: int, threads: int) -> Properties:
    return {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams * threads}
