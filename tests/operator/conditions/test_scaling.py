"""ScalingActive: the autoscaler's own words, or none where there is no autoscaler to be."""

import pytest

from kubeocr_operator import conditions, config, ocrservices, plans
from kubeocr_operator.conditions import scaling

HPA = {"maxReplicas": 3}
TRIGGER = {"type": "external", "trigger": {"type": "cron"}}
KEDA = {"maxReplicas": 3, "provider": "keda", "scaleToZero": True, "metrics": [TRIGGER]}
QUEUE = {**KEDA, "metrics": [TRIGGER, {"type": "queue", "target": 9}]}


def says(kind, status, reason, message="words"):
    return {"type": kind, "status": status, "reason": reason, "message": message}


GOOD = says("ScalingActive", "True", "ValidMetricFound")
READY, TROUBLE = says("Ready", "True", "ScaledObjectReady"), says("Ready", "False", "TriggerError")


@pytest.fixture
def active(body):
    """The statement on a service whose autoscaler has these conditions; None: there is no autoscaler."""

    def look(said, **spec):
        plan = plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")
        scaler = None if said is None else {"status": {"conditions": list(said)}}
        return scaling.active(conditions.Findings(generation=1, previous={}, plan=plan, scaler=scaler))

    return look


@pytest.mark.parametrize(
    ("spec", "said", "want"),
    [
        pytest.param({"autoscaling": HPA}, None, ("Unknown", "NotCreated"), id="not made yet"),
        pytest.param({"autoscaling": HPA}, (), ("Unknown", "NotCreated"), id="not looked at yet"),
        pytest.param({"autoscaling": HPA}, (GOOD,), ("True", "ValidMetricFound"), id="an HPA that scales"),
        pytest.param(
            {"autoscaling": HPA},
            (says("ScalingActive", "False", "FailedGetResourceMetric"),),
            ("False", "FailedGetResourceMetric"),
            id="an HPA without metrics",
        ),
        pytest.param({"autoscaling": KEDA}, (READY,), ("True", "ScaledObjectReady"), id="KEDA that scales"),
        pytest.param({"autoscaling": KEDA}, (TROUBLE,), ("False", "TriggerError"), id="a trigger that fails"),
        pytest.param(
            {"autoscaling": KEDA},
            (READY, says("HPAActive", "False", "FailedGetExternalMetric")),
            ("False", "FailedGetExternalMetric"),
            id="the HPA of KEDA",
        ),
        pytest.param(
            {"autoscaling": KEDA, "replicas": 0}, (TROUBLE,), ("False", "TriggerError"), id="a trigger that fails at 0"
        ),
        pytest.param(
            {"autoscaling": QUEUE, "replicas": 0}, (TROUBLE,), ("Unknown", "ScaledToZero"), id="a queue of no pods fails"
        ),
        pytest.param({"autoscaling": QUEUE}, (TROUBLE,), ("False", "TriggerError"), id="a queue that cannot be read"),
    ],
)
def test_what_it_says(active, spec, said, want):
    found = active(said, **spec)
    assert (found.type, found.status, found.reason) == ("ScalingActive", *want)
    assert "words" in found.message or not said


@pytest.mark.parametrize(
    "spec", [pytest.param({}, id="a fixed number"), pytest.param({"autoscaling": HPA, "suspend": True}, id="suspended")]
)
def test_without_an_autoscaler_there_is_nothing_to_say(active, spec):
    assert active((GOOD,), **spec) is None
