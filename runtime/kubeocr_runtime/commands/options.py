"""Flags of the command line over the environment, into `Settings`."""

import argparse
import dataclasses
import os
from collections.abc import Mapping

from kubeocr_contract import settings

_FLAGS: Mapping[str, str] = {
    "languages": "catalogue ids to load, separated by commas",
    "model_version": "version of PP-OCR",
    "model_size": "size of the models",
    "models_dir": "folder of baked models; empty for those that Python packages carry",
    "engine": "inference engine",
    "device": "what to run on",
    "threads": "threads of one inference, 0 for all there are",
    "log_level": "how much is logged",
}
_SERVER_FLAGS: Mapping[str, str] = {"host": "address to listen on", "port": "port to listen on"}


def add_flags(parser: argparse.ArgumentParser, *, server: bool) -> None:
    """A flag for each setting that a person would set by hand; the environment has the rest."""
    for field, told in {**_FLAGS, **(_SERVER_FLAGS if server else {})}.items():
        allowed = f" ({', '.join(settings.CHOICES[field])})" if field in settings.CHOICES else ""
        parser.add_argument(
            f"--{field.replace('_', '-')}", dest=field, metavar="VALUE", help=f"{told}{allowed}; {settings.variable(field)}"
        )


def chosen(arguments: argparse.Namespace) -> settings.Settings:
    """The environment's settings with the flags that were given in their place. Raises `settings.InvalidSettings`."""
    known = {field.name for field in dataclasses.fields(settings.Settings)}
    given = {settings.variable(name): value for name, value in vars(arguments).items() if name in known and value is not None}
    return settings.from_env({**os.environ, **given})
