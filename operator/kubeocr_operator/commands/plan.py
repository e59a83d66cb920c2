"""`kubeocr plan`: what the operator would make of OCRServices, without a cluster."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import yaml

from kubeocr_contract import names
from kubeocr_operator import accelerators, config, errors, manifests, previews
from kubeocr_operator.commands import options

Previews = Sequence[previews.Preview]
_DESCRIPTION = f"""Print the objects that the operator would make of each {names.KIND}, in the order in which it applies them.

No cluster is asked: what only a cluster can tell is said on standard error. What the files say in their status, as after
`kubectl get -o yaml`, counts: a chosen image stays, and so does a decided accelerator. Without one the service is a new one,
and owner references are left out, for it has no uid yet."""
_OWN_LIST = "planned with this release's own list of images; --config takes the cluster's (docs/OPERATIONS.md, Before applying)"


def main(arguments: Sequence[str], program: str = "kubeocr") -> int:
    """Prints the objects; 1 for files that are wrong or cannot be met, 2 for words that mean nothing."""
    parser = _parser(f"{program} plan")
    given = parser.parse_args(arguments)
    try:
        found = _previews(given)
    except (errors.InvalidConfig, errors.NotCarried, manifests.InvalidManifest) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    for line in _notes(found, parser.prog, listed=given.config is not None):
        sys.stderr.write(line + "\n")
    for line in _FORMATS[given.output](found):
        sys.stdout.write(line + "\n")
    return 0


def _previews(given: argparse.Namespace) -> Previews:
    defaults = dataclasses.replace(config.read(given.config), operator_namespace=given.operator_namespace)
    services = manifests.read(given.filename, given.namespace)
    return [previews.of(service, defaults, given.accelerator) for service in services]


def _notes(found: Previews, program: str, *, listed: bool) -> Iterator[str]:
    """What is open. Which images a cluster has decides what it refuses."""
    if found and not listed:
        yield f"{program}: {_OWN_LIST}"
    yield from (f"{_label(preview)}: {note}" for preview in found for note in preview.notes)


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program, description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.files(parser, f"{names.KIND}s; other objects are passed over", required=True)
    options.configuration(parser, "this release's defaults")
    options.namespaces(parser, manifests.DEFAULT_NAMESPACE)
    parser.set_defaults(namespace=manifests.DEFAULT_NAMESPACE)
    add = parser.add_argument
    add("--accelerator", choices=(accelerators.CPU, accelerators.GPU), help="what mode auto comes to")
    add("-o", "--output", choices=tuple(_FORMATS), default="yaml", help="[%(default)s]")
    return parser


def _yaml(found: Previews) -> Iterator[str]:
    for preview in found:
        yield f"# {names.KIND} {_label(preview)}: {preview.plan.image} on {preview.plan.accelerator}"
        for child in preview.children:
            yield "---\n" + yaml.safe_dump(child, sort_keys=False, allow_unicode=True, width=120).rstrip()


def _json(found: Previews) -> Iterator[str]:
    items = [child for preview in found for child in preview.children]
    yield json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2)


def _summary(found: Previews) -> Iterator[str]:
    for number, preview in enumerate(found):
        plan = preview.plan
        yield from [""] * (number > 0)
        yield f"{names.KIND} {_label(preview)}"
        rows = {
            "image": f"{plan.image} ({plan.image_reason})",
            "runs on": plan.accelerator,
            "languages": ", ".join(plan.spec.languages),
            "replicas": _replicas(preview),
            "url": plan.url,
        }
        yield from (f"  {name:10} {value}" for name, value in rows.items())
        yield from (f"  {'' if index else 'objects':10} {_child(child)}" for index, child in enumerate(preview.children))


def _replicas(preview: previews.Preview) -> str:
    scaling = preview.plan.autoscaling
    if scaling is None:
        return str(preview.plan.replicas)
    return f"{0 if scaling.scale_to_zero else scaling.min_replicas} to {scaling.max_replicas}, by {scaling.provider}"


def _child(child: previews.Object) -> str:
    return f"{child['kind']} {child['metadata']['name']}"


def _label(preview: previews.Preview) -> str:
    return f"{preview.service.namespace}/{preview.service.name}"


_FORMATS: Mapping[str, Callable[[Previews], Iterator[str]]] = {"yaml": _yaml, "json": _json, "summary": _summary}
