import numpy as np
import pytest

from kubeocr_runtime import tensors


def test_normalise_is_pixels_to_one_less_mean_by_deviation() -> None:
    image = np.array([[[0, 51, 255]]], np.uint8)
    into = np.empty((3, 1, 1), np.float32)
    tensors.Normalisation.of((0.5, 0.1, 0.25), (0.5, 0.2, 0.25)).write(image, into)
    assert into.ravel().tolist() == pytest.approx([-1.0, 0.5, 3.0], abs=1e-6)


STEPS = {"PreProcess": {"transform_ops": [{"ToCHWImage": None}, {"Resize": {"size": 3}}]}}


def test_step() -> None:
    assert tensors.step(STEPS, "Resize") == {"size": 3}
    assert tensors.step(STEPS, "ToCHWImage") == {}
    with pytest.raises(KeyError, match="CropImage"):
        tensors.step(STEPS, "CropImage")
