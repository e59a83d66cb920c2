"""Graphs that flatten pages, as they are exported, made to tell their grid."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from kubeocr_runtime import graphs, grids

GRID = np.stack(np.meshgrid([-1.0, 0.25, 1.0], [-0.5, 0.5]), axis=-1)[None]
"""1 x rows x columns x (x, y)."""


def model(nodes: list[onnx.NodeProto], grid: np.ndarray, output: list[object], kind: int = TensorProto.FLOAT) -> bytes:
    given = helper.make_tensor_value_info("x", kind, [1, 3, "height", "width"])
    told = helper.make_tensor_value_info("out", kind, output)
    graph = helper.make_graph(nodes, "flat", [given], [told], [numpy_helper.from_array(grid, "grid")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def sampling() -> bytes:
    """As PaddleOCR's: its answer is the flat picture."""
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0, 1, 2, 3], keepdims=1),
        helper.make_node("Mul", ["mean", "grid"], ["points"]),
        helper.make_node("GridSample", ["x", "points"], ["out"], align_corners=1),
    ]
    return model(nodes, GRID.astype(np.float32), [1, 3, 2, 3])


def pointing() -> bytes:
    """As UVDoc's authors': its answer is the grid, in 16 bits, and points in space that nobody asks for."""
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0, 1, 2, 3], keepdims=1),
        helper.make_node("Constant", [], ["one"], value=numpy_helper.from_array(np.float16([1]), "one")),
        helper.make_node("Mul", ["mean", "one"], ["same"]),
        helper.make_node("Cast", ["same"], ["cast"], to=TensorProto.FLOAT16),
        helper.make_node("Mul", ["cast", "grid"], ["out"]),
        helper.make_node("Exp", ["out"], ["space"]),
    ]
    parsed = onnx.load_from_string(
        model(nodes, GRID.transpose(0, 3, 1, 2).astype(np.float16), [1, 2, 2, 3], TensorProto.FLOAT16)
    )
    parsed.graph.output.append(helper.make_tensor_value_info("space", TensorProto.FLOAT16, [1, 2, 2, 3]))
    return bytes(parsed.SerializeToString())


@pytest.mark.parametrize(
    ("file", "axes"),
    [
        pytest.param(sampling(), (0, 1, 2, 3), id="the flat picture"),
        pytest.param(pointing(), (0, 3, 1, 2), id="the grid in 16 bits"),
    ],
)
def test_the_grid_comes_out_in_32_bits(file: bytes, axes: tuple[int, ...]) -> None:
    session = onnxruntime.InferenceSession(grids.exposed(file), providers=["CPUExecutionProvider"])
    outputs = session.run(None, {"x": np.full((1, 3, 8, 8), 0.5, np.float32)})
    assert len(outputs) == 1
    assert outputs[0].dtype == np.float32
    assert np.allclose(outputs[0], 0.5 * GRID.transpose(axes))


def test_what_it_was_for_is_left_out() -> None:
    kinds = [node.op_type for node in onnx.load_from_string(grids.exposed(sampling())).graph.node]
    assert kinds == ["ReduceMean", "Mul"]


@pytest.mark.parametrize("shape", [pytest.param([1, 3, 2, 3], id="a picture"), pytest.param([1, 2], id="numbers")])
def test_without_a_grid_it_is_unsuited(shape: list[object]) -> None:
    nodes = [helper.make_node("Mul", ["x", "grid"], ["out"])]
    with pytest.raises(graphs.Unsuited, match="its output out is no grid of points, and it has no GridSample"):
        grids.exposed(model(nodes, np.ones(1, np.float32), shape))
