"""ModelsLoaded, and what the status says of models, languages and engine."""

import pytest

from kubeocr_contract import report
from kubeocr_operator import conditions, config, ocrservices, plans, selection, specs

NOW = "2026-01-02T00:00:00Z"
SHA = "ab" * 32
ENGINE = report.Engine(name="onnxruntime", device="cpu", provider="CPUExecutionProvider", threads=4)
V6 = ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
NONE, ONE = {"metadata": {}}, {"metadata": {}, "status": {"readyReplicas": 1}}
ANSWERS = "en, zh: PP-OCRv6_small_det, PP-OCRv6_small_rec, in onnxruntime on cpu"
TOLD = {
    "languages": ["en", "zh"],
    "models": [{"name": name, "sha256": SHA} for name in V6],
    "engine": {"name": "onnxruntime", "device": "cpu", "provider": "CPUExecutionProvider"},
}


def said(*languages, models=V6):
    loaded = tuple(report.Model(name=name, sha256=SHA) for name in models)
    return report.Report(version="1", ready=True, languages=languages, models=loaded, engine=ENGINE)


@pytest.fixture
def status(body):
    """The status after some findings."""

    def look(deployment, *, told=None, previous=None, **spec):
        plan = plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")
        found = conditions.Findings(generation=3, previous=previous or {}, plan=plan, deployment=deployment, report=told)
        return conditions.observe(found, NOW)

    return look


@pytest.mark.parametrize(
    ("deployment", "told", "previous", "want"),
    [
        pytest.param(None, None, {}, ("Unknown", "NotAsked", "no pod is ready to be asked"), id="no Deployment"),
        pytest.param(NONE, None, TOLD, ("Unknown", "NotAsked", "no pod is ready to be asked"), id="no pod is ready any more"),
        pytest.param(ONE, None, {}, ("Unknown", "NotAsked", "no pod has said yet what it loaded"), id="none has answered"),
        pytest.param(ONE, said("en", "zh"), {}, ("True", "Loaded", ANSWERS), id="loaded"),
        pytest.param(
            ONE,
            said("en"),
            {},
            ("False", "NotLoaded", "not loaded: zh; the pods that were asked have en"),
            id="the pods before",
        ),
        pytest.param(ONE, None, TOLD, ("True", "Loaded", ANSWERS), id="an operator that has just started believes the last"),
        pytest.param(
            ONE, None, {"languages": ["en"], "models": ["m"]}, ("Unknown", "NotAsked", "no pod has"), id="not release 0.1.0"
        ),
        pytest.param(ONE, None, {**TOLD, "models": [7]}, ("Unknown", "NotAsked", "no pod has"), id="nor nonsense"),
    ],
)
def test_models_loaded(status, deployment, told, previous, want):
    found = conditions.condition(status(deployment, told=told, previous=previous), conditions.MODELS_LOADED)
    assert (found["status"], found["reason"]) == want[:2]
    assert found["message"].startswith(want[2])


def test_a_language_that_was_added_is_missing_until_pods_have_it(status):
    """With nobody but the last status to ask."""
    found = status(ONE, previous=TOLD, languages=["en", "zh", "fr"])
    assert conditions.condition(found, conditions.MODELS_LOADED)["reason"] == conditions.NOT_LOADED


def test_the_status_has_what_the_pods_told(status):
    assert status(ONE, told=said("en", "zh")).items() >= TOLD.items()


def test_what_single_requests_loaded_changes_nothing(status):
    more = said("en", "zh", models=(*V6, "PP-OCRv5_mobile_det", "PP-LCNet_x1_0_textline_ori"))
    assert status(ONE, told=more) == status(ONE, told=said("en", "zh"))


@pytest.mark.parametrize("previous", [TOLD, {}], ids=["told before", "never told"])
def test_a_restart_of_the_operator_changes_nothing(status, previous):
    before = status(ONE, told=said("en", "zh") if previous else None)
    assert status(ONE, previous=before) == before


def test_without_ready_pods_nothing_is_loaded(status):
    assert not TOLD.keys() & status(NONE, previous=TOLD).keys()


REFUSED = conditions.Trouble(conditions.INVALID, "spec.x: wrong")
BEFORE = selection.wish(specs.Spec())
MORE = said("en", "zh", models=(*V6, "PP-OCRv5_mobile_det"))


@pytest.mark.parametrize(
    ("told", "wish", "previous", "want"),
    [
        pytest.param(MORE, BEFORE, {}, TOLD, id="pods that came again say what they loaded of what they are to load"),
        pytest.param(None, None, TOLD, TOLD, id="an operator that has just started believes the last"),
        pytest.param(None, BEFORE, TOLD, TOLD, id="and so it is until a pod has answered"),
    ],
)
def test_while_the_spec_is_refused_what_runs_is_still_said(told, wish, previous, want):
    found = conditions.Findings(generation=3, previous=previous, refusal=REFUSED, deployment=ONE, report=told, wish=wish)
    status = conditions.observe(found, NOW)
    assert status.items() >= want.items()
    assert conditions.condition(status, conditions.MODELS_LOADED)["message"] == ANSWERS


def test_nobody_asks_for_an_operator_that_started_after_the_refusal():
    found = conditions.Findings(generation=3, previous={}, refusal=REFUSED, deployment=ONE)
    told = conditions.condition(conditions.observe(found, NOW), conditions.MODELS_LOADED)
    assert (told["status"], told["reason"]) == ("Unknown", conditions.NOT_ASKED)
    assert "SpecValid" in told["message"]
    assert "NetworkPolicy" not in told["message"]
