"""docs/OPERATIONS.md explains every condition, and every reason that the operator gives for one."""

import re
from collections import Counter
from collections.abc import Iterator

import charts
import pytest

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
_BAKES = {findings.BAKING, findings.BAKE_FAILED}
_REACHED = {findings.REACHABLE, findings.UNREACHABLE, findings.MODEL_MISSING, findings.NOT_ASKED}
GIVEN = {
    findings.READY: {
        findings.SERVING,
        findings.NO_POD_READY,
        findings.SCALED_TO_ZERO,
        findings.SUSPENDED,
        findings.NOT_CREATED,
    },
    findings.PROGRESSING: {findings.ROLLING_OUT, findings.ROLLED_OUT, findings.STUCK, findings.NOT_CREATED, *_BAKES},
    findings.SPEC_VALID: {findings.ACCEPTED, findings.INVALID, findings.NOT_CARRIED},
    findings.DEGRADED: {
        findings.AS_EXPECTED,
        findings.NAME_TAKEN,
        findings.WRITE_REFUSED,
        findings.BAKE_FAILED,
        findings.PODS_REFUSED,
        findings.STUCK,
        findings.API_MISSING,
        pods.UNSCHEDULABLE,
        pods.IMAGE,
        pods.CRASHING,
        pods.OUT_OF_MEMORY,
        pods.NOT_MOUNTED,
    },
    findings.CAPACITY: {findings.ENOUGH, findings.FREE, findings.NONE_FREE, findings.UNSCHEDULABLE},
    findings.MODELS_LOADED: {findings.LOADED, findings.NOT_LOADED, findings.NOT_ASKED, *_BAKES},
    findings.SCALING: {findings.NOT_CREATED, findings.SCALED_TO_ZERO, findings.API_MISSING},
    findings.ROUTED: {findings.TAKEN, findings.NOT_TAKEN, findings.PENDING},
    findings.LLM_REACHABLE: {*_REACHED, findings.PULLING, findings.PULL_FAILED},
    findings.VLM_REACHABLE: _REACHED,
    findings.QUEUE_REACHABLE: _REACHED - {findings.MODEL_MISSING},
}
"""Condition -> the reasons that the operator itself gives for it."""


def explained() -> Iterator[tuple[str, str]]:
    """A condition and a reason for each that the table has; a row without a condition is about the one above."""
    table = TEXT.partition("| condition | reason |")[2].partition("\n\n")[0]
    kinds: list[str] = []
    for line in table.splitlines()[2:]:
        condition, reasons = line.split("|")[1:3]
        kinds = re.findall(r"\w+", condition) or kinds
        yield from ((kind, reason) for kind in kinds for reason in re.findall(r"`(\w+)`", reasons))


def test_every_condition_and_reason_is_explained() -> None:
    assert len(WORDS) > 30
    assert not sorted(word for word in WORDS - STATES if not re.search(rf"\b{word}\b", TEXT))


def test_no_reason_is_explained_twice_under_a_condition() -> None:
    assert not [row for row, times in Counter(explained()).items() if times > 1]


@pytest.mark.parametrize("kind", GIVEN)
def test_a_reason_is_explained_under_each_condition_that_can_have_it(kind: str) -> None:
    assert not GIVEN[kind] - {reason for condition, reason in explained() if condition == kind}
