"""Cut heads against whole ones: on a graph made for it, and on the real recogniser."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from kubeocr_contract import settings as contract
from kubeocr_runtime import alphabets, graphs, heads, models, recognition, samples, tensors

COLUMNS, FEATURES, CLASSES = 5, 4, 9
WEIGHTS = np.random.default_rng(1).standard_normal((FEATURES, CLASSES)).astype(np.float32)
BIAS = np.random.default_rng(2).standard_normal(CLASSES).astype(np.float32)


def graph(*steps: onnx.NodeProto, output: str = "y") -> bytes:
    made = helper.make_graph(
        [*steps],
        "recogniser",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", COLUMNS, FEATURES])],
        [helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None)],
        [numpy_helper.from_array(WEIGHTS, "w"), numpy_helper.from_array(BIAS, "b")],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()


PRODUCT, SUM = helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Add", ["m", "b"], ["a"])
SOFTMAX = helper.make_node("Softmax", ["a"], ["y"], axis=2)
PLAIN = graph(PRODUCT, SUM, SOFTMAX)
WITH_STEPS_BETWEEN = graph(
    PRODUCT,
    helper.make_node("Identity", ["m"], ["mi"]),
    helper.make_node("Add", ["b", "mi"], ["ai"]),
    helper.make_node("Identity", ["ai"], ["a"]),
    helper.make_node("Softmax", ["a"], ["s"], axis=2),
    helper.make_node("Identity", ["s"], ["y"]),
)


def run(model: bytes, batch: tensors.Tensor) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: batch})


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, CLASSES - 1), min_size=1).map(sorted), st.integers(0, 1000))
def test_a_cut_head_chooses_as_the_whole_one_would_without_the_rest(kept: list[int], seed: int) -> None:
    batch = np.random.default_rng(seed).standard_normal((3, COLUMNS, FEATURES)).astype(np.float32)
    (scores,) = run(PLAIN, batch)
    sure, best = run(heads.cut(PLAIN, kept), batch)
    assert np.array_equal(best[..., 0], scores[..., kept].argmax(axis=2))
    assert sure[..., 0] == pytest.approx(scores[..., kept].max(axis=2) / scores[..., kept].sum(axis=2), abs=1e-5)


@pytest.mark.parametrize("model", [pytest.param(PLAIN, id="plain"), pytest.param(WITH_STEPS_BETWEEN, id="with steps between")])
def test_without_a_cut_only_the_best_come_out(model: bytes) -> None:
    batch = np.random.default_rng(3).standard_normal((2, COLUMNS, FEATURES)).astype(np.float32)
    (scores,) = run(model, batch)
    sure, best = run(heads.cut(model, None), batch)
    assert np.array_equal(best[..., 0], scores.argmax(axis=2))
    assert np.array_equal(sure[..., 0], scores.max(axis=2))


def test_steps_between_are_looked_through() -> None:
    batch = np.ones((1, COLUMNS, FEATURES), np.float32)
    assert [x.tolist() for x in run(heads.cut(WITH_STEPS_BETWEEN, [2, 5]), batch)] == [
        x.tolist() for x in run(heads.cut(PLAIN, [2, 5]), batch)
    ]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        pytest.param(graph(PRODUCT, SUM, output="a"), "the only output is no softmax", id="no softmax"),
        pytest.param(
            graph(PRODUCT, helper.make_node("Softmax", ["m"], ["y"], axis=2)), "no layer with weights and a bias", id="no bias"
        ),
        pytest.param(
            graph(helper.make_node("Relu", ["x"], ["a"]), SOFTMAX), "no layer with weights and a bias", id="another layer"
        ),
        pytest.param(b"PK\x03\x04", "it is no ONNX model", id="another format"),
    ],
)
def test_another_graph_is_told(model: bytes, message: str) -> None:
    with pytest.raises(graphs.Unsuited, match=message):
        heads.cut(model, [0, 1])


@pytest.mark.models
@pytest.mark.parametrize("name", ["PP-OCRv6_small_rec", "PP-OCRv5_mobile_rec"])
def test_real_lines_read_the_same_as_by_the_whole_head_without_the_rest(name: str) -> None:
    model = models.Store.open(contract.Settings(models_dir="")).get(name)
    characters = recognition.Parameters.parse(model.description).characters
    kept = alphabets.kept(characters, {"Latn"})
    strip = tensors.resize(samples.page(["Señor O'Neill paid 1,250 € (§ 7) at naïve Æsop's"], 900)[30:100], (600, 48))
    batch = recognition.stack([strip], 608)
    (scores,) = run(model.weights.program.read_bytes(), batch)
    sure, best = run(heads.cut(model.weights.program.read_bytes(), kept), batch)
    only = [characters[i] for i in kept]
    cut = recognition.decode(best, sure, only)
    whole = recognition.decode(*recognition.choose(scores[..., kept], only), only)
    assert [line.text for line in cut] == [line.text for line in whole]
    assert len(kept) < len(characters) / 5
    assert "1,250" in cut[0].text
