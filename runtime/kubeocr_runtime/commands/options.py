"""Flags of the command line over the environment, into `Settings`."""

import argparse
import dataclasses
import os
from collections.abc import Mapping

from kubeocr_contract import settings

_FLAGS: Mapping[str, str] = {
    "model_version": "version of PP-OCR",
    "model_size": "size of the models",
    "models_dir": "folder of baked models; empty for those that Python packages carry",
    "engine": "inference engine",
    "engine_cache_dir": "folder where engines keep what they compiled; empty for none",
    "precision": "what models are computed in",
    "device": "what to run on",
    "threads": "threads of one inference, 0 for what the CPUs and the engine do best",
    "streams": "inferences at the same time, 0 for what CPUs and engine do best",
    "characters": "what is recognised: the scripts of the languages, or all that a model knows",
    "detection_side": "pixels of a page's longest side for finding lines, 320 to 4000; 0 for PaddleOCR's own 4000",
    "models_verify": "which models are compared with their manifest",
}
_SERVER_FLAGS: Mapping[str, str] = {
    "languages": "catalogue ids to load before the server is ready, separated by commas",
    "host": "address to listen on",
    "port": "port to listen on",
    "api_keys_dir": "folder of API keys, one a file; empty for none",
    "tls_dir": "folder with tls.crt and tls.key; empty for plain HTTP",
    "log_level": "how much is logged",
}


def add_flags(parser: argparse.ArgumentParser, *, server: bool) -> None:
    """A flag for each setting that a person would set by hand; the environment has the rest."""
    for field, told in {**_FLAGS, **(_SERVER_FLAGS if server else {})}.items():
        allowed = f" ({', '.join(settings.CHOICES[field])})" if field in settings.CHOICES else ""
        parser.add_argument(_flag(field), dest=field, metavar="VALUE", help=f"{told}{allowed}; {settings.variable(field)}")


def chosen(arguments: argparse.Namespace) -> settings.Settings:
    """The environment's settings with the flags that were given in their place. Raises `settings.InvalidSettings`."""
    return settings.from_env({**os.environ, **_given(arguments)})


def explained(error: settings.InvalidSettings, arguments: argparse.Namespace) -> str:
    """What is wrong, under the name by which it was said: the flag's, or the variable's where there was no flag."""
    given = settings.variable(error.field) in _given(arguments)
    return f"{_flag(error.field)}: {error.problem}" if given else str(error)


def _given(arguments: argparse.Namespace) -> dict[str, str]:
    known = {field.name for field in dataclasses.fields(settings.Settings)}
    return {settings.variable(name): value for name, value in vars(arguments).items() if name in known and value is not None}


def _flag(field: str) -> str:
    return f"--{field.replace('_', '-')}"
