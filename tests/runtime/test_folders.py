"""What counts as a change of a folder."""

import pathlib
from collections.abc import Callable

import pytest

from kubeocr_runtime import folders


@pytest.mark.parametrize(
    ("change", "want"),
    [
        pytest.param(lambda folder: None, False, id="nothing"),
        pytest.param(lambda folder: (folder / "a").write_text("other, longer", encoding="utf-8"), True, id="written"),
        pytest.param(lambda folder: (folder / "b").write_text("new", encoding="utf-8"), True, id="came"),
        pytest.param(lambda folder: (folder / "a").unlink(), True, id="went"),
        pytest.param(lambda folder: (folder / "a").rename(folder / "c"), True, id="renamed"),
        pytest.param(lambda folder: (folder / ".hidden").touch(), False, id="no-file"),
    ],
)
def test_a_change_is_told_once(
    change: Callable[[pathlib.Path], object], want: bool, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOOK_SECONDS", 0)
    (tmp_path / "a").write_text("text", encoding="utf-8")
    watched = folders.Watched(tmp_path)
    assert [watched.changed(), watched.changed()] == [True, False]
    change(tmp_path)
    assert [watched.changed(), watched.changed()] == [want, False]


def test_a_folder_that_is_not_there_has_no_files(tmp_path: pathlib.Path) -> None:
    assert folders.files(tmp_path / "none") == []
