"""The status as a projection, in tables."""

import pytest

from kubeocr_operator import conditions, config, ocrservices, plans

NOW, EARLIER = "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"


def deployment(*, generation=2, seen=2, wanted=2, conditions=(), **counts):
    status = {"observedGeneration": seen, "conditions": list(conditions), **counts}
    return {"metadata": {"generation": generation}, "spec": {"replicas": wanted}, "status": status}


def all_of(count):
    return {"replicas": count, "updatedReplicas": count, "readyReplicas": count, "availableReplicas": count}


LAST = "the last spec that was accepted (this one is refused: see SpecValid)"
STUCK = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "too slow"}
QUOTA = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}


@pytest.fixture
def observe(body):
    """The conditions of a Deployment, and of anything else that was found, as type -> (status, reason, message)."""

    def look(live=None, **found):
        plan = plans.resolve(ocrservices.parse(body()), config.Config(), "cpu")
        findings = conditions.Findings(**{"generation": 3, "previous": {}, "plan": plan, "deployment": live, **found})
        status = conditions.observe(findings, NOW)
        return {x["type"]: (x["status"], x["reason"], x["message"]) for x in status["conditions"]}

    return look


@pytest.mark.parametrize(
    ("live", "ready", "progressing"),
    [
        pytest.param(None, ("False", "NotCreated"), ("False", "NotCreated"), id="no Deployment"),
        pytest.param(deployment(seen=0), ("False", "NoPodReady"), ("True", "RollingOut"), id="not looked at yet"),
        pytest.param(deployment(), ("False", "NoPodReady"), ("True", "RollingOut"), id="no pods yet"),
        pytest.param(
            deployment(replicas=2, updatedReplicas=2), ("False", "NoPodReady"), ("True", "RollingOut"), id="pods start"
        ),
        pytest.param(
            deployment(**{**all_of(2), "readyReplicas": 1, "availableReplicas": 1}),
            ("True", "Serving"),
            ("True", "RollingOut"),
            id="one of two",
        ),
        pytest.param(deployment(**all_of(2)), ("True", "Serving"), ("False", "RolledOut"), id="all of them"),
        pytest.param(deployment(seen=1, **all_of(2)), ("True", "Serving"), ("True", "RollingOut"), id="of the spec before"),
        pytest.param(
            deployment(**{**all_of(2), "replicas": 3}), ("True", "Serving"), ("True", "RollingOut"), id="an old pod still ends"
        ),
        pytest.param(deployment(wanted=0), ("False", "ScaledToZero"), ("False", "RolledOut"), id="scaled to zero"),
        pytest.param(
            deployment(wanted=0, **all_of(1)), ("False", "ScaledToZero"), ("True", "RollingOut"), id="scaling to zero"
        ),
        pytest.param(
            deployment(conditions=[STUCK], replicas=1, updatedReplicas=1),
            ("False", "NoPodReady"),
            ("False", "ProgressDeadlineExceeded"),
            id="stuck",
        ),
    ],
)
def test_ready_and_progressing(observe, live, ready, progressing):
    found = observe(live)
    assert found["Ready"][:2] == ready
    assert found["Progressing"][:2] == progressing


@pytest.mark.parametrize(
    ("live", "obstacle", "want"),
    [
        pytest.param(deployment(**all_of(2)), None, ("False", "AsExpected", "nothing failed"), id="well"),
        pytest.param(deployment(conditions=[STUCK]), None, ("True", "ProgressDeadlineExceeded", "too slow"), id="stuck"),
        pytest.param(deployment(conditions=[STUCK, QUOTA]), None, ("True", "ReplicaFailure", "exceeded quota"), id="quota"),
        pytest.param(
            deployment(conditions=[QUOTA]),
            conditions.Trouble(conditions.NAME_TAKEN, "it is theirs"),
            ("True", "NameTaken", "it is theirs"),
            id="what we could not write comes first",
        ),
    ],
)
def test_degraded(observe, live, obstacle, want):
    assert observe(live, obstacle=obstacle)["Degraded"] == want


def test_a_refused_spec(observe):
    refusal = conditions.Trouble(conditions.INVALID, "spec.x: wrong")
    found = observe(deployment(**all_of(2)), plan=None, refusal=refusal)
    assert found["SpecValid"] == ("False", "Invalid", "spec.x: wrong")
    assert found["Ready"][0] == "True"


@pytest.mark.parametrize(
    ("live", "ready", "progressing"),
    [
        pytest.param(
            deployment(**all_of(2)),
            "2 of 2 pods are ready",
            ("False", "RolledOut", f"all 2 pods run {LAST}"),
            id="what runs is of the spec before",
        ),
        pytest.param(
            deployment(**{**all_of(2), "availableReplicas": 1}),
            "2 of 2 pods are ready",
            ("True", "RollingOut", f"2 of 2 pods are made for {LAST}; not available yet: 1 of 2"),
            id="and so is what is on its way",
        ),
        pytest.param(
            deployment(wanted=0),
            "the last spec that was accepted wants no pods (this one is refused: see SpecValid)",
            ("False", "RolledOut", f"all 0 pods run {LAST}"),
            id="nothing runs",
        ),
    ],
)
def test_what_is_said_of_pods_while_the_spec_is_refused(observe, live, ready, progressing):
    found = observe(live, plan=None, refusal=conditions.Trouble(conditions.INVALID, "spec.x: wrong"))
    assert found["Ready"][2] == ready
    assert found["Progressing"] == progressing


def condition(status):
    return {
        "type": "Ready",
        "status": status,
        "reason": "R",
        "message": "m",
        "observedGeneration": 1,
        "lastTransitionTime": EARLIER,
    }


@pytest.mark.parametrize(
    ("before", "want"), [pytest.param("True", EARLIER, id="still so"), pytest.param("False", NOW, id="no longer so")]
)
def test_the_time_moves_only_with_the_status(before, want):
    previous = {"conditions": [condition(before)]}
    findings = conditions.Findings(generation=7, previous=previous, deployment=deployment(**all_of(2)))
    found = conditions.condition(conditions.observe(findings, NOW), "Ready")
    assert found["lastTransitionTime"] == want
    assert found["observedGeneration"] == 7


def test_without_a_plan_what_ran_is_still_described():
    kept = {
        "url": "u",
        "selector": "s",
        "image": "i",
        "imageReason": "r",
        "accelerator": "gpu",
        "acceleratorReason": "a node offered x",
    }
    findings = conditions.Findings(generation=1, previous=kept, refusal=conditions.Trouble("Invalid", "x"))
    assert kept.items() <= conditions.observe(findings, NOW).items()


def test_a_message_has_no_more_than_the_schema_takes(observe):
    long = conditions.Trouble(conditions.WRITE_REFUSED, "x" * 40_000)
    assert len(observe(None, obstacle=long)["Degraded"][2]) == 32_768


@pytest.mark.parametrize(
    ("status", "want"),
    [pytest.param({}, "Unknown", id="none"), pytest.param({"conditions": [condition("True")]}, "True", id="there")],
)
def test_holds(status, want):
    assert conditions.holds(status, "Ready") == want
