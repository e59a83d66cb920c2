"""The end of a recogniser's graph: which characters it scores, and the best of them found inside the graph.

A recogniser in ONNX ends in a layer over all its characters and a softmax. Of the 18,710 scores that PP-OCRv6 gives for every
eight columns, reading takes the best: copied out, a page's scores are a gigabyte. Dropping the columns of a layer drops their
scores and leaves the others as they were, so the text is the full layer's with those characters left out.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from kubeocr_runtime import graphs

BEST, SURE = "best", "sure"
_STEPS = ("Identity", "Add", "MatMul")


def cut(model: bytes, kept: Sequence[int] | None) -> bytes:
    """The model with the outputs `sure` and `best`: for each line and column the highest probability and its class.

    With `kept` the last layer has only those classes, in their order, and `best` counts among them. Raises
    `graphs.Unsuited` where it does not end as recognisers do.
    """
    parsed = graphs.parse(model)
    if kept is not None:
        _drop(parsed.graph, np.asarray(kept))
    _choose(parsed.graph)
    return graphs.written(parsed)


@dataclasses.dataclass(frozen=True, slots=True)
class _Layer:
    """Names of the last layer's constants."""

    weights: str
    bias: str


def _drop(graph: onnx.GraphProto, kept: np.ndarray) -> None:
    constants = {tensor.name: tensor for tensor in graph.initializer}
    layer = _last_layer(graph, constants)
    for name in (layer.weights, layer.bias):
        values = numpy_helper.to_array(constants[name])
        constants[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values[..., kept]), name))


def _last_layer(graph: onnx.GraphProto, constants: Mapping[str, onnx.TensorProto]) -> _Layer:
    """Upwards from the softmax: an addition of a constant, then a product with one."""
    made_by = {output: node for node in graph.node for output in node.output}
    node, found = made_by[_softmax(graph).input[0]], dict[str, str]()
    while node.op_type in _STEPS:
        found.update((node.op_type, name) for name in node.input if name in constants)
        if node.op_type == "MatMul":
            break
        node = made_by[next(name for name in node.input if name not in constants)]
    if not {"Add", "MatMul"} <= found.keys():
        raise graphs.Unsuited("no layer with weights and a bias stands before the last softmax")
    return _Layer(found["MatMul"], found["Add"])


def _choose(graph: onnx.GraphProto) -> None:
    """TopK in place of the scores."""
    scores = _softmax(graph).output[0]
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "one"))
    graph.node.append(helper.make_node("TopK", [scores, "one"], [SURE, BEST], axis=-1))
    del graph.output[:]
    graph.output.extend(
        [
            helper.make_tensor_value_info(SURE, onnx.TensorProto.FLOAT, None),
            helper.make_tensor_value_info(BEST, onnx.TensorProto.INT64, None),
        ]
    )


def _softmax(graph: onnx.GraphProto) -> onnx.NodeProto:
    """What makes the scores, the only output."""
    last: list[onnx.NodeProto] = [node for node in graph.node if graph.output[0].name in node.output]
    while last and last[0].op_type == "Identity":
        last = [node for node in graph.node if last[0].input[0] in node.output]
    if len(graph.output) != 1 or not last or last[0].op_type != "Softmax":
        raise graphs.Unsuited("the only output is no softmax")
    return last[0]
