import dataclasses
import pathlib

import numpy as np
import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import settings
from kubeocr_runtime import loading, models, structure
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import looking, tables

PAGE = np.zeros((400, 300, 3), np.uint8)


@dataclasses.dataclass
class Regions:
    """Finds what it is told to."""

    told: tuple[structure.Region, ...]

    def find(self, _: np.ndarray) -> tuple[structure.Region, ...]:
        return self.told


class Cells:
    """Finds a table of nothing."""

    def find(self, _: np.ndarray, box: Box) -> tables.Table:
        return tables.Table(box, (), ())


class Loader(loading.Loader):
    """Counts what it loads."""

    asked: list[str]
    told: tuple[structure.Region, ...]

    def layout(self, name: str) -> Regions:  # type: ignore[override]
        self.asked.append(name)
        return Regions(self.told)

    def tables(self, name: str) -> Cells:  # type: ignore[override]
        self.asked.append(name)
        return Cells()


def region(label: str, *box: float) -> structure.Region:
    return structure.Region(label, Box(*box), 0.9)


def looker(path: pathlib.Path, *told: structure.Region, carried: frozenset[str] = catalogue.STRUCTURE) -> looking.Looker:
    for name in carried:
        (path / name).mkdir()
        (path / name / models.DESCRIPTION).touch()
        (path / name / "inference.onnx").touch()
    store = models.Store.open(settings.Settings(models_dir=str(path)))
    loader = Loader(store)
    loader.asked, loader.told = [], told
    return looking.Looker(store, loader)


@pytest.mark.parametrize(
    ("wish", "tables", "pictures"),
    [
        pytest.param(structure.Wish(), {1}, {0}, id="all"),
        pytest.param(structure.Wish(tables=False), set(), {0, 1}, id="tables as pictures"),
        pytest.param(structure.Wish(pictures=False), {1}, set(), id="no pictures"),
    ],
)
def test_what_is_wanted_is_found(wish: structure.Wish, tables: set[int], pictures: set[int], tmp_path: pathlib.Path) -> None:
    told = region("image", 10, 20, 110, 70), region("table", 0, 100, 300, 200), region("text", 0, 200, 300, 300)
    layout = looker(tmp_path, *told).look(PAGE, wish)
    assert layout is not None
    assert (layout.regions, set(layout.tables), set(layout.pictures)) == (told, tables, pictures)
    assert all(picture.base is None for picture in layout.pictures.values()), "they keep no page in memory"


@pytest.mark.parametrize(
    ("told", "want"),
    [
        pytest.param([("paragraph_title", 100), ("text", 200)], "doc_title", id="large and alone"),
        pytest.param([("paragraph_title", 30), ("text", 200)], "paragraph_title", id="small"),
        pytest.param([("paragraph_title", 100), ("paragraph_title", 100), ("text", 200)], "paragraph_title", id="one of two"),
        pytest.param([("paragraph_title", 100), ("doc_title", 9), ("text", 200)], "paragraph_title", id="beside a title"),
    ],
)
def test_a_lone_large_heading_is_the_title(told: list[tuple[str, int]], want: str, tmp_path: pathlib.Path) -> None:
    layout = looker(tmp_path, *(region(label, 0, 0, 100, height) for label, height in told)).look(PAGE, structure.Wish())
    assert layout is not None
    assert layout.regions[0].label == want


def test_nothing_is_loaded_before_it_is_needed(tmp_path: pathlib.Path) -> None:
    eyes = looker(tmp_path, region("text", 0, 0, 9, 9))
    assert eyes.look(PAGE, None) is None
    assert eyes.loader.asked == []
    eyes.look(PAGE, structure.Wish())
    eyes.look(PAGE, structure.Wish())
    assert eyes.loader.asked == [catalogue.LAYOUTS[-1]]


def test_without_a_model_nothing_is_found(tmp_path: pathlib.Path) -> None:
    eyes = looker(tmp_path, carried=frozenset({catalogue.TABLES}))
    assert eyes.look(PAGE, structure.Wish()) is None
    with pytest.raises(models.BadModels, match="pipelines: structure needs models that are not here: PicoDet_layout_1x"):
        eyes.warm(PAGE)


def test_warm_loads_all_of_them(tmp_path: pathlib.Path) -> None:
    eyes = looker(tmp_path)
    eyes.warm(PAGE)
    assert sorted(eyes.loader.asked) == sorted(catalogue.STRUCTURE)
