"""`kubeocr models bake`, `kubeocr models verify`."""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from kubeocr_contract import names


def main(arguments: Sequence[str]) -> int:
    """Hand over to the word's own function; 2 for a word that is none."""
    word, *rest = [*arguments, ""]
    if word == "bake":
        from kubeocr_runtime import baking  # noqa: PLC0415 (what it fetches with is there where images are built)

        return int(baking.main(rest[:-1]))
    if word == "verify":
        return verify(rest[:-1])
    sys.stderr.write("usage: kubeocr models bake --help, or kubeocr models verify --help\n")
    return 0 if word in {"-h", "--help"} else 2


def verify(arguments: Sequence[str]) -> int:
    """Say of each file of a folder's manifest that is not as it was baked, what is wrong with it; 1 where any is."""
    from kubeocr_runtime import models  # noqa: PLC0415 (--help of a word needs none of it)

    parser = argparse.ArgumentParser(prog="kubeocr models verify", description="Compare models with their manifest.")
    parser.add_argument("folder", nargs="?", metavar="DIR", default=names.MODELS_DIR, help="default: %(default)s")
    folder = pathlib.Path(parser.parse_args(arguments).folder)
    try:
        files = list(models.recorded(folder))
    except models.BadModels as e:
        files, problems = [], [str(e)]
    else:
        found = (file.problem for file in files)
        problems = [problem for problem in found if problem] if files else [f"{folder} has no {names.MANIFEST_FILE}"]
    for problem in problems:
        sys.stderr.write(f"kubeocr models verify: {problem}\n")
    if not problems:
        count = len({file.model for file in files})
        sys.stdout.write(f"{count} models, {len(files)} files in {folder} are as they were baked\n")
    return 1 if problems else 0
