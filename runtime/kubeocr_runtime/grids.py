"""A graph that flattens a page, made to tell its grid of points, in numbers of 32 bits. Pure; `loading` calls it."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kubeocr_runtime import graphs

_SAMPLER = "GridSample"
"""The node that takes pixels by a grid: https://onnx.ai/onnx/operators/onnx__GridSample.html"""


def exposed(model: bytes) -> bytes:
    """The model with the grid as its one output. Raises `graphs.Unsuited` where it has none."""
    parsed = graphs.parse(model)
    _widen(parsed.graph)
    name = _grid(parsed.graph)
    del parsed.graph.output[:]
    parsed.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    _drop_unused(parsed.graph)
    return graphs.written(parsed)


def _grid(graph: onnx.GraphProto) -> str:
    """By which a picture is taken apart, or else the first output, if it has two coordinates."""
    samplers = [node for node in graph.node if node.op_type == _SAMPLER]
    if samplers:
        return str(samplers[-1].input[1])
    first = graph.output[0]
    shape = [dimension.dim_value for dimension in first.type.tensor_type.shape.dim]
    if len(shape) != 4 or 2 not in (shape[1], shape[3]):
        raise graphs.Unsuited(f"its output {first.name} is no grid of points, and it has no {_SAMPLER} that takes one")
    return str(first.name)


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Nodes of which nothing goes into the outputs."""
    needed = {output.name for output in graph.output}
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    del graph.node[:]
    graph.node.extend(reversed(kept))


def _widen(graph: onnx.GraphProto) -> None:
    """Numbers of 16 bits become such of 32: no engine here is given any others, and on CPUs they would be slower."""
    for tensor in graph.initializer:
        tensor.CopyFrom(_wide(tensor))
    for value in (*graph.input, *graph.output):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    for attribute in (attribute for node in graph.node for attribute in node.attribute):
        if attribute.name == "to" and attribute.i == TensorProto.FLOAT16:
            attribute.i = TensorProto.FLOAT
        elif attribute.HasField("t"):
            attribute.t.CopyFrom(_wide(attribute.t))


def _wide(tensor: onnx.TensorProto) -> onnx.TensorProto:
    if tensor.data_type != TensorProto.FLOAT16:
        return tensor
    return numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name)
