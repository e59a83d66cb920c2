"""A report survives its JSON; what is none is refused by field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeocr_contract import report

WORDS = st.text()
BACKEND = st.builds(report.Backend, models_present=st.dictionaries(WORDS, st.booleans()))
REPORT = st.builds(
    report.Report,
    models=st.lists(st.builds(report.Model)).map(tuple),
    languages=st.lists(WORDS).map(tuple),
    pipelines=st.lists(WORDS).map(tuple),
    backends=st.builds(report.Backends, llm=BACKEND, vlm=BACKEND, queue=BACKEND),
)


@given(REPORT)
def test_a_report_survives_its_json(value: report.Report) -> None:
    assert report.from_json(json.loads(json.dumps(report.to_json(value)))) == value


def test_what_a_newer_runtime_adds_is_passed_over_and_what_an_older_one_lacks_has_its_default() -> None:
    body = {"version": "9", "mood": "good", "engine": {"name": "paddle", "watts": 3}, "backends": {"llm": {"configured": True}}}
    found = report.from_json(body)
    assert (found.version, found.engine.name, found.backends.llm.configured) == ("9", "paddle", True)
    assert (found.models, found.ready, found.backends.queue) == ((), False, report.Backend())


@pytest.mark.parametrize(
    ("body", "want"),
    [
        pytest.param([], "report: [] is not an object", id="no-object"),
        pytest.param({}, "version", id="no-version"),
        pytest.param({"version": 1}, "report.version: 1 is not a str", id="number-for-text"),
        pytest.param({"version": "1", "ready": 1}, "report.ready: 1 is not a bool", id="number-for-boolean"),
        pytest.param({"version": "1", "engine": {"threads": True}}, "report.engine.threads: True is not a int", id="boolean"),
        pytest.param({"version": "1", "languages": "en"}, "report.languages: 'en' is not a list", id="text-for-list"),
        pytest.param({"version": "1", "languages": ["en", 2]}, "report.languages[1]: 2 is not a str", id="item"),
        pytest.param({"version": "1", "models": [{"name": "m"}]}, "report.models[0]: ", id="half-a-model"),
        pytest.param(
            {"version": "1", "backends": {"llm": {"models_present": {"m": "yes"}}}},
            "report.backends.llm.models_present.m: 'yes' is not a bool",
            id="value-of-mapping",
        ),
    ],
)
def test_what_is_no_report_is_refused_by_field(body: object, want: str) -> None:
    with pytest.raises(report.InvalidReport) as caught:
        report.from_json(body)
    assert want in str(caught.value)


@pytest.mark.parametrize(
    ("backend", "want"),
    [
        pytest.param(report.Backend(configured=True), False, id="not asked yet"),
        pytest.param(report.Backend(reachable=True), True, id="nothing wanted of it"),
        pytest.param(report.Backend(reachable=True, models_present={"a": True, "b": False}), False, id="a model is missing"),
    ],
)
def test_a_backend_is_good_when_all_is_there(backend: report.Backend, want: bool) -> None:
    assert backend.good is want
