"""What is told, when, and how often."""

import pytest

from kubeocr_operator import conditions, events, workqueue

KEY = workqueue.Key("office", "docs")


def status(*, ready="False", why="NoPodReady", degraded="", refused="", image="i:1"):
    found = [
        (conditions.READY, ready, why, "0 of 1"),
        (conditions.DEGRADED, "True" if degraded else "False", "Stuck", degraded or "nothing failed"),
        (conditions.SPEC_VALID, "False" if refused else "True", "Invalid" if refused else "Accepted", refused or "ok"),
    ]
    listed = [dict(zip(("type", "status", "reason", "message"), entry, strict=True)) for entry in found]
    return {"conditions": listed, "image": image, "imageReason": "it fits", "url": "http://u"}


def leaning(backend, why):
    said = {"type": conditions.LLM_REACHABLE, "status": backend, "reason": why, "message": "m"}
    return {**status(), "conditions": [*status()["conditions"], said]}


CALM = status()


@pytest.mark.parametrize(
    ("before", "after", "want"),
    [
        pytest.param({}, CALM, [], id="new"),
        pytest.param(CALM, CALM, [], id="nothing"),
        pytest.param(CALM, status(image="i:2"), [("ImageChosen", False)], id="another image"),
        pytest.param(CALM, status(ready="True", why="Serving"), [("Ready", False)], id="became ready"),
        pytest.param(status(ready="True"), CALM, [("NoPodReady", True)], id="is no longer ready"),
        pytest.param(status(ready="True"), status(why="ScaledToZero"), [("ScaledToZero", False)], id="was scaled to zero"),
        pytest.param(CALM, status(degraded="slow"), [("Stuck", True)], id="degraded"),
        pytest.param(status(degraded="slow"), status(degraded="slow"), [], id="still degraded"),
        pytest.param(status(degraded="slow"), status(degraded="worse"), [("Stuck", True)], id="otherwise degraded"),
        pytest.param(CALM, leaning("True", "Reachable"), [("LLMReachable", False)], id="a backend came"),
        pytest.param(leaning("True", "Reachable"), leaning("True", "Reachable"), [], id="a backend is still there"),
        pytest.param(leaning("True", "Reachable"), leaning("False", "Unreachable"), [("LLMUnreachable", True)], id="one went"),
        pytest.param(leaning("False", "Pulling"), leaning("False", "PullFailed"), [("LLMPullFailed", True)], id="no model"),
        pytest.param(CALM, leaning("False", "Pulling"), [("LLMPulling", False)], id="models come"),
        pytest.param(leaning("True", "Reachable"), leaning("Unknown", "NotAsked"), [], id="nobody knows of it"),
        pytest.param(leaning("True", "Reachable"), CALM, [], id="the spec names it no longer"),
        pytest.param(CALM, status(refused="spec.x"), [("SpecInvalid", True)], id="refused"),
        pytest.param(status(refused="spec.x"), status(refused="spec.x"), [], id="still refused"),
    ],
)
def test_turns(before, after, want):
    assert [(turn.reason, turn.warning) for turn in events.turns(before, after, ())] == want


def test_a_repair_is_told():
    assert events.turns(CALM, CALM, ["Service docs had been deleted and is back"])[0].reason == "Repaired"


def test_the_same_is_not_said_twice_in_ten_minutes(clock):
    memory, turn = events.Memory(clock), events.Turn(reason="R", note="n")
    assert memory.fresh(KEY, turn)
    clock.seconds += events.QUIET_SECONDS - 1
    assert not memory.fresh(KEY, turn)
    assert memory.fresh(workqueue.Key("office", "other"), turn)
    assert memory.fresh(KEY, events.Turn(reason="R", note="else"))
    clock.seconds += 1
    assert memory.fresh(KEY, turn)


def test_an_event_is_about_its_service(body):
    found = events.build(events.Turn(reason="R", note="x" * 2000, warning=True), body(), now="t", instance="i" * 200)
    assert found["regarding"] | {"kind": "OCRService"} == found["regarding"]
    assert found["regarding"]["uid"] == "uid-docs"
    assert found["metadata"]["namespace"] == "office"
    assert found["type"] == "Warning"
    assert len(found["note"]) == 1024
    assert len(found["reportingInstance"]) == 128
