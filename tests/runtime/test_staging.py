"""Two bakes of one folder, bakes that were interrupted, and what readers see meanwhile."""

import concurrent.futures
import errno
import fcntl
import os
import pathlib
import threading

import pytest

from kubeocr_contract import names, settings
from kubeocr_runtime import baking, models, sources, staging

MODELS = ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
ORDER = baking.Order(models=frozenset(MODELS))


def write(folder: pathlib.Path, text: str) -> str:
    (folder / models.DESCRIPTION).write_text("Global: {}\n", encoding="utf-8")
    (folder / "inference.onnx").write_text(text, encoding="utf-8")
    return "test"


class Slow:
    """A `sources.Source` that waits with its second model for a word."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.half = threading.Event()
        self.asked: list[str] = []

    def has(self, name: str) -> bool:
        return True

    def fetch(self, name: str, into: pathlib.Path) -> str:
        self.asked.append(name)
        if len(self.asked) > 1:
            self.half.set()
            self.go.wait(10)
        return write(into, name)


def opened(folder: pathlib.Path) -> frozenset[str]:
    return models.Store.open(settings.Settings(models_dir=str(folder))).carried()


def test_of_two_bakes_one_waits_and_has_nothing_left_to_do(tmp_path: pathlib.Path) -> None:
    first, second, told = Slow(), Slow(), []
    second.go.set()
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        one = both.submit(baking.bake, ORDER, baking.Kitchen(tmp_path, (first,)))
        assert first.half.wait(10)
        other = both.submit(baking.bake, ORDER, baking.Kitchen(tmp_path, (second,), report=told.append))
        while not told:
            pass
        first.go.set()
        assert (one.result().made, other.result().made) == (MODELS, ())
    assert other.result().models == MODELS
    assert (second.asked, told) == ([], [f"another bake is at work in {tmp_path}; waiting for it"])


def test_readers_see_all_of_a_bake_or_nothing(tmp_path: pathlib.Path) -> None:
    source = Slow()
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        baking_ = other.submit(baking.bake, ORDER, baking.Kitchen(tmp_path, (source,)))
        assert source.half.wait(10)
        with pytest.raises(models.BadModels, match="still being baked into it"):
            opened(tmp_path)
        source.go.set()
        baking_.result()
    assert opened(tmp_path) == set(MODELS)


def test_readers_of_what_is_there_see_nothing_of_what_is_added(tmp_path: pathlib.Path) -> None:
    staging.publish(tmp_path, {"old": staged(tmp_path, "old")})
    staged(tmp_path, "new")
    assert opened(tmp_path) == {"old"}
    (tmp_path / models.UNFINISHED / "new").rename(tmp_path / "new")
    assert opened(tmp_path) == {"old"}, "a bake that ended between its last steps"
    staging.publish(tmp_path, staging.staged(tmp_path))
    assert opened(tmp_path) == {"old", "new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [names.MANIFEST_FILE, "new", "old"]


def staged(folder: pathlib.Path, name: str) -> staging.Entry:
    return staging.stage(folder, name, lambda into: write(into, name))


def test_what_was_damaged_while_it_waited_is_made_again(tmp_path: pathlib.Path) -> None:
    staged(tmp_path, "a")
    staged(tmp_path, "b")
    (tmp_path / models.UNFINISHED / "a" / "inference.onnx").write_text("other", encoding="utf-8")
    assert staging.staged(tmp_path).keys() == {"b"}


def test_a_model_that_cannot_be_made_leaves_nothing(tmp_path: pathlib.Path) -> None:
    def fail(into: pathlib.Path) -> str:
        write(into, "half")
        raise sources.Unavailable("down")

    with pytest.raises(sources.Unavailable):
        staging.stage(tmp_path, "a", fail)
    assert [*(tmp_path / models.UNFINISHED).iterdir()] == []


def test_a_volume_without_locks_is_said_and_used(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    told: list[str] = []
    source = Slow()
    source.go.set()
    assert baking.bake(ORDER, baking.Kitchen(tmp_path, (source,), report=told.append)).made == MODELS
    assert told[0].startswith(f"{tmp_path} has no locks (No locks available)")


def test_a_folder_that_has_everything_is_not_written(tmp_path: pathlib.Path) -> None:
    source = Slow()
    source.go.set()
    baking.bake(ORDER, baking.Kitchen(tmp_path, (source,)))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path, *tmp_path.rglob("*"))}
    assert baking.bake(ORDER, baking.Kitchen(tmp_path, (source,))) == baking.Baked(MODELS)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path, *tmp_path.rglob("*"))} == before


def test_a_folder_that_cannot_be_renamed_is_replaced_all_the_same(tmp_path: pathlib.Path, monkeypatch) -> None:
    """As one of a lower layer of overlayfs, which this machine may not mount."""
    names = (MODELS[0],)
    staging.publish(tmp_path, {name: staging.stage(tmp_path, name, lambda into: write(into, "old")) for name in names})
    rename, lower = os.rename, tmp_path / MODELS[0]

    def refuse_once(source, target, **options) -> None:
        if pathlib.Path(source) == lower:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        rename(source, target, **options)

    monkeypatch.setattr(os, "rename", refuse_once)
    staging.publish(tmp_path, {name: staging.stage(tmp_path, name, lambda into: write(into, "new")) for name in names})
    assert (lower / "inference.onnx").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert opened(tmp_path) == {MODELS[0]}
