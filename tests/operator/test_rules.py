"""A rule is one thing: its CEL, its check in Python, its message and its place."""

from typing import Annotated

import pydantic
import pytest

from kubeocr_operator import rules


class Range(rules.Part):
    RULES = (
        rules.Rule(
            cel="self.least <= self.most",
            holds=lambda x: x.least <= x.most,
            message="least must be at most most",
            at=("least",),
        ),
        rules.Rule(cel="self.unit != ''", holds=lambda x: x.unit != "", message='"{unit}" is empty'),
    )
    least: int = 0
    most: int = 1
    unit: str = "page"


class Holder(rules.Part):
    part_of_it: Range = Range()
    word: Annotated[str, rules.choice("a", "b")] = "a"
    code: Annotated[str, rules.text(pattern="[0-9]{2}|x", longest=2, message="must be two digits or x")] = "x"


def complaints(value: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(pydantic.ValidationError) as caught:
        Holder.model_validate(value)
    return [(line["loc"], line["msg"]) for line in caught.value.errors()]


def test_every_broken_rule_is_told_with_its_place_and_values() -> None:
    assert complaints({"partOfIt": {"least": 2, "unit": ""}, "word": "c", "code": "123"}) == [
        (("partOfIt", "least"), "least must be at most most"),
        (("partOfIt",), '"" is empty'),
        (("word",), "must be one of a, b, not 'c'"),
        (("code",), "must be two digits or x, not '123'"),
    ]


@pytest.mark.parametrize("code", ["1", "1\n", "12\n", "xx", 12, None])
def test_text_matches_as_a_whole(code: object) -> None:
    assert complaints({"code": code} if code is not None else {"code": []})[0][0] == ("code",)


def test_the_schema_has_the_rules() -> None:
    schema = Holder.model_json_schema()
    assert schema["$defs"]["Range"]["x-kubernetes-validations"] == [
        {"rule": "self.least <= self.most", "message": "least must be at most most", "fieldPath": ".least"},
        {"rule": "self.unit != ''", "messageExpression": '"\\"" + self.unit + "\\" is empty"'},
    ]
    assert schema["properties"]["word"]["enum"] == ["a", "b"]
    assert schema["properties"]["code"]["x-kubernetes-validations"] == [
        {"rule": "self.matches(r'^(?:[0-9]{2}|x)$')", "message": "must be two digits or x"}
    ]


def test_a_part_is_frozen_and_knows_all_of_its_fields() -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Range().least = 3  # type: ignore[misc]
    assert complaints({"other": 1})[0][0] == ("other",)


def test_a_document_is_camel_case_and_a_null_is_the_default() -> None:
    assert Holder.model_validate({"partOfIt": None, "word": None}).document() == {
        "partOfIt": {"least": 0, "most": 1, "unit": "page"}, "word": "a", "code": "x",
    }  # fmt: skip
