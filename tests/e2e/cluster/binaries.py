"""Builds the cluster's programs from Go modules, once, into the cache."""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable

from cluster import versions

CACHE = pathlib.Path(os.environ.get("KUBEOCR_CACHE", pathlib.Path.home() / ".cache" / "kubeocr"))
BIN = CACHE / "bin"


class Missing(RuntimeError):
    """Something that this machine lacks; the message says what and how to get it."""


def ensure(names: Iterable[str]) -> None:
    """Builds those that are not there in the pinned version; a second builder waits for the first. Raises `Missing`."""
    lacking = [versions.BINARIES[name] for name in names if not _built(versions.BINARIES[name])]
    if not lacking:
        return
    BIN.mkdir(parents=True, exist_ok=True)
    with (BIN / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = [binary for binary in lacking if not _built(binary)]
        if wanted:
            _need_go()
            _say(f"building from source, once: {' '.join(binary.name for binary in wanted)}")
            _say("  (one to five minutes each on two cores; Go keeps some 5 GB for it in its caches)")
        for number, binary in enumerate(wanted, start=1):
            _say(f"  {number}/{len(wanted)} {binary.name} {binary.module.version} ...")
            _say(f"      {_build(binary):.0f} s")


def tool(name: str) -> str:
    """A client program's path: the one on PATH, else the one that is built here."""
    found = shutil.which(name)
    if found is None:
        ensure([name])
    return found or str(BIN / name)


def _built(binary: versions.Binary) -> bool:
    """Go writes its modules' versions into what it builds, so a binary itself says whether it is the pinned one."""
    path = BIN / binary.name
    if not path.exists() or shutil.which("go") is None:
        return path.exists()
    info = subprocess.run(["go", "version", "-m", path], capture_output=True, text=True, check=False).stdout
    return f"{binary.module.path}\t{binary.module.version}" in info


def _build(binary: versions.Binary) -> float:
    """The seconds that it took."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=BIN) as folder:
        path = pathlib.Path(folder)
        (path / "go.mod").write_text(_go_mod(binary.module))
        (path / "tool.go").write_text(f'//go:build tools\n\npackage tool\n\nimport _ "{binary.package}"\n')
        go(path, "mod", "tidy")
        flags = ("-trimpath", f"-ldflags=-s -w {binary.module.ldflags}", f"-tags={binary.module.tags}")
        go(path, "build", *flags, "-o", "built", binary.package)
        (path / "built").rename(BIN / binary.name)  # whole or not at all
    return time.monotonic() - started


def _go_mod(module: versions.Module) -> str:
    lines = ("module built", f"go {versions.GO}", f"require {module.path} {module.version}", *module.replaces)
    return "\n".join(lines) + "\n"


def source(module: versions.Module) -> pathlib.Path:
    """The folder of a module's source, fetched where it is not there. Raises `Missing`."""
    _need_go()
    command = ["go", "mod", "download", "-json", f"{module.path}@{module.version}"]
    done = subprocess.run(command, cwd=BIN, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"go mod download failed:\n{done.stderr[-2000:]}")
    return pathlib.Path(json.loads(done.stdout)["Dir"])


def go(folder: pathlib.Path, *arguments: str) -> None:
    """Runs Go in a folder. Raises `Missing` with the end of what it said."""
    environment = {**os.environ, "CGO_ENABLED": "0"}
    done = subprocess.run(["go", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"go {arguments[0]} failed:\n{done.stderr[-2000:]}")


def _need_go() -> None:
    if shutil.which("go") is None:
        raise Missing(
            f"the cluster's parts are built with Go {versions.GO} or newer, and there is none (https://go.dev/doc/install); "
            "or use Docker with kind, or point KUBECONFIG at a cluster"
        )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
