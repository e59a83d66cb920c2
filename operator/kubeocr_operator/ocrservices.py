"""The stored OCRService as a frozen value: the first step of a reconcile. Pure."""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any

import pydantic
from pydantic_core import ErrorDetails

from kubeocr_operator import rules, specs, values


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class OCRService:
    """What a user wants, whole and valid."""

    name: str
    namespace: str
    uid: str
    generation: int
    spec: specs.Spec
    status: Mapping[str, Any]
    """As stored; empty before the first reconcile."""


class InvalidService(ValueError):
    """An OCRService that breaks its schema or its rules."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Each problem starts with the path of its field: `spec.replicas: …`."""
        super().__init__("; ".join(problems))
        self.problems = problems


def parse(body: Mapping[str, Any]) -> OCRService:
    """An object, as the API server has it or as a file does (without defaults, namespace, uid). Raises `InvalidService`."""
    try:
        valid = _Body.model_validate({**body})
    except pydantic.ValidationError as error:
        raise InvalidService(_problems(error.errors(include_url=False))) from None
    return OCRService(**valid.metadata.model_dump(), spec=valid.spec, status=valid.status)


class _Metadata(rules.Part):
    model_config = pydantic.ConfigDict(extra="ignore")
    name: Annotated[str, values.SERVICE_NAME]
    namespace: str = "default"
    uid: str = ""
    generation: int = 0


class _Body(rules.Part):
    model_config = pydantic.ConfigDict(extra="ignore")
    metadata: _Metadata
    spec: specs.Spec = specs.Spec()
    status: dict[str, Any] = pydantic.Field(default={})


def _problems(lines: list[ErrorDetails]) -> tuple[str, ...]:
    """All but "too short" of a list whose items were refused: those items are the problem."""
    inside = {line["loc"][:depth] for line in lines for depth in range(len(line["loc"]))}
    return tuple(_problem(line) for line in lines if line["type"] != "too_short" or line["loc"] not in inside)


def _problem(line: ErrorDetails) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in line["loc"]).removeprefix(".")
    return f"{path}: {_words(line)}"


def _words(line: ErrorDetails) -> str:
    if line["type"] == rules.BROKEN:
        return line["msg"]
    if line["type"] == "extra_forbidden":
        return "is no field of this resource"
    if line["type"] == "missing":
        return "is required"
    return f"{line['msg'].replace('Input should', 'must')}, not {line['input']!r}"
