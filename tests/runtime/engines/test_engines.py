import importlib.util
import pathlib

import pytest

from kubeocr_contract import settings
from kubeocr_runtime import engines, models


def test_an_engine_that_is_not_installed_says_how_to_get_it() -> None:
    if importlib.util.find_spec("paddle"):
        pytest.skip("paddle is installed")
    weights = models.Weights("paddle", pathlib.Path("inference.json"), pathlib.Path("inference.pdiparams"))
    with pytest.raises(engines.EngineUnavailable, match=r"inference\.json needs paddle.*pip install 'kubeocr\[paddle\]'"):
        engines.open_session(weights, settings.Settings())


def test_every_format_has_an_engine() -> None:
    assert engines.ENGINES.keys() == models.FORMATS.keys()
    assert {form for read in models.READS.values() for form in read} == models.FORMATS.keys()
    assert set(settings.CHOICES["engine"]) == models.READS.keys()
