"""Environments of the peers: each has one of its own, made once and kept, as they pin versions that exclude each other."""

import dataclasses
import pathlib
import subprocess
import sys

from benchmarks.ocr import systems

HOME = pathlib.Path.home() / ".cache" / "kubeocr" / "peers"


@dataclasses.dataclass(frozen=True, slots=True)
class Packages:
    """What one environment has. `build` tells environments of one release apart, such as those for CUDA."""

    name: str
    version: str
    requirements: tuple[str, ...]
    build: str = ""

    @property
    def folder(self) -> pathlib.Path:
        """Where it lies."""
        return HOME / "-".join(filter(None, (self.name, self.version, self.build)))


def made(packages: Packages) -> pathlib.Path:
    """The environment's python. Raises `systems.NotThere` where pip cannot install the packages."""
    whole = packages.folder / ".whole"  # what an interrupted pip leaves has none
    python = packages.folder / "bin" / "python"
    if not whole.exists():
        sys.stderr.write(f"installing {' '.join(packages.requirements)} into {packages.folder}\n")
        _run([sys.executable, "-m", "venv", "--clear", str(packages.folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages.requirements])
        whole.touch()
    return python


def libraries(python: pathlib.Path) -> dict[str, str]:
    """Variables with which CUDA's libraries are found where pip has put them; none where it has put none."""
    found = sorted(python.parent.parent.glob("lib/python3*/site-packages/nvidia/*/lib"))
    return {"LD_LIBRARY_PATH": ":".join(map(str, found))} if found else {}


def _run(argv: list[str]) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - our own pip
    if done.returncode:
        raise systems.NotThere(f"{' '.join(argv[-2:])}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
