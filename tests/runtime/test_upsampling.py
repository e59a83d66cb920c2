"""Maps enlarged at the very end against those enlarged step by step: on a graph made for it, and on the real detectors."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from kubeocr_contract import settings as contract
from kubeocr_runtime import graphs, models, tensors, upsampling

CHANNELS = 3
RANDOM = np.random.default_rng(1)


def constant(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(RANDOM.random(shape).astype(np.float32) - np.float32(0.5), name)


CONSTANTS = [
    constant("w1", 4, CHANNELS, 2, 2),
    constant("bias", CHANNELS),
    constant("bias1", 1),
    *(constant(f"{name}1", 1) for name in ("scale", "shift", "mean")),
    numpy_helper.from_array(np.ones(1, np.float32), "variance1"),
    constant("w2", CHANNELS, 1, 2, 2),
    constant("w3", 1, 1, 2, 2),
    constant("add", 1, CHANNELS, 1, 1),
    constant("one", 1, 1, 1, 1),
    *(constant(name, CHANNELS) for name in ("scale", "shift", "mean")),
    numpy_helper.from_array(RANDOM.random(CHANNELS).astype(np.float32) + np.float32(0.5), "variance"),
]


def local(source: str, to: str, *weights: str, strides: int = 2, pads: int = 0) -> onnx.NodeProto:
    return helper.make_node(
        "ConvTranspose", [source, *weights], [to], kernel_shape=[2, 2], strides=[strides] * 2, pads=[pads] * 4, name=to
    )


def graph(*nodes: onnx.NodeProto, outputs: tuple[str, ...] = ("y",)) -> bytes:
    made = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", 4, "h", "w"])],
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
        CONSTANTS,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()


SIGMOID = helper.make_node("Sigmoid", ["s"], ["y"])
TAILS = {
    "one": [local("x", "a", "w1"), local("a", "s", "w2"), SIGMOID],
    "with a bias": [local("x", "a", "w1", "bias"), local("a", "s", "w2"), SIGMOID],
    "with steps between": [
        local("x", "a", "w1"),
        helper.make_node("Identity", ["a"], ["i"]),
        helper.make_node("Add", ["i", "add"], ["b"]),
        helper.make_node("BatchNormalization", ["b", "scale", "shift", "mean", "variance"], ["n"]),
        helper.make_node("Relu", ["n"], ["r"]),
        local("r", "c", "w2"),
        helper.make_node("Add", ["one", "c"], ["s"]),
        SIGMOID,
    ],
    "with a bias of one channel": [local("x", "a", "w1"), local("a", "s", "w2", "bias1"), SIGMOID],
    "with one channel normalised": [
        local("x", "a", "w1"),
        local("a", "b", "w2"),
        helper.make_node("BatchNormalization", ["b", "scale1", "shift1", "mean1", "variance1"], ["s"]),
        SIGMOID,
    ],
    "three times": [local("x", "a", "w1"), local("a", "b", "w2"), local("b", "s", "w3"), SIGMOID],
    "of several channels": [local("x", "a", "w1"), helper.make_node("Relu", ["a"], ["y"])],
    "after something else": [helper.make_node("MaxPool", ["x"], ["m"], kernel_shape=[2, 2]), local("m", "y", "w1")],
    "on what has other users": [
        helper.make_node("Relu", ["x"], ["r"]),
        local("r", "a", "w1"),
        local("a", "b", "w2"),
        helper.make_node("ReduceMax", ["r"], ["most"], axes=[1, 2, 3]),
        helper.make_node("Add", ["b", "most"], ["c"]),
        local("c", "y", "w3"),
    ],
}


def run(model: bytes, batch: tensors.Tensor) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: batch})[0]


@pytest.mark.parametrize("nodes", [pytest.param(nodes, id=name) for name, nodes in TAILS.items()])
def test_the_map_stays_the_same(nodes: list[onnx.NodeProto]) -> None:
    batch = RANDOM.random((2, 4, 5, 7)).astype(np.float32)
    model = graph(*nodes)
    found = upsampling.postpone(model)
    assert run(found, batch) == pytest.approx(run(model, batch), abs=1e-6)
    kinds = [node.op_type for node in onnx.load_from_string(found).graph.node]
    assert kinds[-1] == "DepthToSpace"
    assert "w1" not in [tensor.name for tensor in onnx.load_from_string(found).graph.initializer] or "ConvTranspose" in kinds


@pytest.mark.parametrize(
    ("model", "message"),
    [
        pytest.param(graph(helper.make_node("Relu", ["x"], ["y"])), "no transposed convolution", id="none"),
        pytest.param(graph(local("x", "y", "w1", strides=1)), "no transposed convolution", id="overlapping"),
        pytest.param(graph(local("x", "y", "w1", pads=1)), "no transposed convolution", id="padded"),
        pytest.param(
            graph(local("x", "s", "w1"), SIGMOID, outputs=("y", "s")), "no transposed convolution", id="several outputs"
        ),
        pytest.param(b"PK\x03\x04", "it is no ONNX model", id="another format"),
    ],
)
def test_another_graph_is_told(model: bytes, message: str) -> None:
    with pytest.raises(graphs.Unsuited, match=message):
        upsampling.postpone(model)


@pytest.mark.models
@pytest.mark.parametrize("name", ["PP-OCRv6_small_det", "PP-OCRv5_mobile_det"])
def test_real_detectors_mark_the_same(name: str) -> None:
    model = models.Store.open(contract.Settings(models_dir="")).get(name).weights.program.read_bytes()
    batch = RANDOM.random((1, 3, 96, 160)).astype(np.float32)
    assert run(upsampling.postpone(model), batch) == pytest.approx(run(model, batch), abs=1e-5)
