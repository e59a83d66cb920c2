"""Whose a child is."""

import pytest

from kubeocr_contract import names
from kubeocr_operator import ownership, plans

OWNER = plans.Owner(name="docs", namespace="office", uid="u1")
OURS = {"kind": names.KIND, "name": "docs", "uid": "u1", "controller": True}
LABELLED = {"labels": {names.LABEL_OWNER: "docs"}}


@pytest.mark.parametrize(
    ("metadata", "fragment"),
    [
        pytest.param({"ownerReferences": [OURS]}, None, id="controlled by us"),
        pytest.param(LABELLED, None, id="an orphan of ours"),
        pytest.param({**LABELLED, "ownerReferences": [{**OURS, "controller": False, "uid": "x"}]}, None, id="no controller"),
        pytest.param({}, "is not of this", id="nobody's"),
        pytest.param({"labels": {names.LABEL_OWNER: "other"}}, "is not of this", id="another service's orphan"),
        pytest.param({"ownerReferences": [{**OURS, "uid": "u0"}]}, "an earlier OCRService docs", id="of an earlier one"),
        pytest.param(
            {"ownerReferences": [{**OURS, "kind": "Helm", "uid": "h"}]}, "belongs to Helm docs", id="another controller's"
        ),
    ],
)
def test_objection(metadata, fragment):
    live = {"kind": "Service", "metadata": {"name": "docs", "namespace": "office", **metadata}}
    found = ownership.objection(live, OWNER)
    assert (found is None) if fragment is None else (fragment in found and "Service office/docs" in found)


@pytest.mark.parametrize(
    ("metadata", "want"), [pytest.param({}, False, id="there"), pytest.param({"deletionTimestamp": "t"}, True, id="going")]
)
def test_going(metadata, want):
    assert ownership.going({"metadata": metadata}) is want
