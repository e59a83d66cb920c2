"""`kubeocr serve`."""

import argparse
import sys
from collections.abc import Sequence

from kubeocr_contract import settings
from kubeocr_runtime import last_words, serving
from kubeocr_runtime.commands import options


def main(arguments: Sequence[str]) -> int:
    """Serve; 2 for settings that are none."""
    parser = argparse.ArgumentParser(prog="kubeocr serve", description="Serve the HTTP API.")
    options.add_flags(parser, server=True)
    given = parser.parse_args(arguments)
    try:
        return serving.serve(options.chosen(given))
    except settings.InvalidSettings as e:
        sys.stderr.write(f"kubeocr serve: {options.explained(e, given)}\n")
        last_words.say(options.explained(e, given))
        return 2
