"""`kubeocr models bake`."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Hand over to the baker; 2 for a word that is none."""
    if arguments[:1] != ["bake"]:
        sys.stderr.write("usage: kubeocr models bake --help\n")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    from kubeocr_runtime import baking  # noqa: PLC0415 (its packages are there where images are built, not where they run)

    return int(baking.main(arguments[1:]))
