"""`python -m cluster`: builds, starts and ends the project's own Kubernetes, for tests and demo and by hand."""

import argparse
import pathlib
import sys
import tempfile

from cluster import binaries, clusters, images, keda, own, policies


def main() -> int:
    """Runs one command; what is missing is one line on stderr and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m cluster", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build what the tests need: programs and both images")
    commands.add_parser("images", help="build both images only")
    start = commands.add_parser("up", help="start a cluster that stays, and print how to reach it")
    for command in (start, commands.add_parser("down", help="end that cluster")):
        command.add_argument("--name", default="hand")
    start.add_argument("--control-plane", action="store_true", help="no node: nothing runs, everything can be applied")
    start.add_argument("--keda", action="store_true", help="with KEDA on it")
    start.add_argument("--gpus", type=int, default=0, help="how many pretend nvidia.com/gpu the node counts")
    try:
        _run(parser.parse_args())
    except binaries.Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def _run(arguments: argparse.Namespace) -> None:
    if arguments.command == "build":
        clusters.prepare(own.Options(name="any"))
        if clusters.given() is None and keda.available():
            keda.prepare()
            policies.prepare()
        _images()
    elif arguments.command == "images":
        _images()
    elif arguments.command == "down":
        clusters.down(arguments.name)
    else:
        node = not arguments.control_plane
        running = clusters.up(own.Options(name=arguments.name, node=node, gpus=arguments.gpus, keep=True))
        if arguments.keda:
            keda.install(running)
        print(f"export KUBECONFIG={running.path}")


def _images() -> None:
    log = pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log"
    for name in images.NAMES:
        print(f"image {images.build(name, log=log).reference} (log: {log})", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
