from kubeocr_contract import outputs, wire
from kubeocr_runtime import openapi


def test_every_format_is_a_type_of_the_answer() -> None:
    answers = openapi.document()["paths"]["/ocr/ppocrv6"]["post"]["responses"]
    assert set(answers["200"]["content"]) == {each.media for each in outputs.OUTPUTS.values()} | {wire.JSON_LINES}
    assert "allowed" in answers["406"]["description"]


def test_a_format_may_be_a_field_or_behind_the_question_mark() -> None:
    document = openapi.document()
    properties = document["components"]["schemas"]["OcrForm"]["properties"]
    assert properties["format"]["enum"] == list(outputs.OUTPUTS)
    assert properties["words"]["default"] is False
    assert "format" in {each["name"] for each in document["paths"]["/ocr/ppocrv6"]["post"]["parameters"]}


def test_a_line_may_have_words() -> None:
    line = openapi.document()["components"]["schemas"]["Line"]
    assert "words" not in line["required"]
    assert set(line["properties"]["words"]["items"]["required"]) == set(outputs.word("a", 1.0, ()))
