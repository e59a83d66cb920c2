"""The reference says of every field what it is."""

import pytest

from kubeocr_operator import references, schemas, specs

LINES = references.page().splitlines()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            "| `spec.autoscaling.minReplicas` | integer | `1` | 1 to 1000 | Never fewer, but for scaleToZero. |", id="default"
        ),
        pytest.param("| `spec.autoscaling.maxReplicas` | integer | required | 1 to 1000 | Never more. |", id="required"),
        pytest.param("| `status.url` | string | Where the service answers inside the cluster. |", id="status"),
        pytest.param("- `spec.model.size`: PP-OCRv3 has no size <size>; size must be one of small", id="rule"),
        pytest.param("- `spec.autoscaling.minReplicas`: minReplicas must be at most maxReplicas", id="rule-of-a-part"),
    ],
)
def test_a_line(line: str) -> None:
    assert line in LINES


def test_every_field_of_the_spec_has_a_line() -> None:
    fields = [f"spec.{name}" for name in schemas.structural(specs.Spec)["properties"]]
    assert [field for field in fields if not any(line.startswith(f"| `{field}` |") for line in LINES)] == []


def test_every_row_has_all_cells() -> None:
    rows = [line for line in LINES if line.startswith("| `spec.")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {6}
