"""`kubeocr models quantise`: recognisers with their largest convolutions in 8-bit integers beside those in floating point.

Static quantisation of onnxruntime, a scale for each output channel, ranges from lines that `calibration` draws. Of the
convolutions those become integer that take nine tenths of the time: with the first ones and the last as they are no page of the
benchmark reads worse. Only what goes into one is rounded, around zero or from zero up (`lifting`): OpenVINO then works in
integers up to its result, which it gives in floating point. With what comes out rounded too, or a zero anywhere between, it
took a sixth longer (docs/PERFORMANCE.md).

Weights have seven of the eight bits (`reduce_range`): a CPU without VNNI adds two products in 16 bits, which the whole range
overflows; there 8087_054.3B.tif came out 4.03 % wrong, and 1.03 with seven.
"""

import contextlib
import functools
import logging
import pathlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence

import onnx
from onnx import version_converter
from onnxruntime import quantization
from onnxruntime.quantization import shape_inference

from kubeocr_runtime import calibration, lifting, models, recognition, staging, tensors, wheels

_LINES = 96
_OPSET = 17
"""From 13 on a scale for each channel can be said; PaddleOCR's files are older."""
_LEAST_WEIGHTS = 96 * 192
"""Of a pointwise convolution that is worth it."""
_DEPTHWISE = (1, 3, 3)
_LIFTED = {"quant_type": quantization.QuantType.QUInt8, "symmetric": False}


class _Lines(quantization.CalibrationDataReader):  # type: ignore[misc]  # it has no types
    """Drawn lines as the model takes them."""

    def __init__(self, feed: str, height: int) -> None:
        self.batches = self._batches(feed, height)

    def get_next(self) -> dict[str, tensors.Tensor] | None:
        return next(self.batches, None)

    def _batches(self, feed: str, height: int) -> Iterator[dict[str, tensors.Tensor]]:
        for line in calibration.lines(_LINES):
            strip = tensors.resize(line, (recognition.natural_width(line, height), height))
            yield {feed: recognition.stack([strip], recognition.bucket(strip))}


def quantise(folder: pathlib.Path, names: Sequence[str]) -> None:
    """Let these models of a baked folder have `models.QUANTISED` files, in the manifest too. Made anew where there is one.

    Raises `KeyError` for a name that is no model of the folder.
    """
    with staging.alone(folder, logging.getLogger("kubeocr.models").info):
        found = staging.entries(folder)
        adding = {name: functools.partial(_add, folder / name, found[name]) for name in names}
        staging.publish(folder, {name: staging.stage(folder, name, add) for name, add in adding.items()})


def choose(folder: pathlib.Path) -> list[str]:
    """Names of a folder's recognisers in ONNX that its manifest has. Raises `models.BadModels` for a manifest that is none."""
    baked = (name for name in staging.entries(folder) if wheels.is_recogniser(name))
    return [name for name in sorted(baked) if models.find_weights(folder / name, ("onnx",))]


def _add(model: pathlib.Path, entry: staging.Entry, into: pathlib.Path) -> str:
    shutil.copytree(model, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns(models.QUANTISED))
    weights = into / models.FORMATS["onnx"][0]
    description = models.described(into / models.DESCRIPTION)
    _write(weights, into / models.QUANTISED, recognition.Parameters.parse(description).height)
    return str(entry["source"])


def _write(weights: pathlib.Path, out: pathlib.Path, height: int) -> None:
    with tempfile.TemporaryDirectory() as scratch, _quietly():
        prepared = pathlib.Path(scratch) / "prepared.onnx"
        _prepare(weights, prepared)
        model = onnx.load(str(prepared))
        chosen = convolutions(model.graph)
        lifted = lifting.lift(model.graph, chosen)
        onnx.save(model, str(prepared))
        quantization.quantize_static(
            str(prepared),
            str(out),
            _Lines(model.graph.input[0].name, height),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QInt8,
            weight_type=quantization.QuantType.QInt8,
            reduce_range=True,
            nodes_to_quantize=chosen,
            extra_options={
                "ActivationSymmetric": True,
                "OpTypesToExcludeOutputQuantization": ["Conv"],
                "TensorQuantOverrides": {name: [_LIFTED] for name in lifted},
            },
        )


def _prepare(weights: pathlib.Path, prepared: pathlib.Path) -> None:
    newer = prepared.with_name("newer.onnx")
    onnx.save(version_converter.convert_version(onnx.load(str(weights)), _OPSET), str(newer))
    shape_inference.quant_pre_process(str(newer), str(prepared), skip_symbolic_shape=True)


def convolutions(graph: onnx.GraphProto) -> list[str]:
    """Names of those that become integer: pointwise ones with many weights, and the depthwise ones between them."""
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    weights = {node.name: shapes.get(node.input[1], ()) for node in graph.node if node.op_type == "Conv"}
    return [name for name, shape in weights.items() if _is_large_pointwise(shape) or shape[1:] == _DEPTHWISE]


def _is_large_pointwise(shape: tuple[int, ...]) -> bool:
    return shape[2:] == (1, 1) and shape[0] * shape[1] >= _LEAST_WEIGHTS


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """The library gives advice on the root logger that is of no use to who bakes."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
