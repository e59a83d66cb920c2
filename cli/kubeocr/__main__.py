"""`kubeocr`: serve, ocr, models, keys, operator, and what looks at OCRServices, which is `kubectl ocr` as well.

Each word's side is imported when it is asked for, and only then.
"""

import dataclasses
import importlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from kubeocr_contract import images


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """What is behind a word."""

    module: str
    """Has `main(arguments) -> exit code`; of a plugin's word `main(arguments, program)`, with the program's name."""
    extra: str
    """That brings the packages of its side."""
    told: str
    plugin: bool = False
    """Whether it is a word of the kubectl plugin, too."""


COMMANDS = {
    "serve": Command("kubeocr_runtime.commands.serve", "runtime", "serve the HTTP API"),
    "ocr": Command("kubeocr_runtime.commands.ocr", "runtime", "read files and print their text"),
    "models": Command("kubeocr_runtime.commands.models", "runtime", "bake models into a folder, or verify those in it"),
    "keys": Command("kubeocr_runtime.commands.keys", "runtime", "draw an API key, and print the entry of a Secret for it"),
    "plan": Command("kubeocr_operator.commands.plan", "operator", "print what OCRServices would become", plugin=True),
    "diff": Command("kubeocr_operator.commands.diff", "operator", "show what applying them would change", plugin=True),
    "images": Command("kubeocr_operator.commands.images", "operator", "list the images that a site has to mirror", plugin=True),
    "operator": Command("kubeocr_operator.__main__", "operator", "run the operator"),
}
_CUT_OFF = 128 + signal.SIGPIPE
_PLUGIN = {word: command for word, command in COMMANDS.items() if command.plugin}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 2 for a word that is none, or whose packages are not installed."""
    return _dispatch("kubeocr", COMMANDS, sys.argv[1:] if arguments is None else arguments)


def kubectl(arguments: Sequence[str] | None = None) -> int:
    """As `main`, for the words that are about OCRServices: kubectl runs a program `kubectl-ocr` for `kubectl ocr`.

    https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
    """
    return _dispatch("kubectl ocr", _PLUGIN, sys.argv[1:] if arguments is None else arguments)


def _dispatch(program: str, commands: Mapping[str, Command], arguments: Sequence[str]) -> int:
    word, *rest = [*arguments, ""]
    if word in {"", "-h", "--help"}:
        print(_usage(program, commands))
        return 0
    if word == "--version":
        print(images.PROJECT_VERSION)
        return 0
    if word not in commands:
        print(f"{program}: {word!r} is no command; there are {', '.join(commands)}", file=sys.stderr)
        return 2
    return _run(program, word, rest[:-1])


def _run(program: str, word: str, rest: Sequence[str]) -> int:
    command = COMMANDS[word]
    try:
        main = importlib.import_module(command.module).main
        code = int(main(rest, program) if command.plugin else main(rest))
        sys.stdout.flush()
    except ModuleNotFoundError as e:
        print(
            f"{program} {word}: {e.name} is not installed here; in a checkout: pip install '.[{command.extra}]'",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:  # whoever read it has seen enough, as `head` has; https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _CUT_OFF
    return code


def _usage(program: str, commands: Mapping[str, Command]) -> str:
    lines = [f"  {word:10} {command.told}" for word, command in commands.items()]
    ends = f"{program} COMMAND --help tells more; --version the version."
    return "\n".join([f"usage: {program} COMMAND …", "", *lines, "", ends])


if __name__ == "__main__":
    sys.exit(main())
