"""A folder of models that fills up out of sight: whoever reads it sees all that a bake was for, or nothing of it.

`baking` calls this. Models that are whole wait in a folder inside (`models.UNFINISHED`) until the last of them is; what an
interrupted bake left there is used by the next. The manifest, replaced in one step, is what makes them seen.
"""

import contextlib
import errno
import fcntl
import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping

from kubeocr_contract import names
from kubeocr_runtime import models

LOCK = ".lock"
Entry = Mapping[str, object]
"""A model in the manifest: source, and files with their SHA-256."""
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


@contextlib.contextmanager
def alone(out: pathlib.Path, report: Callable[[str], None]) -> Iterator[None]:
    """Be the only bake in a folder, on all nodes that share its volume; waits for another one to end."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"another bake is at work in {out}; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as e:
            if e.errno not in _NO_LOCKS:
                raise
            report(f"{out} has no locks ({e.strerror}): of two bakes at once, one may fail and has to be run again")
        yield


def entries(folder: pathlib.Path) -> dict[str, Entry]:
    """The manifest as it is written. Raises `models.BadModels` where it is none."""
    path = folder / names.MANIFEST_FILE
    return json.loads(path.read_bytes())["models"] if models.manifest(folder) else {}


def whole(folder: pathlib.Path, name: str, entry: Entry) -> bool:
    """Whether a model's folder has every file of its entry as it was baked."""
    files = entry["files"]
    assert isinstance(files, dict)  # noqa: S101 (as models.manifest has seen)
    return not any(models.Recorded(name, folder / name / file, sha256).problem for file, sha256 in files.items())


def staged(out: pathlib.Path) -> dict[str, Entry]:
    """Models that an interrupted bake had whole, wherever it had brought them."""
    waiting = out / models.UNFINISHED
    found = entries(waiting).items()
    return {name: entry for name, entry in found if whole(waiting, name, entry) or whole(out, name, entry)}


def stage(out: pathlib.Path, name: str, make: Callable[[pathlib.Path], str]) -> Entry:
    """Let a model's files be made in an empty folder, and keep it; its entry in the manifest.

    `make` says where the files came from. Raises what it raises, and keeps nothing then.
    """
    waiting = out / models.UNFINISHED
    waiting.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=waiting, prefix=".") as scratch:
        folder = pathlib.Path(scratch) / name
        folder.mkdir()
        source = make(folder)
        files = {path.name: models.digest(path) for path in sorted(folder.iterdir())}
        _replace(folder, waiting / name)
    entry = {"source": source, "files": files}
    _write_manifest(waiting, {**entries(waiting), name: entry})
    return entry


def publish(out: pathlib.Path, made: Mapping[str, Entry]) -> None:
    """Let everybody see these models, beside those that were seen before."""
    waiting = out / models.UNFINISHED
    for name in made:
        if (waiting / name).exists():
            _replace(waiting / name, out / name)
    _write_manifest(out, {**entries(out), **made})
    shutil.rmtree(waiting, ignore_errors=True)


def _replace(new: pathlib.Path, old: pathlib.Path) -> None:
    """A folder cannot be renamed over one that is not empty: that one goes aside first.

    One of a lower layer of overlayfs, as where an image is built, cannot be renamed at all (EXDEV); it is copied then:
    https://docs.kernel.org/filesystems/overlayfs.html#renaming-directories
    """
    if old.exists():
        with tempfile.TemporaryDirectory(dir=old.parent, prefix=".") as aside:
            shutil.move(old, pathlib.Path(aside) / old.name)
            new.rename(old)
    else:
        new.rename(old)


def _write_manifest(folder: pathlib.Path, found: Mapping[str, Entry]) -> None:
    text = json.dumps({"models": dict(found)}, indent=2, sort_keys=True)
    written = folder / f".{names.MANIFEST_FILE}.{os.getpid()}"
    written.write_text(text + "\n", encoding="utf-8")
    written.replace(folder / names.MANIFEST_FILE)
