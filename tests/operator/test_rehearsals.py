"""What an apply would lead to, on an API server in memory; on a real one: commands/test_diff.py."""

import copy
import json

import pytest

from kubeocr_operator import config, errors, kinds, rehearsals, store


class Desk:
    """Implements `drafts.Drafts`: writes to a copy of a FakeCluster."""

    def __init__(self, server):
        self.server = server

    async def apply(self, kind, obj, *, manager="kubeocr-operator"):
        return await copy.deepcopy(self.server).apply(kind, obj, force=True)

    async def merge(self, kind, obj):
        there = copy.deepcopy(self.server)
        live = there.items[kind, store.key_of(obj)]
        return there.put(kind, merged(live, obj))


def merged(live, patch):
    """https://www.rfc-editor.org/rfc/rfc7386"""
    if not isinstance(live, dict) or not isinstance(patch, dict):
        return patch
    kept = {name: value for name, value in live.items() if patch.get(name, 7) is not None}
    return {**kept, **{name: merged(kept.get(name), value) for name, value in patch.items() if value is not None}}


@pytest.fixture
def rehearse():
    """Applies a spec to a scene's service, as a draft."""

    async def run(scene, defaults=None, **spec):
        metadata = {"name": scene.key.name, "namespace": scene.key.namespace}
        body = {"apiVersion": "kubeocr.io/v1alpha1", "kind": "OCRService", "metadata": metadata, "spec": spec}
        before, calls = copy.deepcopy(scene.server.items), len(scene.server.writes)
        try:
            return await rehearsals.rehearse(body, scene.server, Desk(scene.server), defaults or config.Config())
        finally:
            assert scene.server.items == before
            assert len(scene.server.writes) == calls

    return run


def labels(found):
    """Each change as a word and what it is of."""
    words = {(False, True): "deleted", (True, False): "created", (False, False): "changed"}
    return [f"{words[change.before is None, change.after is None]} {change.name}" for change in found.changes]


async def test_what_is_so_already_is_no_change(scene, rehearse):
    there = scene(replicas=2)
    await there.settle()
    assert labels(await rehearse(there, replicas=2)) == []


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        pytest.param({"replicas": 3}, ["changed OCRService docs", "changed Deployment docs"], id="replicas"),
        pytest.param({"languages": ["en", "fr"]}, ["changed OCRService docs", "changed Deployment docs"], id="languages"),
        pytest.param(
            {"service": {"port": 81}}, ["changed OCRService docs", "changed Service docs"], id="a port",
        ),
        pytest.param(
            {"autoscaling": {"maxReplicas": 3}},
            ["changed OCRService docs", "created HorizontalPodAutoscaler docs"],
            id="what comes",
        ),
    ],
)  # fmt: skip
async def test_what_changes_and_comes(scene, rehearse, spec, want):
    there = scene(replicas=1)
    await there.settle()
    assert labels(await rehearse(there, **{"replicas": 1} | spec)) == want


async def test_what_is_no_longer_wanted_goes(scene, rehearse):
    there = scene(autoscaling={"maxReplicas": 3}, networkPolicy={"enabled": True})
    await there.settle()
    found = labels(await rehearse(there, networkPolicy={"enabled": False}, autoscaling={"maxReplicas": 3}))
    assert found == ["changed OCRService docs", "deleted NetworkPolicy docs"]


async def test_pods_restart_where_their_template_changes(scene, rehearse):
    there = scene(replicas=1)
    await there.settle()
    assert [change.restarts for change in (await rehearse(there, replicas=2)).changes] == [False, False]
    assert [change.restarts for change in (await rehearse(there, replicas=1, languages=["en", "de"])).changes] == [False, True]


async def test_a_new_service(scene, rehearse):
    there = scene()
    there.server.remove(kinds.OCR_SERVICE, there.key)
    found = labels(await rehearse(there))
    assert found[0] == "created OCRService docs"
    assert "created Deployment docs" in found


async def test_the_whole_hand_over_to_an_autoscaler(scene, rehearse):
    there = scene(replicas=5)
    await there.settle()
    found = await rehearse(there, replicas=1, autoscaling={"maxReplicas": 9})
    assert labels(found) == ["changed OCRService docs", "created HorizontalPodAutoscaler docs"]
    assert found.changes[0].after["spec"]["replicas"] == 5


async def test_what_waits_for_models_is_shown_and_said(scene, rehearse):
    there = scene(replicas=1)
    await there.settle()
    found = await rehearse(there, replicas=1, models={"from": "persistentVolumeClaim"})
    assert "changed Deployment docs" in labels(found)
    assert any(label.startswith("created Job docs-bake-") for label in labels(found))
    assert any("applied when Job docs-bake-" in note for note in found.notes)


async def test_an_api_that_is_missing_is_said(scene, rehearse):
    there = scene(absent=kinds.OPTIONAL)
    await there.settle()
    found = await rehearse(there, monitoring={"serviceMonitor": True})
    assert found.notes == ("ServiceMonitor docs: left out, the cluster has no API monitoring.coreos.com/v1",)


async def test_an_optional_api_that_is_forbidden_is_said(scene, rehearse):
    there = scene()
    await there.settle()
    there.server.trouble["list", kinds.SERVICE_MONITOR] = errors.Refused("forbidden")
    assert (await rehearse(there)).notes == ("ServiceMonitors are not looked at: forbidden",)


async def test_client_side_applies_take_back_what_they_said(scene, rehearse):
    there = scene(replicas=3, languages=["en", "fr"])
    last = {
        "metadata": {"annotations": {}, "name": "docs", "namespace": "office"},
        "spec": {"replicas": 3, "languages": ["en"]},
    }
    body = there.server.items[kinds.OCR_SERVICE, there.key]
    annotated = {**body["metadata"], "annotations": {store.LAST_APPLIED: json.dumps(last), "theirs": "stays"}}
    there.server.put(kinds.OCR_SERVICE, {**body, "metadata": annotated})
    await there.settle()
    after = (await rehearse(there, languages=["de"])).changes[0].after
    assert after["spec"] == {"languages": ["de"]}
    assert after["metadata"]["annotations"]["theirs"] == "stays"


async def test_what_no_image_reads_is_an_error(scene, rehearse):
    there = scene()
    few = config.parse("images: [{repository: r, tag: t, accelerator: cpu, carries: wheels}]")
    with pytest.raises(errors.Refused, match="office/docs: no cpu image"):
        await rehearse(there, few, languages=["ta"])


async def test_a_name_that_is_taken_is_an_error(scene, rehearse):
    there = scene()
    taken = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "docs", "namespace": "office"}, "spec": {}}
    there.server.put(kinds.SERVICE, taken)
    with pytest.raises(errors.Refused, match="Service office/docs is there already"):
        await rehearse(there)


async def test_what_is_refused_is_the_api_servers_words(scene, rehearse):
    there = scene()
    there.server.trouble["patch", kinds.DEPLOYMENT] = errors.Refused("exceeded quota")
    with pytest.raises(errors.Refused, match="office/docs: exceeded quota"):
        await rehearse(there)
