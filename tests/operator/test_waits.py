"""Pods wait for the models that a Job bakes; what runs already runs on."""

import pytest

from kubeocr_operator import conditions, config, errors, kinds, ocrservices, plans, values, workqueue
from kubeocr_operator.objects import bake_job

CLAIM = {"from": "persistentVolumeClaim"}


class Baked:
    """A scene whose models are baked onto a claim."""

    def __init__(self, stage):
        self.stage = stage

    @property
    def jobs(self):
        """Names of the Jobs that are there."""
        return sorted(key.name for kind, key in self.stage.server.items if kind == kinds.JOB)

    def end(self, how="Complete", message=""):
        """The newest Job comes to its end."""
        key = workqueue.Key(self.stage.key.namespace, self.jobs[-1])
        live = self.stage.server.items[kinds.JOB, key]
        found = {"type": how, "status": "True", "message": message}
        failed = {"failed": 7} if how == "Failed" else {}
        self.stage.server.put(kinds.JOB, {**live, "status": {"conditions": [found], **failed}})


@pytest.fixture
def baked(scene):
    return lambda **spec: Baked(scene(models=CLAIM, **spec))


async def test_claim_and_job_come_first_and_pods_when_the_job_is_done(baked):
    bake = baked()
    await bake.stage.settle()
    assert not bake.stage.there(kinds.DEPLOYMENT)
    assert bake.stage.there(kinds.SERVICE)
    assert (kinds.CLAIM, workqueue.Key("office", "docs-models")) in bake.stage.server.items
    assert bake.stage.condition(conditions.MODELS_LOADED)[:2] == ("False", conditions.BAKING)
    assert bake.stage.condition(conditions.PROGRESSING)[:2] == ("True", conditions.BAKING)
    bake.end()
    await bake.stage.settle()
    assert bake.stage.there(kinds.DEPLOYMENT)
    assert bake.stage.condition(conditions.MODELS_LOADED)[1] == conditions.NOT_ASKED
    assert "drift" not in bake.stage.status, "nobody had deleted what waited"


async def test_pods_of_the_spec_before_run_on_while_others_are_baked(baked):
    bake = baked(languages=["en"])
    await bake.stage.settle()
    bake.end()
    await bake.stage.settle()
    bake.stage.pods(ready=1)
    await bake.stage.settle()
    before, (first,) = bake.stage.child(kinds.DEPLOYMENT), bake.jobs
    bake.stage.spec(languages=["en", "ja"])
    await bake.stage.settle()
    assert bake.stage.child(kinds.DEPLOYMENT) == before
    assert first not in bake.jobs
    assert bake.stage.condition(conditions.READY)[0] == "True"
    bake.end()
    await bake.stage.settle()
    env = bake.stage.child(kinds.DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "KUBEOCR_LANGUAGES", "value": "en,ja"} in env


async def test_what_does_not_touch_the_models_bakes_nothing(baked):
    bake = baked()
    await bake.stage.settle()
    bake.end()
    await bake.stage.settle()
    before = bake.jobs
    bake.stage.spec(replicas=3, limits={"pages": 7})
    await bake.stage.settle()
    assert bake.jobs == before
    assert bake.stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 3


async def test_a_service_that_wants_no_pods_waits_for_nothing(baked):
    bake = baked(suspend=True)
    await bake.stage.settle()
    assert bake.stage.child(kinds.DEPLOYMENT)["spec"]["replicas"] == 0


async def test_a_job_that_gave_up_is_said_with_its_words(baked):
    bake = baked()
    await bake.stage.settle()
    bake.end("Failed", "missing: en: no source has a model for it")
    await bake.stage.settle()
    for kind in (conditions.MODELS_LOADED, conditions.DEGRADED):
        status, reason, message = bake.stage.condition(kind)
        assert (status, reason) == (str(kind == conditions.DEGRADED), conditions.BAKE_FAILED)
        assert "missing: en: no source has a model for it; delete it to try again" in message
    assert bake.stage.condition(conditions.PROGRESSING)[0] == "False"
    assert not bake.stage.there(kinds.DEPLOYMENT)


async def test_pods_of_a_job_that_do_not_start_are_heard(baked):
    bake = baked()
    await bake.stage.settle()
    waiting = {"waiting": {"reason": "ErrImagePull", "message": "not found"}}
    bake.stage.server.put(
        kinds.POD,
        {
            "metadata": {"name": "docs-bake-1", "namespace": "office", "labels": {"kubeocr.io/ocrservice": "docs"}},
            "status": {"containerStatuses": [{"name": "bake", "image": "i:1", "state": waiting}]},
        },
    )
    bake.stage.clock.seconds += 10
    await bake.stage.settle()
    assert bake.stage.condition(conditions.DEGRADED)[1:] == (
        "ImagePullBackOff",
        "pod docs-bake-1: image i:1 cannot be had: not found",
    )


@pytest.mark.parametrize(
    ("done", "want"),
    [
        pytest.param(False, ["delete", "patch"], id="one that is not done goes and comes again"),
        pytest.param(True, [], id="what is done is done"),
    ],
)
async def test_a_job_that_somebody_changed(baked, done, want):
    bake = baked()
    await bake.stage.settle()
    if done:
        bake.end()
        await bake.stage.settle()
    bake.stage.server.edit(kinds.JOB, workqueue.Key("office", bake.jobs[0]), _suspended_for_good)
    bake.stage.server.calls.clear()
    for _ in range(2):
        await bake.stage.settle()
    assert [verb for verb, kind in bake.stage.server.writes if kind == kinds.JOB] == want


async def test_nothing_is_sent_while_a_job_runs_and_after_it(baked):
    bake = baked()
    for _ in range(2):
        await bake.stage.settle()
        bake.stage.server.calls.clear()
        await bake.stage.settle()
        assert bake.stage.server.writes == []
        bake.end()


async def test_a_claim_that_may_not_be_changed_is_said(baked):
    bake = baked()
    await bake.stage.settle()
    bake.stage.server.trouble["patch", kinds.CLAIM] = errors.Refused("spec is immutable after creation")
    bake.stage.spec(models={**CLAIM, "persistentVolumeClaim": {"storageClassName": "other"}})
    with pytest.raises(errors.Refused):
        await bake.stage.settle()
    assert bake.stage.condition(conditions.DEGRADED)[2] == "spec is immutable after creation"


def test_every_name_fits_a_label(body):
    """A Job's name is a label of its pods."""
    longest = body(name="d" * values.NAME_LENGTH, models=CLAIM)
    plan = plans.resolve(ocrservices.parse(longest), config.Config(), "cpu")
    assert len(bake_job.name(plan)) <= 63


def _suspended_for_good(job):
    job["spec"]["backoffLimit"] = 0
