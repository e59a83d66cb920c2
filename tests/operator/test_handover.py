"""From a fixed number to an autoscaler, from one to the other, and back: what runs is never fewer on the way."""

import contextlib
import pathlib
import subprocess

import pytest
import replicas
from cluster import binaries

from kubeocr_contract import names
from kubeocr_operator import config, handover, kinds, ocrservices, plans

HPA = {"minReplicas": 2, "maxReplicas": 8}
TRIGGER = {"type": "external", "trigger": {"type": "cron"}}
KEDA = {**HPA, "provider": "keda", "metrics": [TRIGGER]}
TO_ZERO = {**KEDA, "scaleToZero": True}


@pytest.fixture
def plan(body):
    """Resolves a spec."""
    return lambda **spec: plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")


@pytest.mark.parametrize(
    ("spec", "running", "want"),
    [
        pytest.param({"replicas": 1}, 5, None, id="a fixed number is meant"),
        pytest.param({"autoscaling": HPA}, None, None, id="nothing ran before"),
        pytest.param({"autoscaling": HPA}, 5, 5, id="what runs stays"),
        pytest.param({"autoscaling": KEDA}, 5, 5, id="with KEDA too"),
        pytest.param({"autoscaling": HPA, "replicas": 6}, 5, None, id="more is meant"),
        pytest.param({"autoscaling": HPA}, 1, 2, id="never fewer than the least"),
        pytest.param({"autoscaling": HPA}, 9, 8, id="never more than the most"),
        pytest.param({"autoscaling": HPA, "replicas": 0}, 0, 2, id="an HPA would stay at 0"),
        pytest.param({"autoscaling": TO_ZERO, "replicas": 0}, 0, None, id="KEDA may begin at 0"),
        pytest.param({"autoscaling": TO_ZERO}, 5, 5, id="KEDA takes away what is not needed"),
        pytest.param({"autoscaling": HPA, "suspend": True}, 5, None, id="suspended"),
    ],
)
def test_where_an_autoscaler_begins(plan, spec, running, want):
    deployment = None if running is None else {"spec": {"replicas": running}}
    assert handover.replicas(plan(**spec), deployment) == want


async def test_the_number_is_written_before_the_autoscaler_is_made(scene):
    stage = scene(replicas=5)
    await stage.settle()
    stage.server.calls.clear()
    stage.spec(replicas=1, autoscaling=HPA)
    await stage.settle()
    assert stage.server.writes == [("patch-scale", kinds.OCR_SERVICE)]
    await stage.settle()
    assert stage.child(kinds.AUTOSCALER)["spec"]["minReplicas"] == 2
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 5
    stage.server.calls.clear()
    await stage.settle()
    assert stage.server.writes == []


async def test_an_autoscaler_that_is_there_sets_the_number(scene):
    stage = scene(replicas=5, autoscaling=HPA)
    await stage.settle()
    stage.spec(replicas=2)
    await stage.settle()
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 2


async def test_one_autoscaler_goes_before_the_other_is_made(scene):
    stage = scene(replicas=5, autoscaling=HPA)
    await stage.settle()
    stage.server.calls.clear()
    stage.spec(autoscaling=KEDA)
    await stage.settle()
    assert stage.server.writes == [("delete", kinds.AUTOSCALER)]
    await stage.settle()
    assert stage.there(kinds.SCALED_OBJECT)
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 5


async def test_without_keda_nothing_is_written_for_it_and_the_number_can_be_set(scene):
    stage = scene(replicas=5, autoscaling=KEDA)
    stage.world.served = lambda kind: kind != kinds.SCALED_OBJECT
    await stage.settle()
    stage.spec(replicas=3)
    await stage.settle()
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 3
    assert stage.condition("Degraded")[1] == "ApiMissing"
    assert stage.condition("ScalingActive")[:2] == ("False", "ApiMissing")


async def test_suspend_stops_all_pods_and_forgets_nothing(scene):
    stage = scene(replicas=5, autoscaling=HPA)
    await stage.settle()
    stage.spec(suspend=True)
    await stage.settle()
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 0
    assert not stage.there(kinds.AUTOSCALER)
    assert stage.server.items[kinds.OCR_SERVICE, stage.key]["spec"]["replicas"] == 5
    assert stage.condition("Ready")[:2] == ("False", "Suspended")
    stage.spec(suspend=False)
    await stage.settle()
    assert stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 5
    assert stage.there(kinds.AUTOSCALER)


SCALED_OBJECTS = pathlib.Path(__file__).parent / "scaledobjects.yaml"


@pytest.fixture(scope="module")
def keda(api):
    """The API server knows ScaledObjects, and nobody does anything about them. With KEDA itself: tests/e2e/test_keda.py."""
    assert api.kubectl("apply", "--server-side", "-f", str(SCALED_OBJECTS)).returncode == 0
    api.kubectl("wait", "--for=condition=Established", "-f", str(SCALED_OBJECTS))
    yield
    api.kubectl("delete", "-f", str(SCALED_OBJECTS))


@contextlib.contextmanager
def watched(space, name):
    """Every spec.replicas that the Deployment has while the block runs."""
    seen = []
    command = [
        binaries.tool("kubectl"),
        "-n",
        space.name,
        "get",
        "deployment",
        name,
        "--watch",
        "-o",
        "jsonpath={.spec.replicas}{'\\n'}",
    ]
    with subprocess.Popen(command, env=space.cluster.environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield seen
        finally:
            process.terminate()
            seen.extend(int(line) for line in process.communicate()[0].split())


@pytest.mark.cluster
@pytest.mark.parametrize("how", [pytest.param((), id="client-side"), pytest.param(("--server-side",), id="server-side")])
def test_no_pod_goes_on_the_way(keda, space, how):
    space.lead()
    name = space.fresh()

    def apply(**spec):
        metadata = {"name": name, "namespace": space.name}
        body = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": spec}
        space.kubectl("apply", *how, "-f", "-", body=body)

    def settled(*there):
        """Whether of autoscalers there are just these, and the Deployment has as many as the service wants."""
        wanted = space.get(kinds.OCR_SERVICE, name)["spec"]["replicas"]
        found = {kind for kind in kinds.SCALERS if space.get(kind, name)}
        return found == set(there) and space.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == wanted

    apply(replicas=5)
    replicas.until(lambda: space.get(kinds.DEPLOYMENT, name))
    with watched(space, name) as seen:
        apply(autoscaling=HPA)
        replicas.until(lambda: settled(kinds.AUTOSCALER))
        apply(autoscaling=KEDA)
        replicas.until(lambda: settled(kinds.SCALED_OBJECT))
        space.kubectl("scale", f"{names.PLURAL}/{name}", "--replicas=7")
        replicas.until(lambda: space.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 7)
        apply(autoscaling=HPA)
        replicas.until(lambda: settled(kinds.AUTOSCALER))
        apply(autoscaling=KEDA)
        replicas.until(lambda: settled(kinds.SCALED_OBJECT))
        apply()
        replicas.until(settled)
    assert seen[0] == 5
    assert seen == sorted(seen)
    assert seen[-1] == 7


@pytest.mark.cluster
def test_the_number_can_be_set_after_it_was_written_down_and_while_suspended(keda, space):
    space.lead()
    name = space.service(replicas=4)
    replicas.until(lambda: space.get(kinds.DEPLOYMENT, name))
    space.spec(name, autoscaling=HPA)
    replicas.until(lambda: space.get(kinds.AUTOSCALER, name))
    assert space.get(kinds.OCR_SERVICE, name)["spec"]["replicas"] == 4
    space.kubectl("scale", f"{names.PLURAL}/{name}", "--replicas=6")
    replicas.until(lambda: space.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 6)
    space.spec(name, autoscaling=HPA, suspend=True)
    replicas.until(lambda: space.condition(name, "Ready")[1] == "Suspended")
    space.kubectl("scale", f"{names.PLURAL}/{name}", "--replicas=3")
    replicas.until(lambda: space.get(kinds.AUTOSCALER, name) is None)
    assert space.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 0
    space.spec(name, autoscaling=HPA, suspend=False)
    replicas.until(lambda: space.get(kinds.AUTOSCALER, name))
    assert space.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 3
