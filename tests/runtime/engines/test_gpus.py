import pytest

from kubeocr_runtime.engines import gpus


@pytest.mark.parametrize(
    ("chosen", "devices", "want"),
    [
        pytest.param("", [], 1, id="nobody knows"),
        pytest.param("", ["nvidia0", "nvidia3", "nvidiactl", "nvidia-uvm"], 2, id="two device files"),
        pytest.param("1", ["nvidia0", "nvidia1"], 1, id="one of two chosen"),
        pytest.param("0,GPU-8f2", ["nvidia0"], 2, id="chosen by number and name"),
        pytest.param(" , ", ["nvidia0", "nvidia1"], 2, id="nothing chosen"),
    ],
)
def test_count(chosen: str, devices: list[str], want: int) -> None:
    assert gpus.count(chosen, devices) == want


def test_at_least_one_is_told() -> None:
    assert gpus.visible() >= 1
