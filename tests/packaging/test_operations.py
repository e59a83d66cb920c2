"""docs/OPERATIONS.md explains every condition, and every reason that the operator gives for one."""

import re

import charts

from kubeocr_operator import pods
from kubeocr_operator.conditions import findings

TEXT = (charts.ROOT / "docs" / "OPERATIONS.md").read_text()
STATES = {findings.COMPLETE, findings.FAILED}
"""Of Jobs: no reasons."""
WORDS = {
    value
    for module in (findings, pods)
    for name, value in vars(module).items()
    if name.isupper() and not name.startswith("_") and isinstance(value, str)
}


def test_every_condition_and_reason_is_explained() -> None:
    assert len(WORDS) > 30
    assert not sorted(word for word in WORDS - STATES if not re.search(rf"\b{word}\b", TEXT))
