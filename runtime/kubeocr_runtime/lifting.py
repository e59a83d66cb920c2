"""Values that are rounded to 8 bits, lifted over zero so that none of the 256 steps is wasted.

The least value of GELU (https://arxiv.org/abs/1606.08415) is -0.17, while its largest are 2 to 6 here: rounded symmetrically,
half of the steps would stand for next to nothing. A constant added to what a pointwise convolution is given adds a constant to
each of its results, which its bias takes back: the model computes the same.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import onnx
from onnx import helper, numpy_helper

_LIFT = 0.17
"""-0.16997 is GELU's least value, at -0.7518."""
_AFTER_ERF = ("Add", "Mul", "Mul")
"""0.5 * x * (1 + erf(x / sqrt(2))): the nodes from the error function on."""


def lift(graph: onnx.GraphProto, convolutions: Collection[str]) -> set[str]:
    """Let those of these convolutions (names) that are pointwise and have a bias have GELU's values lifted; the values' names.

    At the border of others there are zeros, which are not lifted.
    """
    gelus = set(_gelus(graph))
    constants = {tensor.name: tensor for tensor in graph.initializer}
    lifted: dict[str, str] = {}
    for node in list(graph.node):
        if node.name in convolutions and node.input[0] in gelus and _is_pointwise(node, constants):
            _lower(constants[node.input[2]], numpy_helper.to_array(constants[node.input[1]]))
            node.input[0] = lifted.setdefault(node.input[0], f"{node.input[0]}_lifted")
    if lifted:
        graph.initializer.append(numpy_helper.from_array(np.array(_LIFT, np.float32), "lift"))
        _insert(graph, lifted)
    return set(lifted.values())


def _is_pointwise(node: onnx.NodeProto, constants: Mapping[str, onnx.TensorProto]) -> bool:
    """And with a bias."""
    return len(node.input) == 3 and tuple(constants[node.input[1]].dims[2:]) == (1, 1)


def _gelus(graph: onnx.GraphProto) -> Iterator[str]:
    """Names of the values that are a GELU's."""
    users = {name: node for node in graph.node for name in node.input}
    for node in graph.node:
        if node.op_type == "Erf":
            following = list(itertools.islice(_following(node, users), len(_AFTER_ERF)))
            if tuple(each.op_type for each in following) == _AFTER_ERF:
                yield following[-1].output[0]


def _following(node: onnx.NodeProto, users: Mapping[str, onnx.NodeProto]) -> Iterator[onnx.NodeProto]:
    found = users.get(node.output[0])
    while found is not None:
        yield found
        found = users.get(found.output[0])


def _lower(bias: onnx.TensorProto, weights: np.ndarray) -> None:
    lowered = numpy_helper.to_array(bias) - _LIFT * weights.sum(axis=(1, 2, 3))
    bias.CopyFrom(numpy_helper.from_array(lowered.astype(weights.dtype), bias.name))


def _insert(graph: onnx.GraphProto, lifted: dict[str, str]) -> None:
    """An addition after what makes each of the values."""
    nodes = []
    for node in graph.node:
        wanted = [(name, lifted[name]) for name in node.output if name in lifted]
        nodes += [node, *(helper.make_node("Add", [name, "lift"], [to], to) for name, to in wanted)]
    del graph.node[:]
    graph.node.extend(nodes)
