import concurrent.futures
import dataclasses
import os
import pathlib
import sys
import weakref

import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import openvino

SETTINGS = settings.Settings(models_dir="", device="cpu", precision="fp32")


@pytest.mark.parametrize(
    ("wanted", "capabilities", "want"),
    [
        pytest.param("auto", ["FP32", "INT8"], "f32", id="auto on an old CPU"),
        pytest.param("auto", ["BF16", "FP32"], "bf16", id="auto where there is bfloat16"),
        pytest.param("fp32", ["BF16", "FP32"], "f32", id="fp32"),
        pytest.param("bf16", ["BF16", "FP32"], "bf16", id="bf16"),
    ],
)
def test_precision(wanted: str, capabilities: list[str], want: str) -> None:
    assert openvino.precision(wanted, capabilities) == want


def test_a_precision_that_the_cpu_lacks_is_refused() -> None:
    with pytest.raises(engines.EngineUnavailable, match="precision bf16: OpenVINO computes in fp32 on this CPU"):
        openvino.precision("bf16", ["FP32", "INT8"])


def test_it_tells_nobody_that_it_was_imported() -> None:
    assert sys.modules["openvino_telemetry"] is None


@pytest.fixture(scope="module")
def session() -> engines.Engine:
    """Of the model that tells which way up a line is."""
    weights = models.Store.open(SETTINGS).get(catalogue.LINE_ORIENTATION).weights
    return engines.open_session("openvino", engines.Program(weights), SETTINGS)


@pytest.mark.models
def test_threads_may_share_it_and_a_result_does_not_depend_on_who_shares_its_batch(session: engines.Engine) -> None:
    batch = np.random.default_rng(7).random((8, 3, 80, 160), np.float32)
    (together,) = session.infer(batch)
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        alone = list(threads.map(lambda row: session.infer(row[None])[0][0], batch))
    assert together.shape == (8, 2)
    assert np.array_equal(together, alone)


@pytest.mark.models
def test_what_it_compiled_is_kept_where_there_is_a_folder_for_it(tmp_path: pathlib.Path) -> None:
    chosen = dataclasses.replace(SETTINGS, engine_cache_dir=str(tmp_path))
    weights = models.Store.open(chosen).get(catalogue.LINE_ORIENTATION).weights
    for _ in range(2):
        engines.open_session("openvino", engines.Program(weights), chosen)
    assert len([*tmp_path.iterdir()]) == 1


@pytest.mark.models
def test_it_tells_what_it_is(session: engines.Engine) -> None:
    assert (session.about.name, session.about.device, session.about.provider) == ("openvino", "cpu", "CPU f32")


@pytest.mark.models
def test_large_pages_are_found_the_same_whatever_shapes_came_before() -> None:
    weights = models.Store.open(SETTINGS).get("PP-OCRv6_small_det").weights
    detector = engines.open_session("openvino", engines.Program(weights), SETTINGS)
    page = np.random.default_rng(3).random((1, 3, 640, 832), np.float32)
    (first,) = detector.infer(page)
    for width in (800, 864, 896):
        (other,) = detector.infer(np.zeros((1, 3, 640, width), np.float32))
        assert other.shape == (1, 1, 640, width)
    assert np.array_equal(detector.infer(page)[0], first)
    (small,) = detector.infer(page[:, :, :320, :320])
    assert small.shape == (1, 1, 320, 320)


@pytest.mark.models
def test_threads_may_meet_new_shapes_at_the_same_time() -> None:
    weights = models.Store.open(SETTINGS).get("PP-OCRv6_small_det").weights
    detector = engines.open_session("openvino", engines.Program(weights), dataclasses.replace(SETTINGS, streams=4))
    page = np.random.default_rng(5).random((1, 3, 320, 640), np.float32)
    pieces = [page[:, :, :, :width] for width in range(320, 640, 32)] * 2
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda piece: detector.infer(piece)[0], pieces, timeout=300))
    assert all(np.array_equal(found, detector.infer(piece)[0]) for piece, found in zip(pieces, together, strict=True))


@pytest.mark.models
def test_threads_may_look_at_large_pages_at_the_same_time() -> None:
    weights = models.Store.open(SETTINGS).get("PP-OCRv6_small_det").weights
    detector = engines.open_session("openvino", engines.Program(weights), dataclasses.replace(SETTINGS, streams=4))
    drawn = np.random.default_rng(7).random((1, 3, 640, 896), np.float32)
    pages = [drawn[:, :, :, :width] * bright for bright in (0.2, 0.6, 1.0) for width in (832, 864, 896, 832)]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda page: detector.infer(page)[0], pages, timeout=300))
    assert all(np.array_equal(found, detector.infer(page)[0]) for page, found in zip(pages, together, strict=True))


@pytest.mark.models
def test_the_memory_for_a_large_page_is_given_back() -> None:
    weights = models.Store.open(SETTINGS).get("PP-OCRv6_small_det").weights
    detector = engines.open_session("openvino", engines.Program(weights), SETTINGS)
    detector.infer(np.zeros((1, 3, 640, 896), np.float32))
    before = resident()
    detector.infer(np.zeros((1, 3, 1600, 1600), np.float32))
    assert resident() - before < 100 * 2**20, "half of it is what it computes"


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.models
def test_a_large_page_is_held_by_nobody_once_its_lines_are_found() -> None:
    weights = models.Store.open(SETTINGS).get("PP-OCRv6_small_det").weights
    detector = engines.open_session("openvino", engines.Program(weights), SETTINGS)
    page = np.zeros((1, 3, 640, 832), np.float32)
    held = weakref.ref(page)
    detector.infer(page)
    del page
    assert held() is None
