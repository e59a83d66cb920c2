"""What a podTemplate may not say; the rest is the API server's to judge (test_pod_template.py)."""

import pytest

from kubeocr_contract import names
from kubeocr_operator import ocrservices


def problems(body, template):
    with pytest.raises(ocrservices.InvalidService) as caught:
        ocrservices.parse(body(podTemplate=template))
    (problem,) = caught.value.problems
    return problem


def containers(*items):
    return {"spec": {"containers": list(items)}}


ALONE = f"metadata.labels must leave {names.LABEL_NAME}"
KEPT = "spec.containers must keep the container runtime"
BAD = [
    pytest.param({"status": {}}, "it has metadata, spec, not status", id="no part of a template"),
    pytest.param({"metadata": {"name": "x"}}, "metadata has labels, annotations, not name", id="a name"),
    pytest.param({"metadata": "x"}, "metadata must be an object", id="metadata that is none"),
    pytest.param({"spec": None}, "spec must be an object", id="no spec"),
    pytest.param({"spec": {"$patch": "delete"}}, KEPT, id="all of it deleted"),
    pytest.param({"spec": {"containers": None}}, KEPT, id="no containers"),
    pytest.param(containers({"name": "runtime", "$patch": "delete"}), KEPT, id="the runtime deleted"),
    pytest.param(containers({"$patch": "replace"}, {"name": "a"}), KEPT, id="the runtime replaced"),
    pytest.param(containers({"image": "x"}), "spec.containers[0] needs name", id="a container without its name"),
    pytest.param({"metadata": {"labels": {names.LABEL_NAME: "x"}}}, ALONE, id="a label that selects"),
    pytest.param({"metadata": {"labels": {names.LABEL_NAME: None}}}, ALONE, id="one that selects taken away"),
    pytest.param({"metadata": {"labels": {"$patch": "replace"}}}, ALONE, id="labels replaced"),
    pytest.param({"metadata": {"labels": "x"}}, ALONE, id="labels that are none"),
]


@pytest.mark.parametrize(("template", "want"), BAD)
def test_it_is_refused_in_words(body, template, want):
    assert problems(body, template).startswith(f"spec.podTemplate: {want}")


def test_all_that_is_wrong_is_said(body):
    said = problems(body, {"status": {}, "spec": {"volumes": [{}], "containers": 3}})
    assert [word for word in ("not status", "volumes[0] needs name", "containers must be a list") if word not in said] == []


def test_what_a_dry_run_prints_can_be_pasted(body):
    pasted = {"metadata": {"creationTimestamp": None, "labels": {"a": "b"}}, **containers({"name": "runtime", "resources": {}})}
    assert ocrservices.parse(body(podTemplate=pasted)).spec.pod_template == pasted
