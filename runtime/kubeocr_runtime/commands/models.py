"""`kubeocr models bake`, `quantise`, `verify` and `pull`."""

import argparse
import asyncio
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
    if word == "quantise":
        return quantise(rest[:-1])
    if word == "verify":
        return verify(rest[:-1])
    if word == "pull":
        return pull(rest[:-1])
    sys.stderr.write("usage: kubeocr models WORD --help, where WORD is bake, quantise, verify or pull\n")
    return 0 if word in {"-h", "--help"} else 2


def quantise(arguments: Sequence[str]) -> int:
    """Let the recognisers of a folder have weights in 8-bit integers beside their own; 1 where there is none to do it to."""
    from kubeocr_runtime import models, quantising  # noqa: PLC0415 (only who makes images has what it takes)

    parser = argparse.ArgumentParser(
        prog="kubeocr models quantise", description="Make 8-bit weights of the recognisers in a folder, beside their own."
    )
    parser.add_argument("folder", nargs="?", metavar="DIR", default=names.MODELS_DIR, help="default: %(default)s")
    folder = pathlib.Path(parser.parse_args(arguments).folder)
    try:
        found = quantising.choose(folder)
    except models.BadModels as e:
        sys.stderr.write(f"kubeocr models quantise: {e}\n")
        return 1
    if not found:
        sys.stderr.write(f"kubeocr models quantise: {folder} has no recogniser in ONNX that was baked into it\n")
        return 1
    for name in found:  # each takes a quarter of a minute
        quantising.quantise(folder, [name])
        _tell(f"{name}/{models.QUANTISED}")
    return 0


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


def pull(arguments: Sequence[str]) -> int:
    """Have an Ollama fetch models; 1 where it did not in time, `names.EXIT_NO_SUCH_MODEL` where one does not exist."""
    from kubeocr_runtime import last_words, pulling  # noqa: PLC0415 (where images bake their models neither is there)

    parser = argparse.ArgumentParser(prog="kubeocr models pull", description="Have an Ollama fetch the models that it lacks.")
    parser.add_argument("--ollama", required=True, metavar="URL", help="where it answers, such as http://localhost:11434")
    parser.add_argument("models", nargs="+", metavar="MODEL", help="a model as Ollama names it, such as qwen3:8b")
    given = parser.parse_args(arguments)
    try:
        asyncio.run(pulling.pull(given.ollama, given.models, _tell))
    except (pulling.NoSuchModel, pulling.NotPulled) as error:
        last_words.say(str(error))
        sys.stderr.write(f"kubeocr models pull: {error}\n")
        return names.EXIT_NO_SUCH_MODEL if isinstance(error, pulling.NoSuchModel) else 1
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
