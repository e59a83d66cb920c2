"""The models that this process has: baked folders, or else what installed Python packages carry. `pipelines` asks here.

A folder is PaddleX's own: `<models_dir>/<model name>/` with inference.yml and inference.onnx or, in Paddle's format,
inference.json or inference.pdmodel and inference.pdiparams; a manifest beside the folders has the SHA-256 of every file.
"""

import dataclasses
import hashlib
import importlib.metadata
import json
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from kubeocr_contract import images, languages, names, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import wheels

DESCRIPTION = "inference.yml"
# Weights.format -> the program's file names, as PaddleX looks for them; parameters lie beside a Paddle program
FORMATS: Mapping[str, tuple[str, ...]] = {"onnx": (wheels.ONNX,), "paddle": ("inference.json", wheels.PADDLE_PROGRAM)}
# Settings.engine -> formats that it reads, best first
READS: Mapping[str, tuple[str, ...]] = {"auto": ("onnx", "paddle"), "onnxruntime": ("onnx",), "paddle": ("paddle",)}


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """Files that an engine loads."""

    format: str
    """A key of FORMATS."""
    program: pathlib.Path
    parameters: pathlib.Path | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """A model that is here."""

    name: str
    weights: Weights
    description: Mapping[str, Any]
    """Its inference.yml."""


class NotCarried(LookupError):
    """A language of the catalogue that no model here reads; the message names the image that has one."""

    def __init__(self, language: languages.Language, version: str, image: str | None) -> None:
        where = f"the image {image} has one" if image else "no published image has one"
        super().__init__(f"no {version} model for {language.name} ({language.id}) is in this image; {where}")
        self.language = language
        self.version = version
        self.image = image


class BadModels(RuntimeError):
    """Models that cannot be what they were baked as; the message names the file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """All models that are here, by name, and the settings that choose among them."""

    chosen: settings.Settings
    folders: Mapping[str, Weights]
    """Model name -> its baked files; empty where the packages' are used."""
    packages: Mapping[str, pathlib.Path]
    """Model name -> the folder that its package is installed in."""

    @classmethod
    def open(cls, chosen: settings.Settings) -> "Store":
        """Look at `models_dir`; where that is empty, or the default and not there, at the installed packages.

        Raises `BadModels` for another folder that is not there.
        """
        folder = pathlib.Path(chosen.models_dir)
        if chosen.models_dir and folder.is_dir():
            return cls(chosen, _baked(folder, READS[chosen.engine]), {})
        if chosen.models_dir not in {"", names.MODELS_DIR}:
            raise BadModels(f"{settings.variable('models_dir')}: there is no folder {chosen.models_dir}")
        return cls(chosen, {}, _installed() if "onnx" in READS[chosen.engine] else {})

    def carried(self) -> frozenset[str]:
        """Names of the models that the engine of the settings can load."""
        return frozenset((*self.folders, *self.packages))

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> catalogue.Reader:
        """The two models that read a language; without a size the settings' or, for another version than theirs, any carried.

        Raises `NotCarried`.
        """
        for each in (size,) if size else self._sizes(version):
            found = catalogue.choose(language, version, each, self.carried())
            if found:
                return found
        raise NotCarried(language, version, _published(language, version, size or self.chosen.model_size))

    def get(self, name: str) -> Model:
        """A carried model's files and description. Raises `KeyError` for one not carried, `BadModels` for an unreadable one."""
        if name in self.folders:
            weights = self.folders[name]
            return Model(name, weights, _described(weights.program.parent / DESCRIPTION))
        return _packaged(name, self.packages[name])

    def verify(self) -> int:
        """Compare every file with its SHA-256; the number of files. Raises `BadModels` naming the first that differs.

        Folders without a manifest (a volume of PaddleX's own) have nothing to be compared with.
        """
        wanted = [*_manifested(pathlib.Path(self.chosen.models_dir))] if not self.packages else [*_pinned(self.packages)]
        for path, sha256 in wanted:
            if not path.is_file():
                raise BadModels(f"{path} is missing")
            if digest(path) != sha256:
                raise BadModels(f"{path}: its SHA-256 is {digest(path)}, not {sha256}")
        return len(wanted)

    def _sizes(self, version: str) -> tuple[str, ...]:
        mine = self.chosen.model_size
        return (mine,) if version == self.chosen.model_version else tuple(dict.fromkeys((mine, *catalogue.sizes(version))))


def _published(language: languages.Language, version: str, size: str) -> str | None:
    """The smallest published image that reads a language."""
    found = images.smallest(images.Wish((language,), version, size), images.PUBLISHED)
    return found.reference if found else None


def digest(path: pathlib.Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(folder: pathlib.Path) -> Mapping[str, Mapping[str, str]]:
    """Model name -> file name -> SHA-256, as the manifest of a folder of models has it; empty where there is none.

    Raises `BadModels` where it cannot be read.
    """
    path = folder / names.MANIFEST_FILE
    if not path.exists():
        return {}
    try:
        return {name: dict(entry["files"]) for name, entry in json.loads(path.read_bytes())["models"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise BadModels(f"{path} is no manifest of models: {e!r}") from e


def find_weights(folder: pathlib.Path, formats: Iterable[str]) -> Weights | None:
    """A model folder's files in the first of the formats that it has."""
    for form in formats:
        for program in (folder / name for name in FORMATS[form]):
            parameters = program.with_name(wheels.PADDLE_PARAMETERS) if form == "paddle" else None
            if program.is_file() and (parameters is None or parameters.is_file()):
                return Weights(form, program, parameters)
    return None


def _baked(folder: pathlib.Path, formats: tuple[str, ...]) -> dict[str, Weights]:
    described = sorted(path.parent for path in folder.glob(f"*/{DESCRIPTION}"))
    found = ((model.name, find_weights(model, formats)) for model in described)
    return {name: weights for name, weights in found if weights}


def _installed() -> dict[str, pathlib.Path]:
    found = ((name, _package_folder(weights)) for (form, name), weights in wheels.TABLE.items() if form == "onnx")
    return {name: folder for name, folder in found if folder}


def _package_folder(weights: wheels.Weights) -> pathlib.Path | None:
    try:
        package = importlib.metadata.distribution(weights.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    return pathlib.Path(str(package.locate_file(""))) if package.version == weights.version else None


def _packaged(name: str, folder: pathlib.Path) -> Model:
    found = wheels.TABLE["onnx", name]
    characters = wheels.characters(found, folder) if wheels.is_recogniser(name) else ()
    return Model(name, Weights("onnx", folder / found.files[wheels.ONNX].path), wheels.describe(name, characters))


def _described(path: pathlib.Path) -> Mapping[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        description = yaml.load(path.read_bytes(), loader)  # noqa: S506 (both loaders are the safe ones)
    except (OSError, yaml.YAMLError) as e:
        raise BadModels(f"{path} cannot be read: {e}") from e
    if not isinstance(description, dict):
        raise BadModels(f"{path} describes no model")
    return description


def _manifested(folder: pathlib.Path) -> Iterable[tuple[pathlib.Path, str]]:
    for name, files in manifest(folder).items():
        for file, sha256 in files.items():
            yield folder / name / file, sha256


def _pinned(packages: Mapping[str, pathlib.Path]) -> Iterable[tuple[pathlib.Path, str]]:
    for name, folder in packages.items():
        weights = wheels.TABLE["onnx", name]
        for member in (*weights.files.values(), *filter(None, (weights.characters,))):
            yield folder / member.path, member.sha256
