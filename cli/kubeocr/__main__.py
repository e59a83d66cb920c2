"""`kubeocr`: serve, ocr, models, operator. Each word's side is imported when it is asked for, and only then."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence

from kubeocr_contract import images

# word -> (module with `main(arguments) -> exit code`, a package that it needs, the extra that brings it, what it does)
COMMANDS = {
    "serve": ("kubeocr_runtime.commands.serve", "aiohttp", "runtime", "serve the HTTP API"),
    "ocr": ("kubeocr_runtime.commands.ocr", "cv2", "runtime", "read files and print their text"),
    "models": ("kubeocr_runtime.commands.models", "yaml", "runtime", "bake models into a folder, or verify those in it"),
    "images": ("kubeocr_operator.commands.images", "pydantic", "operator", "list the images that a site has to mirror"),
    "operator": ("kubeocr_operator.__main__", "kopf", "operator", "run the operator"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 2 for a word that is none, or whose packages are not installed."""
    word, *rest = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if word in {"", "-h", "--help"}:
        print(_usage())
        return 0
    if word == "--version":
        print(images.PROJECT_VERSION)
        return 0
    if word not in COMMANDS:
        print(f"kubeocr: {word!r} is no command; there are {', '.join(COMMANDS)}", file=sys.stderr)
        return 2
    return _run(word, rest[:-1])


def _run(word: str, rest: Sequence[str]) -> int:
    module, package, extra, _ = COMMANDS[word]
    if importlib.util.find_spec(package) is None:
        print(f"kubeocr {word}: {package} is not installed here; in a checkout: pip install '.[{extra}]'", file=sys.stderr)
        return 2
    return int(importlib.import_module(module).main(rest))


def _usage() -> str:
    lines = [f"  {word:10} {told}" for word, (*_, told) in COMMANDS.items()]
    return "\n".join(["usage: kubeocr COMMAND …", "", *lines, "", "kubeocr COMMAND --help tells more; --version the version."])


if __name__ == "__main__":
    sys.exit(main())
