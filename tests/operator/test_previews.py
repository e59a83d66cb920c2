"""What can be known of an OCRService without a cluster, and what is said of the rest."""

import pytest

from kubeocr_operator import config, errors, ocrservices, previews


def preview(device=None, uid="", status=None, **spec):
    body = {"metadata": {"name": "docs", "namespace": "office", "uid": uid}, "spec": spec, "status": status or {}}
    return previews.of(ocrservices.parse(body), config.Config(), device)


@pytest.mark.parametrize(
    ("options", "want", "noted"),
    [
        pytest.param({}, "cpu", True, id="open"),
        pytest.param({"device": "cpu"}, "cpu", False, id="said to be cpu"),
        pytest.param({"device": "gpu"}, "gpu", False, id="said to be gpu"),
        pytest.param({"accelerator": {"mode": "cpu"}}, "cpu", False, id="the spec's"),
        pytest.param({"accelerator": {"mode": "cpu"}, "device": "gpu"}, "cpu", False, id="the spec's goes before"),
        pytest.param({"status": {"accelerator": "gpu"}}, "gpu", False, id="decided long ago"),
    ],
)
def test_the_accelerator(options, want, noted):
    found = preview(**options)
    assert found.plan.accelerator == want
    assert any("accelerator.mode auto" in note for note in found.notes) == noted


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        pytest.param({"accelerator": {"mode": "gpu"}}, "rollout.strategy Auto: planned as Surge", id="rollout"),
        pytest.param({"monitoring": {"serviceMonitor": True}}, "left out where the cluster has no API monitoring", id="API"),
        pytest.param({"models": {"from": "persistentVolumeClaim"}}, "applied when Job docs-bake-", id="models"),
        pytest.param({"auth": {"apiKeysSecret": "keys"}}, "has to be in namespace office: Secret keys", id="Secret"),
        pytest.param({"image": {"pullSecrets": ["a", "b"]}}, "Secret a, Secret b", id="pull secrets"),
        pytest.param(
            {"models": {"from": "persistentVolumeClaim", "persistentVolumeClaim": {"claimName": "mine"}}},
            "PersistentVolumeClaim mine",
            id="claim",
        ),
    ],
)
def test_what_only_a_cluster_can_tell_is_said(spec, note):
    assert any(note in said for said in preview(device="cpu", **spec).notes)


def test_nothing_is_said_where_nothing_is_open():
    assert preview(accelerator={"mode": "cpu"}).notes == ()


def test_children_are_owned_by_what_has_a_uid():
    assert not any("ownerReferences" in child["metadata"] for child in preview().children)
    assert all(child["metadata"]["ownerReferences"][0]["uid"] == "u" for child in preview(uid="u").children)


def test_what_no_image_reads_names_the_service():
    few = config.parse("images: [{repository: r, tag: t, accelerator: cpu, carries: wheels}]")
    service = ocrservices.parse({"metadata": {"name": "docs", "namespace": "office"}, "spec": {"languages": ["ta"]}})
    with pytest.raises(errors.NotCarried, match="OCRService office/docs: no cpu image"):
        previews.of(service, few)
