"""`kubeocr keys new`."""

import argparse
import hashlib
import secrets
import sys
from collections.abc import Sequence

from kubeocr_runtime import keys

_PREFIX = "kocr_"
"""Tells whoever finds one where it does not belong what it is."""
_BYTES = 32


def main(arguments: Sequence[str]) -> int:
    """Draw a key: it goes to standard error, once, and a Secret's entry, which does not tell it, to standard output."""
    parser = argparse.ArgumentParser(prog="kubeocr keys", description="API keys of a service (spec.auth.apiKeysSecret).")
    new = parser.add_subparsers(metavar="WORD", required=True).add_parser(
        "new",
        help="draw a key",
        description="Draw a key. Standard error tells it, this once; standard output is the entry of a Secret that lets it in:"
        " kubeocr keys new > alice && kubectl create secret generic ocr-keys --from-file=alice",
    )
    for field, told in keys.AMOUNTS.items():
        new.add_argument(f"--{field.replace('_', '-')}", metavar="N", type=int, help=f"{told} in the entry")
    new.add_argument("--admin", action="store_true", help="it may do what only an admin's key may")
    given = parser.parse_args(arguments)
    key = _PREFIX + secrets.token_urlsafe(_BYTES)
    amounts = {told: getattr(given, field) for field, told in keys.AMOUNTS.items() if getattr(given, field) is not None}
    lines = [f"{keys.DIGEST}: {hashlib.sha256(key.encode()).hexdigest()}", *(["admin: true"] if given.admin else [])]
    entry = "\n".join([*lines, *(f"{told}: {amount}" for told, amount in amounts.items())]) + "\n"
    try:
        keys.parse("new", entry)
    except ValueError as e:
        sys.stderr.write(f"kubeocr keys new: {e}\n")
        return 2
    sys.stderr.write(f"{key}\n")
    sys.stdout.write(entry)
    return 0
