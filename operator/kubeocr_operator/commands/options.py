"""Arguments that several commands have."""

import argparse
import pathlib

from kubeocr_contract import names


def files(parser: argparse.ArgumentParser, what_for: str, *, required: bool) -> None:
    """-f, as kubectl has it."""
    parser.add_argument(
        "-f", "--filename", action="append", default=[], required=required, metavar="FILE",
        help=f"{what_for}; - for standard input; repeatable",
    )  # fmt: skip


def configuration(parser: argparse.ArgumentParser, otherwise: str = "") -> None:
    """--config; `otherwise` says what there is without it."""
    parser.add_argument(
        "--config", type=pathlib.Path, metavar="FILE",
        help="the operator's configuration, as its ConfigMap has it" + (f" [{otherwise}]" if otherwise else ""),
    )  # fmt: skip


def namespaces(parser: argparse.ArgumentParser, otherwise: str) -> None:
    """-n, and where the operator is."""
    add = parser.add_argument
    add("-n", "--namespace", metavar="NAME", help=f"of what names none in its file [{otherwise}]")
    add(
        "--operator-namespace", default=names.OPERATOR_NAMESPACE, metavar="NAME",
        help="where the operator is, which network policies let in [%(default)s]",
    )  # fmt: skip
