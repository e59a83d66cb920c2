"""Models that no package of the development environment carries: fetched once a run."""

import pathlib

import pytest

from kubeocr_contract import models as catalogue
from kubeocr_runtime import baking


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with all that reads a page and its structure."""
    out = tmp_path_factory.mktemp("structure") / "models"
    wanted = [*catalogue.STRUCTURE, catalogue.DOC_ORIENTATION, "PP-OCRv6_small_det", "PP-OCRv6_small_rec"]
    assert baking.main(["--source", "wheels", "--models", ",".join(wanted), "--out", str(out)]) == 0
    return out
