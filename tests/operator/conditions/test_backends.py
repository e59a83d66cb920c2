"""What is said of the servers that a service leans on, in tables."""

import pytest

from kubeocr_contract import report as reports
from kubeocr_operator import backend_plans, conditions, config, ocrservices, plans
from kubeocr_operator.conditions import backends
from kubeocr_operator.objects import metadata

SPEC = {
    "llm": {"ollama": {"managed": {}}, "model": "qwen3:8b", "visionModel": "llava"},
    "vlm": {"url": "http://vllm.ai.svc"},
    "queue": {"redis": {"secret": "redis-url"}},
}
URL = "http://docs-ollama.office.svc:11434"
BOTH = {"qwen3:8b": True, "llava": True}
JOB = f"docs-pull-{metadata.digest(['qwen3:8b', 'llava'])}"
READY = {"metadata": {"generation": 1}, "spec": {"replicas": 1}, "status": {"readyReplicas": 1}}


def answer(name, **told):
    return reports.Report(version="1", backends=reports.Backends(**{name: reports.Backend(configured=True, **told)}))


def job(state, words=""):
    return conditions.Job(name=JOB, component=backend_plans.PULL, state=state, words=words)


@pytest.fixture
def findings(body):
    """What a reconcile found of a spec."""

    def find(spec=SPEC, **found):
        plan = plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")
        return conditions.Findings(**{"generation": 1, "previous": {}, "plan": plan, "deployment": READY, **found})

    return find


@pytest.mark.parametrize(
    ("told", "jobs", "status", "reason", "message"),
    [
        pytest.param({"reachable": True, "models_present": BOTH}, [], "True", "Reachable", f"{URL} answers and has", id="well"),
        pytest.param({"message": "no answer in 3 s"}, [], "False", "Unreachable", f"{URL}: no answer in 3 s", id="away"),
        pytest.param({}, [], "Unknown", "NotAsked", "the pods have not asked it yet", id="just started"),
        pytest.param(
            {"reachable": True, "models_present": {**BOTH, "llava": False}}, [], "False", "ModelMissing", "has no model llava",
            id="a model is missing",
        ),
        pytest.param(
            {"reachable": True, "models_present": {"old": True}}, [], "Unknown", "NotAsked", "the models", id="old pods",
        ),
        pytest.param(
            {"reachable": True, "models_present": {**BOTH, "llava": False}}, [job("Running")], "False", "Pulling",
            f"has no model llava; Job {JOB} fetches models", id="pulling",
        ),
        pytest.param(
            {"reachable": True, "models_present": {**BOTH, "llava": False}}, [job("Running", "disk full")], "False", "Pulling",
            f"Job {JOB} fetches models: disk full", id="pulling once more",
        ),
        pytest.param(
            {"reachable": True, "models_present": {**BOTH, "llava": False}}, [job("Failed", "no model llava")], "False",
            "PullFailed", f"Job {JOB} failed: no model llava", id="not pulled",
        ),
        pytest.param(
            {"reachable": True, "models_present": {**BOTH, "llava": False}}, [job("Complete")], "False", "ModelMissing",
            "has no model llava", id="gone after it was pulled",
        ),
        pytest.param(
            {"reachable": True, "models_present": BOTH}, [job("Failed", "no model c")], "True", "Reachable",
            f"Job {JOB} failed: no model c", id="another was not pulled",
        ),
        pytest.param({"message": "x"}, [job("Running")], "False", "Unreachable", f"{JOB} fetches models", id="not up yet"),
    ],
)  # fmt: skip
def test_llm(findings, told, jobs, status, reason, message):
    said = backends.llm(findings(report=answer("llm", **told), jobs=tuple(jobs)))
    assert (said.type, said.status, said.reason) == ("LLMReachable", status, reason)
    assert message in said.message


@pytest.mark.parametrize(
    ("state", "name", "told", "want"),
    [
        pytest.param(
            backends.vlm, "vlm", {"reachable": True, "models_present": {"dots-ocr": True}},
            ("VLMReachable", "True", "Reachable", "http://vllm.ai.svc answers and has dots-ocr"), id="VLM",
        ),
        pytest.param(
            backends.vlm, "vlm", {"message": "answers 401"},
            ("VLMReachable", "False", "Unreachable", "http://vllm.ai.svc: answers 401"), id="VLM without its key",
        ),
        pytest.param(
            backends.queue, "queue", {"reachable": True},
            ("QueueReachable", "True", "Reachable", "the Redis of Secret redis-url answers"), id="Redis",
        ),
        pytest.param(
            backends.queue, "queue", {"message": "the file cannot be read"},
            ("QueueReachable", "False", "Unreachable", "the Redis of Secret redis-url: the file cannot be read"),
            id="Redis without its Secret",
        ),
    ],
)  # fmt: skip
def test_the_others(findings, state, name, told, want):
    said = state(findings(report=answer(name, **told)))
    assert (said.type, said.status, said.reason, said.message) == want


@pytest.mark.parametrize("state", [backends.llm, backends.vlm, backends.queue])
def test_of_what_the_spec_does_not_name_nothing_is_said(findings, state):
    assert state(findings({})) is None
    assert state(findings({}, plan=None)) is None


@pytest.mark.parametrize(
    ("found", "want"),
    [
        pytest.param({"report": answer("vlm")}, "Unknown", id="pods that know nothing of it"),
        pytest.param({"report": None, "deployment": None}, "Unknown", id="no pod"),
        pytest.param({"report": None}, "True", id="an operator that has just started"),
        pytest.param({"plan": None}, "True", id="a spec that cannot be met"),
    ],
)
def test_while_nothing_is_known(findings, found, want):
    before = {"type": "LLMReachable", "status": "True", "reason": "Reachable", "message": "it answers"}
    said = backends.llm(findings(**found, previous={"conditions": [before]}))
    assert said.status == want
    assert said.reason == ("NotAsked" if want == "Unknown" else "Reachable")
