"""Answers lines of JSON with lines of JSON. Runs in a peer's environment; imports nothing of ours.

In: {"path": FILE}. Out: {"ready": true} once, then {"text": TEXT} or {"error": WHY}, one for each line.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable

Read = Callable[[str], Iterable[str]]
"""A file's lines of text."""


def serve(load: Callable[[], Read]) -> None:
    """Load, say so, and read until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print is no answer
    read = load()
    answers.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        answers.write(json.dumps(_answer(read, json.loads(line)["path"])) + "\n")


def _answer(read: Read, path: str) -> dict[str, str]:
    try:
        return {"text": "\n".join(read(path))}
    except Exception as e:  # noqa: BLE001 - whatever a library raises is its answer
        return {"error": f"{type(e).__name__}: {e}"}
