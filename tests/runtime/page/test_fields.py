"""What the page takes from the server's description of itself: fields.js, run by the browser."""

import pytest

from kubeocr_contract import structured, wire

pytestmark = pytest.mark.xdist_group("browser")
FIELDS = 'const fields = await import("./page/fields.js");'


def described(**properties: object) -> dict[str, object]:
    """A description with one route, whose form has these fields besides its file."""
    form = {"type": "object", "required": ["file", "keys"], "properties": {"file": {"type": "string"}, **properties}}
    post = {
        "summary": "Read",
        "requestBody": {"content": {"multipart/form-data": {"schema": form}}},
        "responses": {"200": {"content": {"application/json": {}}}},
    }
    return {"paths": {"/ocr/new": {"post": post}, "/languages": {"get": {}}}}


def test_the_routes_that_read_are_the_pipelines(screen) -> None:
    found = screen().js(FIELDS + 'return fields.pipelines(await (await fetch("openapi.json")).json());')
    assert [each["path"] for each in found if each["streams"]] == [route.path for route in wire.OCR_ROUTES]
    assert all(each["hasLanguage"] for each in found)
    assert {each["name"] for each in found[0]["fields"]} >= {*wire.FLAGS, wire.ORDER_FIELD, wire.TEXT_LAYER_FIELD}


def test_a_route_that_is_new_comes_with_its_fields_and_formats(screen) -> None:
    text, formats = {"type": "string"}, {"type": "string", "enum": ["json", "hocr", "pdf"]}
    (found,) = screen().js(FIELDS + "return fields.pipelines(values[0]);", described(keys=text, format=formats))
    assert (found["path"], found["streams"], found["hasLanguage"], found["formats"]) == (
        "/ocr/new", False, False, ["json", "hocr", "pdf"],
    )  # fmt: skip
    assert found["fields"] == [{"name": "keys", "schema": text, "needed": True}]


def test_what_can_only_be_one_thing_is_not_asked_for(screen) -> None:
    one = {"type": "string", "enum": ["never"], "default": "never"}
    (found,) = screen().js(FIELDS + "return fields.pipelines(values[0]);", described(text_layer=one, keys={"type": "string"}))
    assert [each["name"] for each in found["fields"]] == ["keys"]


def test_an_archive_is_a_format_and_not_a_way_to_show_an_answer(screen) -> None:
    found = screen().js(FIELDS + 'return fields.pipelines(await (await fetch("openapi.json")).json());')
    (markdown,) = (each for each in found if each["path"] == structured.MARKDOWN)
    (images,) = (each for each in markdown["fields"] if each["name"] == structured.IMAGES_FIELD)
    assert (markdown["formats"], images["schema"]["enum"]) == (["zip"], ["inline", "none"])


@pytest.mark.parametrize(
    ("schema", "change", "sent"),
    [
        pytest.param({"type": "boolean", "default": True}, "", None, id="flag-as-it-was"),
        pytest.param({"type": "boolean", "default": True}, "input.checked = false", "false", id="flag"),
        pytest.param({"enum": ["a", "b"], "default": "b"}, "", None, id="choice-as-it-was"),
        pytest.param({"enum": ["a", "b"], "default": "b"}, "input.value = 'a'", "a", id="choice"),
        pytest.param({"enum": ["a", "b"]}, "", None, id="choice-without-default"),
        pytest.param(
            {"type": "number", "minimum": 0.5, "maximum": 2, "default": 1}, "input.value = '1.25'", "1.25", id="number"
        ),
        pytest.param({"type": "string"}, "input.value = ' Total '", "Total", id="text"),
        pytest.param({"type": "string"}, "", None, id="no-text"),
    ],
)
def test_only_what_is_changed_is_sent(screen, schema: dict[str, object], change: str, sent: str | None) -> None:
    script = f"""{FIELDS}
      const box = fields.control({{name: "x", schema: values[0], needed: false}});
      const input = box.querySelector("[data-field]");
      {change};
      return [fields.values([input]), box.querySelector("label").htmlFor === input.id];"""
    assert screen().js(script, schema) == [[["x", sent]] if sent is not None else [], True]


@pytest.mark.parametrize(("value", "valid"), [("1", True), ("2.5", False), ("0", False), ("x", True)], ids=str)
def test_a_number_keeps_to_its_range(screen, value: str, valid: bool) -> None:
    """Letters never get into such a field."""
    script = f"""{FIELDS}
      const schema = {{type: "integer", minimum: 1, maximum: 2}};
      const input = fields.control({{name: "x", schema, needed: false}}).querySelector("input");
      input.value = values[0];
      return input.checkValidity();"""
    assert screen().js(script, value) == valid
