"""What an OCRService becomes, case by case, as documents to read: golden/<case>/ocrservice.yaml and expected.yaml.

After a change that is meant, write them anew with KUBEOCR_GOLDEN=write and read the difference.
"""

import os
import pathlib

import pytest
import yaml

from kubeocr_contract import names, settings
from kubeocr_operator import accelerators, config, kinds, objects, ocrservices, plans

GOLDEN = pathlib.Path(__file__).parent / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/ocrservice.yaml"))


def built(case):
    """The children of a case, in the order in which they are applied."""
    service = ocrservices.parse(yaml.safe_load((GOLDEN / case / "ocrservice.yaml").read_text()))
    defaults = config.read(GOLDEN / "images.yaml")
    plan = plans.resolve(service, defaults, accelerators.choose(service, offered=False))
    return objects.desired(plan)


def one(case, kind):
    """The runtime's own object of a kind."""
    return next(child for child in built(case) if kinds.of(child) == kind and child["metadata"]["name"].startswith("reader"))


@pytest.mark.parametrize("case", CASES)
def test_children_are_as_expected(case):
    found = list(built(case))
    expected = GOLDEN / case / "expected.yaml"
    if os.environ.get("KUBEOCR_GOLDEN") == "write":
        expected.write_text(yaml.safe_dump_all(found, sort_keys=False, allow_unicode=True, width=120))
    assert found == list(yaml.safe_load_all(expected.read_text()))


@pytest.mark.parametrize("case", CASES)
def test_the_same_plan_gives_the_same_bytes(case):
    assert yaml.safe_dump_all(built(case)) == yaml.safe_dump_all(built(case))


@pytest.mark.parametrize("case", CASES)
def test_the_pod_passes_the_restricted_standard(case):
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    pod = one(case, kinds.DEPLOYMENT)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    # neither a node's folder nor anything else that the standard leaves out
    allowed = {"name", "emptyDir", "secret", "downwardAPI", "persistentVolumeClaim", "image"}
    assert {kind for volume in pod["volumes"] for kind in volume} <= allowed


@pytest.mark.parametrize("case", CASES)
def test_the_runtime_is_told_its_settings_and_nothing_else(case):
    (container,) = one(case, kinds.DEPLOYMENT)["spec"]["template"]["spec"]["containers"]
    env = {item["name"]: item["value"] for item in container["env"] if item["name"].startswith(settings.ENV_PREFIX)}
    assert settings.to_env(settings.from_env(env)) == env


@pytest.mark.parametrize("case", CASES)
def test_a_pod_may_end_what_it_has_accepted(case):
    pod = one(case, kinds.DEPLOYMENT)["spec"]["template"]["spec"]
    env = {item["name"]: item["value"] for item in pod["containers"][0]["env"] if "value" in item}
    drain = settings.from_env(env).drain_seconds
    assert pod["terminationGracePeriodSeconds"] == drain + names.UNREADY_SECONDS + names.GRACE_MARGIN_SECONDS


@pytest.mark.parametrize("case", CASES)
def test_selectors_find_the_pods_and_hang_on_nothing_that_changes(case):
    pods = one(case, kinds.DEPLOYMENT)["spec"]["template"]["metadata"]["labels"]
    selector = plans.labels("reader")
    assert selector.items() <= pods.items()
    assert one(case, kinds.DEPLOYMENT)["spec"]["selector"]["matchLabels"] == selector
    assert one(case, kinds.SERVICE)["spec"]["selector"] == selector
    assert one(case, kinds.DISRUPTION_BUDGET)["spec"]["selector"]["matchLabels"] == selector


@pytest.mark.parametrize("case", CASES)
def test_children_go_with_their_service_and_never_hold_it_up(case):
    for child in built(case):
        (owner,) = child["metadata"]["ownerReferences"]
        assert owner["controller"]
        assert not owner["blockOwnerDeletion"]
        assert "finalizers" not in child["metadata"]
        assert child["metadata"]["labels"][names.LABEL_OWNER] == "reader"
