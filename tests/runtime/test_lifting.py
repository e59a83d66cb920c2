"""Lifted values: the graph computes the same, and what goes into the convolutions is never below zero."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from kubeocr_runtime import lifting

RANDOM = np.random.default_rng(1)
WEIGHTS, BIAS = RANDOM.standard_normal((5, 3, 1, 1)).astype(np.float32), RANDOM.standard_normal(5).astype(np.float32)


def scalar(name: str, value: float) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, np.float32), name)


GELU = [
    helper.make_node("Div", ["x", "root"], ["d"]),
    helper.make_node("Erf", ["d"], ["e"]),
    helper.make_node("Add", ["e", "one"], ["a"]),
    helper.make_node("Mul", ["x", "a"], ["m"]),
    helper.make_node("Mul", ["m", "half"], ["g"]),
]
CONVOLUTION = helper.make_node("Conv", ["g", "w", "b"], ["y"], "convolution")


def graph(*nodes: onnx.NodeProto) -> onnx.GraphProto:
    return helper.make_graph(
        nodes,
        "block",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(WEIGHTS, "w"),
            numpy_helper.from_array(BIAS, "b"),
            scalar("root", 2**0.5),
            scalar("one", 1),
            scalar("half", 0.5),
        ],
    )


def run(made: onnx.GraphProto, batch: np.ndarray, *outputs: str) -> list[np.ndarray]:
    extended = onnx.GraphProto()
    extended.CopyFrom(made)
    del extended.output[:]
    extended.output.extend(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs)
    model = helper.make_model(extended, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": batch})


def test_the_same_is_computed_from_values_that_are_not_below_zero() -> None:
    batch = np.linspace(-6, 6, 3 * 40 * 50, dtype=np.float32).reshape(1, 3, 40, 50)
    made = graph(*GELU, CONVOLUTION)
    (before,) = run(made, batch, "y")
    (name,) = lifting.lift(made, ["convolution"])
    after, lifted = run(made, batch, "y", name)
    assert after == pytest.approx(before, abs=1e-5)
    assert 0 <= lifted.min() < 1e-4


@pytest.mark.parametrize(
    ("nodes", "names"),
    [
        pytest.param([*GELU, CONVOLUTION], [], id="another convolution"),
        pytest.param(
            [helper.make_node("Relu", ["x"], ["g"]), CONVOLUTION], ["convolution"], id="another function of its input"
        ),
        pytest.param(
            [GELU[0], GELU[1], helper.make_node("Mul", ["e", "half"], ["g"]), CONVOLUTION],
            ["convolution"],
            id="an error function alone",
        ),
    ],
)
def test_all_else_is_left_as_it_is(nodes: list[onnx.NodeProto], names: list[str]) -> None:
    made = graph(*nodes)
    before = made.SerializeToString()
    assert lifting.lift(made, names) == set()
    assert made.SerializeToString() == before


@pytest.mark.parametrize(
    "convolution",
    [
        pytest.param(helper.make_node("Conv", ["g", "w"], ["y"], "convolution"), id="no bias that could take it back"),
        pytest.param(
            helper.make_node("Conv", ["g", "wide", "b"], ["y"], "convolution", pads=[1, 1, 1, 1]), id="zeros at the border"
        ),
    ],
)
def test_what_cannot_be_taken_back_is_not_lifted(convolution: onnx.NodeProto) -> None:
    made = graph(*GELU, convolution)
    made.initializer.append(numpy_helper.from_array(np.zeros((5, 3, 3, 3), np.float32), "wide"))
    before = made.SerializeToString()
    assert lifting.lift(made, ["convolution"]) == set()
    assert made.SerializeToString() == before
