"""Builds the two images of a checkout: with Docker where it runs, else with buildah on a Debian that debootstrap made."""

import configparser
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence

from cluster import binaries, kind, requirements, versions

NAMES = ("operator", "runtime")
ROOT = pathlib.Path(__file__).parents[3]
_BUILDAH = ("buildah", "--storage-driver", "overlay")
_ARCHIVES = binaries.CACHE / "images"
_DEBIAN = f"localhost/kubeocr/debian:{versions.DEBIAN}"


@dataclasses.dataclass(frozen=True, slots=True)
class Checkout:
    """Where the sources are, and what their images' tags start with: of each label the newest image is kept."""

    root: pathlib.Path = ROOT
    label: str = "dev"
    target: str = ""
    """The stage that is built; empty: the last."""

    @property
    def flags(self) -> list[str]:
        """For the builder."""
        return ["--target", self.target] if self.target else []


@dataclasses.dataclass(frozen=True, slots=True)
class Image:
    """A built image: its name, a tag that changes with its content, and a docker archive of it."""

    repository: str
    tag: str
    archive: pathlib.Path

    @property
    def reference(self) -> str:
        """As a pod's `image` has it."""
        return f"{self.repository}:{self.tag}"


def build(name: str, *, log: pathlib.Path, checkout: Checkout | None = None) -> Image:
    """Builds Dockerfile.<name> of a checkout, this one by default; what the builder says goes to `log`. Raises `Missing`."""
    repository = f"{os.environ.get('KUBEOCR_REGISTRY', 'kubeocr')}/{name}"
    chosen = checkout or Checkout()
    return _docker(name, repository, log, chosen) if kind.docker() else _buildah(name, repository, log, chosen)


def _docker(name: str, repository: str, log: pathlib.Path, checkout: Checkout) -> Image:
    latest = f"{repository}:{checkout.label}"
    _run(["docker", "build", "-f", f"Dockerfile.{name}", "-t", latest, *checkout.flags, *_flags(), "."], log, checkout.root)
    identity = _said(["docker", "image", "inspect", "--format", "{{.Id}}", latest]).removeprefix("sha256:")
    image = _image(repository, checkout.label, identity)
    _run(["docker", "tag", latest, image.reference], log)
    _archive(image, lambda path: _run(["docker", "save", "-o", str(path), image.reference], log))
    _push(["docker", "push", image.reference], log)
    return image


def _buildah(name: str, repository: str, log: pathlib.Path, checkout: Checkout) -> Image:
    requirements.ensure(requirements.IMAGES)
    base = f"BASE_IMAGE={_debian(log)}"
    latest = f"localhost/{repository}:{checkout.label}"
    isolation = ("--isolation", "chroot", "--network", "host", "--layers", "--format", "docker")
    command = (
        *_BUILDAH,
        "bud",
        *isolation,
        "--build-arg",
        base,
        *_trust(),
        *checkout.flags,
        *_flags(),
        "-f",
        f"Dockerfile.{name}",
        "-t",
        latest,
        ".",
    )
    _run(command, log, checkout.root)
    identity = json.loads(_said([*_BUILDAH, "inspect", "--type", "image", latest]))["FromImageID"]
    image = _image(repository, checkout.label, identity)
    # a name without a host is Docker Hub's wherever an image is imported
    full = image.reference if "." in repository.partition("/")[0] else f"docker.io/{image.reference}"
    _archive(image, lambda path: _run([*_BUILDAH, "push", latest, f"docker-archive:{path}:{full}"], log))
    _push([*_BUILDAH, "push", latest, f"docker://{full}"], log)
    return image


def _debian(log: pathlib.Path) -> str:
    """A Debian base image, made once from Debian's packages, as there may be no registry to pull one from."""
    known = subprocess.run([*_BUILDAH, "images", "-q", _DEBIAN], capture_output=True, text=True, check=False)
    if not known.stdout.strip():
        with tempfile.TemporaryDirectory(dir=binaries.CACHE) as folder:
            _run(["debootstrap", "--variant=minbase", versions.DEBIAN, folder], log)
            shutil.rmtree(pathlib.Path(folder) / "var/cache/apt/archives")
            container = _said([*_BUILDAH, "from", "scratch"])
            _run([*_BUILDAH, "copy", "-q", container, folder, "/"], log)
            _run([*_BUILDAH, "commit", "-q", "--rm", container, _DEBIAN], log)
    return _DEBIAN


def _trust() -> list[str]:
    """The machine's settings of pip for a build: between it and its packages may stand a certificate authority of its own."""
    authority = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    if not authority:
        return []
    settings = configparser.ConfigParser()
    settings.read("/etc/pip.conf")
    settings.read_dict({"global": {"cert": "/run/authority.crt"}})
    path = binaries.CACHE / "pip.conf"
    with path.open("w") as file:
        settings.write(file)
    return ["-v", f"{authority}:/run/authority.crt:ro", "-v", f"{path}:/etc/pip.conf:ro"]


def _image(repository: str, label: str, identity: str) -> Image:
    tag = f"{label}-{identity[:12]}"
    return Image(repository, tag, _ARCHIVES / f"{repository.rpartition('/')[2]}-{tag}.tar")


def _archive(image: Image, write: Callable[[pathlib.Path], None]) -> None:
    """Writes the image's archive unless it is there; earlier ones of the same image and label make room."""
    if image.archive.exists():
        return
    _ARCHIVES.mkdir(parents=True, exist_ok=True)
    for earlier in _ARCHIVES.glob(f"{image.archive.name.rpartition('-')[0]}-*.tar"):
        earlier.unlink()
    with tempfile.TemporaryDirectory(dir=_ARCHIVES) as folder:
        written = pathlib.Path(folder) / "image.tar"
        write(written)
        written.rename(image.archive)


def _push(command: Sequence[str], log: pathlib.Path) -> None:
    """A given cluster pulls from a registry: KUBEOCR_REGISTRY names it, and what is built here goes there."""
    if "KUBEOCR_REGISTRY" in os.environ:
        _run(command, log)


def _flags() -> list[str]:
    return os.environ.get("BUILD_FLAGS", "").split()


def _run(command: Sequence[str], log: pathlib.Path, folder: pathlib.Path = ROOT) -> None:
    with log.open("ab") as output:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    if done.returncode:
        raise binaries.Missing(f"{' '.join(command[:4])} … failed; what it said is in {log}")


def _said(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()
