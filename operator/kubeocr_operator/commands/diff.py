"""`kubeocr diff`: what applying OCRServices would change in a cluster, children included."""

import argparse
import asyncio
import contextlib
import dataclasses
import logging
import sys
from collections.abc import Iterator, Sequence

from kubeocr_contract import names
from kubeocr_operator import (
    changes,
    cluster,
    config,
    connections,
    drafts,
    errors,
    installations,
    kinds,
    manifests,
    metrics,
    rehearsals,
)
from kubeocr_operator.commands import options

SAME, DIFFERENT, FAILED = 0, 1, 2
_DESCRIPTION = f"""Show what applying each {names.KIND} would change: itself, and every object that the operator makes of it.

The API server is asked by dry runs, and nothing is written. That takes the right to patch what the operator would write, in
the service's namespace. Exit status: 0 for no difference, 1 for differences, 2 for what could not be found out."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Result:
    """What is to be said of one service."""

    label: str
    rehearsed: rehearsals.Rehearsed


def main(arguments: Sequence[str], program: str = "kubeocr") -> int:
    """Prints the differences; 0 where there is none, 1 where there is one, 2 for anything else."""
    parser = _parser(f"{program} diff")
    given = parser.parse_args(arguments)
    logging.getLogger("kubernetes").setLevel(logging.ERROR)  # "Config not found", before we say so ourselves
    try:
        found = asyncio.run(_results(given))
    except (errors.OperatorError, manifests.InvalidManifest) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return FAILED
    for result in found:
        for note in result.rehearsed.notes:
            sys.stderr.write(f"{result.label}: {note}\n")
        for line in _lines(result):
            sys.stdout.write(line + "\n")
    return DIFFERENT if any(result.rehearsed.changes for result in found) else SAME


async def _results(given: argparse.Namespace) -> list[_Result]:
    target = connections.Target(given.kubeconfig, given.context)
    namespace = given.namespace or connections.namespace(target) or manifests.DEFAULT_NAMESPACE
    bodies = manifests.bodies(given.filename, namespace)
    async with contextlib.AsyncExitStack() as ends:
        client = await connections.connect(target)
        ends.push_async_callback(client.close)
        # a lease that nobody holds: what is not a draft is not written
        server, desk = cluster.KubeCluster(client, metrics.Metrics(), lambda: False), drafts.KubeDrafts(client)
        ends.push_async_callback(server.close)
        ends.push_async_callback(desk.close)
        if not await server.served(kinds.OCR_SERVICE):
            raise errors.Refused(f"the cluster knows no {names.KIND} of {names.API_VERSION}: its CRD is not installed")
        defaults = await _defaults(given, server)
        found = [await rehearsals.rehearse(body, server, desk, defaults, given.field_manager) for body in bodies]
    labels = (f"{body['metadata']['namespace']}/{body['metadata']['name']}" for body in bodies)
    return [_Result(label, rehearsed) for label, rehearsed in zip(labels, found, strict=True)]


async def _defaults(given: argparse.Namespace, server: cluster.KubeCluster) -> config.Config:
    if given.config is not None:
        return dataclasses.replace(config.read(given.config), operator_namespace=given.operator_namespace)
    found = await installations.configuration(server, given.operator_namespace)
    if found.doubt:
        sys.stderr.write(f"{found.doubt}\n")
    return found.config


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program, description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.files(parser, f"{names.KIND}s; other objects are passed over", required=True)
    options.namespaces(parser, "the context's")
    options.configuration(parser, f"the ConfigMap {names.CONFIG_MAP} beside the operator")
    add = parser.add_argument
    add("--kubeconfig", metavar="FILE", help="[KUBECONFIG, or ~/.kube/config]")
    add("--context", metavar="NAME", help="of the kubeconfig [the current one]")
    add(
        "--field-manager", default="kubectl", metavar="NAME",
        help="of your server-side applies; `kubectl apply` without --server-side is recognised by its annotation [%(default)s]",
    )  # fmt: skip
    return parser


def _lines(result: _Result) -> Iterator[str]:
    found = result.rehearsed.changes
    yield f"# {names.KIND} {result.label}: {changes.verdict(found)}"
    for change in found:
        yield from change.lines
