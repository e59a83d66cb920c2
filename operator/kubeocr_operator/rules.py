"""Rules that a type alone cannot say, each written once for both that hold them: CEL in the CRD, Python in `ocrservices.parse`.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
"""

import dataclasses
import json
import re
import string
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import pydantic
import pydantic.alias_generators
import pydantic_core
from pydantic_core import core_schema

_NUMBER = 32
"""Most characters of a number or quantity: CEL's cost has to be bounded."""
BROKEN = "broken_rule"
"""The type of a pydantic error whose message comes from here, and so says all there is to say."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A condition that `cel` states on `self` and `holds` on the Python value of the same thing."""

    cel: str
    holds: Callable[[Any], bool]
    message: str
    """Says what is allowed. `{name}` stands for a field of `self` that is a bounded string, by its name in the resource.

    The API server bounds what a message may cost, and does not know how long a number gets as a string.
    """
    at: tuple[str, ...] = ()
    """The field at fault, below `self`, by its names in the resource."""

    def schema(self) -> dict[str, str]:
        """As an entry of x-kubernetes-validations."""
        message = _expression(self.message) if "{" in self.message else {"message": self.message}
        place = {"fieldPath": "".join(f".{name}" for name in self.at)} if self.at else {}
        return {"rule": self.cel, **message, **place}

    def complaint(self, value: pydantic.BaseModel) -> pydantic_core.InitErrorDetails:
        """As a line of a pydantic error about `value`."""
        known = value.model_dump(by_alias=True, mode="json")
        return {"type": error(self.message.format_map(known)), "loc": self.at, "input": None}


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Checked:
    """What a single value must be: `Annotated[str, Checked(...)]`. The CRD gets its schema, Python its check."""

    schema: Mapping[str, object]
    holds: Callable[[Any], bool]
    message: str

    def __get_pydantic_core_schema__(self, source: object, handler: pydantic.GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """The hook of pydantic for validation: this check alone, in place of that of the annotated type."""
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> dict[str, object]:
        """The hook of pydantic for the schema."""
        return dict(self.schema)

    def _check(self, value: object) -> object:
        if not self.holds(value):
            raise error(f"{self.message}, not {value!r}")
        return value


class Part(pydantic.BaseModel):
    """A part of a resource: frozen, camelCase outside, nothing unknown, and all of its `RULES` hold."""

    model_config = pydantic.ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=pydantic.alias_generators.to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )
    RULES: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: core_schema.CoreSchema, handler: pydantic.GetJsonSchemaHandler
    ) -> dict[str, object]:
        """The hook of pydantic for the schema: the rules belong to it."""
        schema = handler.resolve_ref_schema(handler(core))
        if cls.RULES:
            schema["x-kubernetes-validations"] = [rule.schema() for rule in cls.RULES]
        return schema

    def document(self) -> dict[str, Any]:
        """As the resource has it: camelCase, without what is absent, defaults included."""
        return self.model_dump(by_alias=True, mode="json", exclude_none=True)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: object) -> object:
        """The API server replaces a null by the field's default, too."""
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, Mapping) else data

    @pydantic.model_validator(mode="after")
    def _held(self) -> Self:
        broken = [rule.complaint(self) for rule in self.RULES if not rule.holds(self)]
        if broken:
            raise pydantic_core.ValidationError.from_exception_data(type(self).__name__, broken)
        return self


def choice(*allowed: str) -> Checked:
    """One of these words."""
    return Checked(
        schema={"type": "string", "enum": list(allowed), "maxLength": 63},
        holds=lambda value: isinstance(value, str) and value in allowed,
        message=f"must be one of {', '.join(allowed)}",
    )


def text(*, pattern: str, longest: int, message: str) -> Checked:
    """A string that a regular expression (of those that RE2 and Python read alike) matches as a whole."""
    rule = Rule(cel=f"self.matches(r'^(?:{pattern})$')", holds=bool, message=message)
    return Checked(
        schema={"type": "string", "maxLength": longest, "x-kubernetes-validations": [rule.schema()]},
        holds=lambda value: isinstance(value, str) and len(value) <= longest and whole(pattern, value),
        message=message,
    )


def number_or_text(*, cel: str, holds: Callable[[int | str], bool], message: str) -> Checked:
    """A whole number or a string, as Kubernetes has it for percentages and quantities."""
    rule = Rule(cel=cel, holds=holds, message=message)
    return Checked(
        schema={"x-kubernetes-int-or-string": True, "maxLength": _NUMBER, "x-kubernetes-validations": [rule.schema()]},
        holds=lambda value: type(value) in {int, str} and len(str(value)) <= _NUMBER and holds(value),
        message=message,
    )


def whole(pattern: str, value: str) -> bool:
    """Whether all of a string matches."""
    return re.fullmatch(pattern, value) is not None


def error(message: str) -> pydantic_core.PydanticCustomError:
    """A broken rule, for a validator to raise."""
    return pydantic_core.PydanticCustomError(BROKEN, "{message}", {"message": message})


def _expression(message: str) -> dict[str, str]:
    """A message with placeholders as the CEL expression that fills them."""
    parts = string.Formatter().parse(message)
    pieces = ((json.dumps(literal) if literal else "", f"self.{name}" if name else "") for literal, name, *_ in parts)
    return {"messageExpression": " + ".join(piece for pair in pieces for piece in pair if piece)}
