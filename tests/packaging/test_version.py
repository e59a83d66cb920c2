"""The version stands in one place; wherever else it has to, tools/version.py puts it."""

import importlib.util
import pathlib
import tomllib

import pytest

from kubeocr_contract import images

ROOT = pathlib.Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("version", ROOT / "tools" / "version.py")
assert _SPEC is not None
assert _SPEC.loader is not None
version = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(version)


def test_every_place_has_it() -> None:
    assert not version.stale_files(ROOT, images.PROJECT_VERSION)


@pytest.mark.parametrize("place", version.PLACES)
def test_a_new_one_reaches_every_place(place: str) -> None:
    assert "12.34.56" in version.stale_files(ROOT, "12.34.56")[place]


def test_what_is_no_version_of_the_project_stays() -> None:
    text = version.stale_files(ROOT, "12.34.56")["charts/kubeocr/Chart.yaml"]
    assert "apiVersion: v2" in text
    assert "version: 12.34.56\nappVersion: 12.34.56\n" in text


def test_the_package_takes_it_from_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert (ROOT / project["tool"]["hatch"]["version"]["path"]).samefile(images.__file__)
