"""`kubeocr images`: what a site without the internet has to mirror."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence

from kubeocr_contract import names
from kubeocr_operator import config, errors, inventory, manifests, values
from kubeocr_operator.commands import options

Entries = Sequence[inventory.Entry]


def main(arguments: Sequence[str], program: str = "kubeocr") -> int:
    """Prints the images; 1 for files that are wrong or cannot be met, 2 for words that mean nothing."""
    parser = _parser(f"{program} images")
    given = parser.parse_args(arguments)
    try:
        defaults = config.read(given.config)
        found = _entries(given, defaults)
    except (errors.InvalidConfig, errors.NotCarried, manifests.InvalidManifest) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    if given.format == "skopeo" and any(entry.mirrored == entry.image for entry in found):
        parser.error("--format skopeo: to where? name a --mirror, or a configuration that has registryMirror")
    for line in _FORMATS[given.format](found):
        sys.stdout.write(line + "\n")
    return 0


def _entries(given: argparse.Namespace, defaults: config.Config) -> Entries:
    if not given.filename:
        return inventory.whole(defaults, given.mirror or "")
    return inventory.of(manifests.read(given.filename), defaults, given.mirror or "")


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description="Print every image that a site has to have.")
    options.files(parser, f"only what these {names.KIND}s need", required=False)
    options.configuration(parser)
    add = parser.add_argument
    add("--mirror", type=_registry, metavar="HOST", help="registry that gets them all")
    add("--format", choices=tuple(_FORMATS), default="list", help="skopeo prints commands that copy [%(default)s]")
    return parser


def _registry(text: str) -> str:
    if not values.REGISTRY.holds(text):
        raise argparse.ArgumentTypeError(f"{text!r} {values.REGISTRY.message}")
    return text


def _list(found: Entries) -> Sequence[str]:
    return [entry.image for entry in found]


def _table(found: Entries) -> Sequence[str]:
    rows = [("IMAGE", "AT THE MIRROR", "FOR"), *((x.image, x.mirrored, ", ".join(x.wanted_by)) for x in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return [f"{image:{widths[0]}}  {mirrored:{widths[1]}}  {why}" for image, mirrored, why in rows]


def _json(found: Entries) -> Sequence[str]:
    entries = [{"image": x.image, "mirrored": x.mirrored, "for": list(x.wanted_by)} for x in found]
    return [json.dumps(entries, indent=2)]


def _skopeo(found: Entries) -> Sequence[str]:
    """https://github.com/containers/skopeo/blob/main/docs/skopeo-copy.1.md"""
    return [f"skopeo copy --all --preserve-digests docker://{x.image} docker://{x.mirrored}" for x in found]


_FORMATS: Mapping[str, Callable[[Entries], Sequence[str]]] = {"list": _list, "table": _table, "json": _json, "skopeo": _skopeo}
