"""What a caller may say of enhancement, and what is wrong with what it may not."""

import dataclasses
import json
from typing import Any

import pytest

from kubeocr_contract import enhancing
from kubeocr_runtime import enhancement, errors
from kubeocr_runtime.enhancement import asked, recipes

DEFAULTS = recipes.Recipe(grayscale=True, auto_contrast=True, contrast=1.2, sharpness=1.1, blur_radius=0.5)


def of(recipe: recipes.Recipe, **changes: Any) -> enhancement.Wish:
    return enhancement.Wish(dataclasses.replace(recipe, **changes))


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({}, enhancement.NOTHING, id="nothing"),
        pytest.param({"enhance": "none"}, enhancement.NOTHING, id="none"),
        pytest.param({"enhance": "auto"}, enhancement.Wish(auto=True), id="auto"),
        *(pytest.param({"enhance": name}, of(recipe), id=name) for name, recipe in recipes.PRESETS.items()),
        pytest.param({"enhance_options": " "}, enhancement.NOTHING, id="empty"),
        pytest.param({"enhance_options": "null"}, enhancement.NOTHING, id="null"),
        pytest.param({"enhance_options": '{"threshold": 9}'}, of(DEFAULTS, threshold=9), id="options"),
    ],
)
def test_a_form(fields: dict[str, str], want: enhancement.Wish) -> None:
    assert asked.parse(fields) == want


@pytest.mark.parametrize(
    ("options", "want"),
    [
        pytest.param({}, of(DEFAULTS), id="the defaults of the OCR server"),
        pytest.param({"deskew": True, "contrast": 2}, of(DEFAULTS, deskew=True, contrast=2), id="inline"),
        pytest.param({"threshold": None, "blur_radius": 0}, of(DEFAULTS, blur_radius=0), id="ends of ranges"),
        pytest.param({"preset": "technical"}, of(recipes.PRESETS["technical"]), id="preset"),
        pytest.param(
            {"preset": "light", "overrides": {"invert": True, "brightness": 0.5}},
            of(recipes.PRESETS["light"], invert=True, brightness=0.5),
            id="preset with overrides",
        ),
        pytest.param({"overrides": {"sharpness": 2.0}}, of(DEFAULTS, sharpness=2.0), id="overrides alone"),
        pytest.param({"preset": None, "overrides": None}, of(DEFAULTS), id="nulls"),
        pytest.param(
            {"preset": "light", "contrast": 1.5, "overrides": {"contrast": 1.6}},
            of(recipes.PRESETS["light"], contrast=1.6),
            id="overrides go before what stands beside them",
        ),
    ],
)
def test_the_json_of_the_ocr_server(options: dict[str, object], want: enhancement.Wish) -> None:
    assert asked.of_json(options) == want


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param([], r"enhance_options: \[\] is no JSON object", id="a list"),
        pytest.param({"gamma": 2}, "enhance_options: 'gamma' is not one of grayscale, auto_contrast, .*deskew", id="unknown"),
        pytest.param({"preset": "best"}, "enhance_options.preset: 'best' is not one of light, medium", id="unknown preset"),
        pytest.param({"preset": ["light"]}, r"enhance_options.preset: \['light'\] is not one of", id="a preset that is none"),
        pytest.param({"overrides": 1}, "enhance_options.overrides: 1 is no JSON object", id="overrides that are none"),
        pytest.param({"overrides": {"preset": "light"}}, "enhance_options.overrides: 'preset' is not one of", id="nested"),
        pytest.param({"grayscale": 1}, "enhance_options.grayscale: 1 is neither true nor false", id="1 for true"),
        pytest.param({"invert": None}, "enhance_options.invert: None is neither", id="null for false"),
        pytest.param({"contrast": 2.01}, "enhance_options.contrast: 2.01 is no number from 0.5 to 2", id="too much"),
        pytest.param({"contrast": 0.49}, "enhance_options.contrast: 0.49 is no number", id="too little"),
        pytest.param({"contrast": True}, "enhance_options.contrast: True is no number", id="true for 1"),
        pytest.param({"contrast": None}, "enhance_options.contrast: None is no number", id="null for a number"),
        pytest.param({"contrast": "1.2"}, "enhance_options.contrast: '1.2' is no number", id="text"),
        pytest.param({"contrast": float("nan")}, "enhance_options.contrast: nan is no number", id="not a number"),
        pytest.param({"blur_radius": float("inf")}, "enhance_options.blur_radius: inf is no number", id="infinite"),
        pytest.param({"blur_radius": 10**400}, "enhance_options.blur_radius: 1000", id="too large for a float"),
        pytest.param({"threshold": 256}, "enhance_options.threshold: 256 is neither null nor a whole number from 0 to 255"),
        pytest.param({"threshold": 1.5}, "enhance_options.threshold: 1.5 is neither null nor a whole number", id="half"),
        pytest.param({"threshold": False}, "enhance_options.threshold: False is neither null", id="false for 0"),
    ],
)
def test_what_is_wrong_is_told(options: object, message: str) -> None:
    with pytest.raises(errors.InvalidField, match=message):
        asked.of_json(options)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"enhance": "Light"}, "enhance: 'Light' is not one of none, auto, light", id="unknown word"),
        pytest.param({"enhance": ""}, "enhance: '' is not one of", id="empty word"),
        pytest.param({"enhance_options": "{"}, "enhance_options: '{' is no JSON", id="cut off"),
        pytest.param({"enhance_options": "[" * 100_000}, "enhance_options: .* is no JSON", id="too deep"),
        pytest.param({"enhance_options": "9" * 5000}, "enhance_options: .* is no JSON", id="too long a number"),
        pytest.param({"enhance": "auto", "enhance_options": "{}"}, "enhance_options: .* beside enhance=auto", id="both"),
    ],
)
def test_what_is_wrong_with_a_form_is_told(fields: dict[str, str], message: str) -> None:
    with pytest.raises(errors.InvalidField, match=message) as e:
        asked.parse(fields)
    assert len(str(e.value)) < 300
    json.dumps(e.value.details)


def test_every_preset_and_parameter_of_the_api_is_there() -> None:
    assert tuple(recipes.PRESETS) == enhancing.PRESETS
    assert {field.name for field in dataclasses.fields(recipes.Recipe)} == set(enhancing.PARAMETERS)


@pytest.mark.parametrize("name", enhancing.PRESETS)
def test_a_preset_is_one_that_a_caller_could_have_asked_for(name: str) -> None:
    assert asked.of_json(recipes.PRESETS[name].parameters).recipe == recipes.PRESETS[name]
