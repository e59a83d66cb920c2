"""What pods run on: decided once for each question."""

import pytest

from kubeocr_operator import accelerators, ocrservices, specs, values

OFFERED, NOT_OFFERED = f"a node offered {values.GPU_RESOURCE}", f"no node offered {values.GPU_RESOURCE}"


@pytest.fixture
def service(body):
    """A service with an accelerator and a status."""

    def make(status, **accelerator):
        return ocrservices.parse({**body(accelerator=accelerator), "status": status})

    return make


@pytest.mark.parametrize(
    ("status", "accelerator", "undecided"),
    [
        pytest.param({}, {}, True, id="new"),
        pytest.param({}, {"mode": "gpu"}, False, id="the spec says"),
        pytest.param({"accelerator": "cpu", "acceleratorReason": NOT_OFFERED}, {}, False, id="decided"),
        pytest.param({"accelerator": "gpu", "acceleratorReason": OFFERED}, {"count": 2}, False, id="more of the same"),
        pytest.param(
            {"accelerator": "cpu", "acceleratorReason": NOT_OFFERED}, {"resource": "amd.com/gpu"}, True, id="another resource"
        ),
        pytest.param({"accelerator": "gpu", "acceleratorReason": "spec.accelerator.mode"}, {}, True, id="from a mode to auto"),
        pytest.param({"accelerator": "gpu"}, {"resource": "amd.com/gpu"}, False, id="by release 0.1.0"),
        pytest.param({"accelerator": "tpu"}, {}, True, id="nonsense"),
    ],
)
def test_when_the_nodes_are_asked(service, status, accelerator, undecided):
    assert accelerators.undecided(service(status, **accelerator)) is undecided


@pytest.mark.parametrize(
    ("status", "mode", "offered", "want"),
    [
        pytest.param({"accelerator": "gpu"}, "cpu", True, "cpu", id="what the spec says goes"),
        pytest.param({}, "gpu", False, "gpu", id="gpu though there is none"),
        pytest.param({}, "auto", True, "gpu", id="auto with a node that offers"),
        pytest.param({}, "auto", False, "cpu", id="auto without"),
        pytest.param({"accelerator": "cpu", "acceleratorReason": NOT_OFFERED}, "auto", True, "cpu", id="auto stays"),
        pytest.param({"accelerator": "cpu", "acceleratorReason": OFFERED}, "auto", True, "gpu", id="auto believes no riddles"),
    ],
)
def test_choice(service, status, mode, offered, want):
    assert accelerators.choose(service(status, mode=mode), offered=offered) == want


@pytest.mark.parametrize(
    ("mode", "device", "want"),
    [
        pytest.param("auto", "gpu", OFFERED, id="offered"),
        pytest.param("auto", "cpu", NOT_OFFERED, id="not offered"),
        pytest.param("cpu", "cpu", "spec.accelerator.mode", id="said"),
    ],
)
def test_reason(mode, device, want):
    assert accelerators.reason(specs.Accelerator(mode=mode), device) == want


async def test_a_service_is_decided_anew_when_its_spec_asks_for_something_else(scene):
    """From the first reconcile to the status of the last."""
    stage = scene()
    await stage.settle()
    assert (stage.status["accelerator"], stage.status["acceleratorReason"]) == ("cpu", NOT_OFFERED)
    stage.spec(accelerator={"mode": "gpu"})
    await stage.settle()
    assert (stage.status["accelerator"], stage.status["acceleratorReason"]) == ("gpu", "spec.accelerator.mode")
    stage.spec(accelerator={"mode": "auto"})
    await stage.settle()
    assert (stage.status["accelerator"], stage.status["acceleratorReason"]) == ("cpu", NOT_OFFERED)
