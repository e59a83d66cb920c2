"""The end of a detector's graph, made faster: its map is enlarged in one step at the very end.

A detector ends in transposed convolutions of 2 x 2 pixels that do not overlap: each makes four pixels of one, from that one
alone. So does a pointwise convolution with four times the channels, which then stand for the four pixels; what follows goes on
at the small size, and the pixels are put in their places once. The map stays the same but for rounding, and comes a fifth
sooner (docs/PERFORMANCE.md).
"""

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from kubeocr_runtime import graphs

_PIXELWISE = frozenset({"Identity", "Relu", "Sigmoid", "Add", "BatchNormalization"})
"""What may stand between the convolutions, and after them."""
_LOCAL = {"strides": [2, 2], "kernel_shape": [2, 2]}
"""What a convolution that makes four pixels of one has to say of itself."""
_PLAIN = {"pads": [0, 0, 0, 0], "dilations": [1, 1], "group": 1}
"""And what it may: ONNX's defaults (https://onnx.ai/onnx/operators/onnx__ConvTranspose.html)."""


def postpone(model: bytes) -> bytes:
    """The model with its map enlarged in one step. Raises `graphs.Unsuited` where it does not end as detectors do."""
    parsed = graphs.parse(model)
    tail = _tail(parsed.graph)
    enlarged = _Enlarged(parsed.graph)
    for node in tail:
        enlarged.rewrite(node)
    enlarged.place(tail[-1])
    return graphs.written(parsed)


def _tail(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The nodes from the first of the convolutions to the output."""
    upwards = list(_upwards(graph)) if len(graph.output) == 1 else []
    convolutions = [index for index, node in enumerate(upwards) if node.op_type == "ConvTranspose"]
    if not convolutions:
        raise graphs.Unsuited("no transposed convolution of 2 x 2 pixels stands at its end")
    return upwards[convolutions[-1] :: -1]


def _upwards(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """From the output, as long as each node works pixel by pixel and feeds the next alone."""
    made_by = {output: node for node in graph.node for output in node.output}
    users = [name for node in graph.node for name in node.input]
    constants = {tensor.name for tensor in graph.initializer}
    name = graph.output[0].name
    while (node := made_by.get(name)) and users.count(name) <= 1 and (node.op_type in _PIXELWISE or _is_local(node)):
        fed = [each for each in node.input if each not in constants]
        if len(fed) != 1:
            return
        yield node
        (name,) = fed


def _is_local(node: onnx.NodeProto) -> bool:
    given = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    return node.op_type == "ConvTranspose" and _LOCAL.items() <= given.items() and _LOCAL | _PLAIN | given == _LOCAL | _PLAIN


class _Enlarged:
    """A graph in which a pixel stands for `scale` x `scale`: its channels are theirs, row by row, each with all of its own."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.scale = 1
        self._constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def rewrite(self, node: onnx.NodeProto) -> None:
        """Let a node work on all the pixels that one stands for."""
        if node.op_type == "ConvTranspose":
            self._convolve(node)
        else:
            self._repeat(node, self.scale**2)

    def place(self, last: onnx.NodeProto) -> None:
        """Put the pixels in their places after the last node."""
        (output,) = last.output
        last.output[0] = f"{output}_small"
        self.graph.node.append(helper.make_node("DepthToSpace", [last.output[0]], [output], blocksize=self.scale, mode="DCR"))

    def _convolve(self, node: onnx.NodeProto) -> None:
        node.input[1] = self._added(node.input[1], pointwise(self._constants[node.input[1]], self.scale))
        self.scale *= 2
        self._repeat(node, self.scale**2, first=2)
        node.op_type = "Conv"
        del node.attribute[:]
        node.attribute.append(helper.make_attribute("kernel_shape", [1, 1]))

    def _repeat(self, node: onnx.NodeProto, times: int, first: int = 0) -> None:
        """Have a node's constants for each pixel; a single number that is added is for all of them already."""
        for index, name in enumerate(node.input):
            values = self._constants.get(name)
            if index >= first and values is not None and (node.op_type != "Add" or values.size > 1):
                node.input[index] = self._added(name, np.tile(values, (times, 1, 1) if values.ndim > 1 else times))

    def _added(self, name: str, values: NDArray[np.float32]) -> str:
        added = f"{name}_{self.scale}"
        self.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), added))
        return added


def pointwise(weights: NDArray[np.float32], scale: int) -> NDArray[np.float32]:
    """Weights of a pointwise convolution that does as a transposed one with weights of inputs x outputs x 2 x 2 does to each of
    scale x scale pixels; both have their pixels row by row.
    """
    inputs, outputs = weights.shape[:2]
    wide = np.zeros((scale, 2, scale, 2, outputs, scale, scale, inputs), weights.dtype)
    for row in range(scale):
        for column in range(scale):
            wide[row, :, column, :, :, row, column] = weights.transpose(2, 3, 1, 0)
    return wide.reshape(4 * scale**2 * outputs, scale**2 * inputs, 1, 1)
