"""What is told of enhancement is as it is described."""

import jsonschema
import pytest

from kubeocr_contract import enhancing

PLAIN = {name: parameter.default for name, parameter in enhancing.PARAMETERS.items()}


@pytest.mark.parametrize(
    ("done", "rest"),
    [
        pytest.param(enhancing.Done(PLAIN), {"skew": 0.0}, id="nobody measured"),
        pytest.param(enhancing.Done(PLAIN, -3.456, 0.98765), {"skew": -3.46, "gain": 0.9877}, id="measured"),
    ],
)
def test_what_was_done(done: enhancing.Done, rest: dict[str, float]) -> None:
    assert done.json() == {"parameters": PLAIN, **rest}
    jsonschema.validate(done.json(), enhancing.done_schema())


@pytest.mark.parametrize(
    ("options", "valid"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"preset": "light", "overrides": {"threshold": None}}, True, id="a preset"),
        pytest.param(PLAIN, True, id="every parameter"),
        pytest.param({"contrast": 2.1}, False, id="too much"),
        pytest.param({"threshold": 1.5}, False, id="half"),
        pytest.param({"overrides": {"preset": "light"}}, False, id="a preset in a preset"),
        pytest.param({"gamma": 1}, False, id="unknown"),
    ],
)
def test_the_schema_of_the_options(options: dict[str, object], valid: bool) -> None:
    assert jsonschema.Draft202012Validator(enhancing.options_schema()).is_valid(options) is valid
