"""`kubeocr operator`, or `python -m kubeocr_operator`."""

import argparse
import asyncio
import logging
import os
import pathlib
import socket
import sys
import uuid
from collections.abc import Sequence

from kubeocr_contract import names, settings
from kubeocr_operator import application, connections, errors

_ENV = f"{settings.ENV_PREFIX}OPERATOR_"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one replica of the operator. Exit status 0 after SIGTERM, 1 where it could not go on, 2 for wrong arguments."""
    options = parse(sys.argv[1:] if argv is None else argv)
    try:
        asyncio.run(application.run(options))
    except errors.OperatorError as error:
        print(f"kubeocr operator: {error}" + (f": {error.__cause__}" if error.__cause__ else ""), file=sys.stderr)
        return 1
    return 0


def parse(argv: Sequence[str]) -> application.Options:
    """The options; each may also come from the environment, as KUBEOCR_OPERATOR_<OPTION>."""
    found = _parser().parse_args(argv)
    _log(found.log_level)
    return application.Options(
        namespaces=tuple(found.namespace),
        config=pathlib.Path(found.config) if found.config else None,
        lease_namespace=found.lease_namespace,
        identity=f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}",
        workers=found.workers,
        host=found.host,
        port=found.port,
        resync_seconds=found.resync_seconds,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kubeocr operator", description=f"Turns each {names.KIND} into a service that reads.")
    add = parser.add_argument
    namespaces = _default("NAMESPACE", "").split(",")
    add("--namespace", action="append", default=[n for n in namespaces if n], help="serve only this one; repeatable")
    add("--config", default=_default("CONFIG", ""), help="YAML file with cluster-wide defaults: images, pull secrets, …")
    add(
        "--lease-namespace",
        default=_default("LEASE_NAMESPACE", connections.own_namespace() or "default"),
        help="where the Lease is [%(default)s]",
    )
    add("--workers", type=_positive, default=_default("WORKERS", "10"), help="services reconciled at once [%(default)s]")
    add("--host", default=_default("HOST", ""), help="address of probes and metrics [all]")
    add("--port", type=int, default=_default("PORT", str(names.OPERATOR_PORT)), help="port of probes and metrics [%(default)s]")
    add(
        "--resync-seconds",
        type=float,
        default=_default("RESYNC_SECONDS", "600"),
        help="look at all so often [%(default)s]",
    )
    add("--log-level", default=_default("LOG_LEVEL", "info"), choices=settings.CHOICES["log_level"], help="[%(default)s]")
    return parser


def _default(option: str, otherwise: str) -> str:
    return os.environ.get(_ENV + option, otherwise)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _log(level: str) -> None:
    """Lines of key=value on standard error; kopf only when something is wrong."""
    shape = "time=%(asctime)s level=%(levelname)s logger=%(name)s message=%(message)s"
    logging.basicConfig(level=level.upper(), format=shape)
    for name in ("kopf", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


if __name__ == "__main__":
    raise SystemExit(main())
