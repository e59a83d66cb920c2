"""A stored object becomes a frozen value, or the list of all that is wrong with it; more in packaging/test_crd_admission.py."""

import dataclasses

import pytest

from kubeocr_operator import ocrservices, specs


def test_parse_takes_what_a_reconcile_needs() -> None:
    metadata = {"name": "reader", "namespace": "team", "uid": "1-2", "generation": 3, "labels": {"a": "b"}}
    found = ocrservices.parse({"metadata": metadata, "spec": {"replicas": 2}, "status": {"accelerator": "gpu"}})
    assert found == ocrservices.OCRService(
        name="reader", namespace="team", uid="1-2", generation=3, spec=specs.Spec(replicas=2), status={"accelerator": "gpu"}
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "other"  # type: ignore[misc]


def test_a_file_may_leave_out_what_the_api_server_adds() -> None:
    found = ocrservices.parse({"metadata": {"name": "reader"}})
    assert (found.namespace, found.uid, found.generation, found.spec, found.status) == ("default", "", 0, specs.Spec(), {})


def test_all_problems_are_told_at_once() -> None:
    spec = {
        "replicas": -1, "languges": ["fr"], "languages": ["tlh"], "model": {"version": "PP-OCRv3", "size": "tiny"},
        "accelerator": {"mode": "cpu", "count": 2}, "autoscaling": {"metrics": [{"target": 0}]},
    }  # fmt: skip
    with pytest.raises(ocrservices.InvalidService) as caught:
        ocrservices.parse({"metadata": {"name": "1st"}, "spec": spec})
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [
        "metadata.name", "spec.languages[0]", "spec.model.size", "spec.accelerator.mode", "spec.replicas",
        "spec.autoscaling.maxReplicas", "spec.autoscaling.metrics[0].target", "spec.languges",
    ]  # fmt: skip
    assert "spec.languges: is no field of this resource" in str(caught.value)
    assert "spec.replicas: must be greater than or equal to 0, not -1" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "want"),
    [
        pytest.param({}, "metadata: is required", id="nothing"),
        pytest.param({"metadata": {}}, "metadata.name: is required", id="no-name"),
        pytest.param({"metadata": {"name": "a"}, "spec": []}, "spec: must be a valid dictionary", id="spec-is-a-list"),
        pytest.param(
            {"metadata": {"name": "a"}, "spec": {"image": "x"}}, "spec.image: must be a valid dictionary", id="part-is-text"
        ),
        pytest.param(
            {"metadata": {"name": "a"}, "spec": {"replicas": True}}, "spec.replicas: must be a valid integer", id="bool"
        ),
    ],
)
def test_what_is_no_service_is_refused(body: dict[str, object], want: str) -> None:
    with pytest.raises(ocrservices.InvalidService, match=r"required|must") as caught:
        ocrservices.parse(body)
    assert caught.value.problems[0].startswith(want), caught.value.problems
