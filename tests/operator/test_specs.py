"""Whatever a spec may be, it survives its document."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubeocr_operator import ocrservices, quantities, specs, values

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Specs are large, and the machine may be busy."""
PODS = st.one_of(st.integers(0, 1000), st.integers(0, 100).map("{}%".format))
NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
QUANTITIES = st.sampled_from(["1", "500m", "1500m", "1Gi", "512Mi", "0", "2e3", "0.5", "1000m", "8E"])
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def subsets(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, unique=True)


def rule_abiding(document: dict[str, Any]) -> bool:
    try:
        ocrservices.parse({"metadata": {"name": "reader"}, "spec": document})
    except ocrservices.InvalidService:
        return False
    return True


IMAGES = st.one_of(
    some(pullPolicy=st.sampled_from(["Always", "Never"]), pullSecrets=st.lists(NAMES, unique=True, max_size=16)),
    st.fixed_dictionaries({"repository": NAMES, "tag": TAGS}),
    st.fixed_dictionaries({"repository": NAMES.map("site.example:5000/{}/ocr".format), "digest": DIGESTS}),
)
ACCELERATORS = st.one_of(
    st.just({"mode": "cpu"}),
    some(
        mode=st.sampled_from(["auto", "gpu"]), resource=NAMES.map("example.com/{}".format), count=st.integers(1, 16),
        runtimeClassName=NAMES,
    ),
)  # fmt: skip
PACES = some(
    stabilizationWindowSeconds=st.integers(0, 3600), selectPolicy=st.sampled_from(["Max", "Min", "Disabled"]),
    policies=st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["Pods", "Percent"]), "value": st.integers(1, 1000), "periodSeconds": st.integers(1, 1800)}
        ),
        min_size=1, max_size=8,
    ),
)  # fmt: skip
METRICS = (
    {"type": "cpu", "target": 50},
    {"type": "queue", "target": 9},
    {"type": "external", "metric": {"name": "m", "selector": {"a": "b"}, "value": "500m", "valueType": "Value"}},
)
SCALING = st.fixed_dictionaries(
    {"maxReplicas": st.integers(1, 1000)},
    optional={
        "minReplicas": st.integers(1, 1000),
        "metrics": st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique_by=lambda metric: metric["type"]),
        "behavior": some(scaleUp=PACES, scaleDown=PACES),
    },
)
SPECS = some(
    languages=subsets(values.READABLE),
    model=some(version=st.sampled_from(["PP-OCRv6", "PP-OCRv5"]), size=st.sampled_from(["small", "medium"])),
    image=IMAGES,
    engine=some(
        name=st.sampled_from(["auto", "onnxruntime", "openvino", "tensorrt", "paddle"]),
        threads=st.integers(0, 1024),
        precision=st.sampled_from(["auto", "fp16", "int8"]),
        characters=st.sampled_from(["languages", "all"]),
        detectionSide=st.integers(320, 4000) | st.just(0),
        streams=st.integers(0, 64),
        cache=some(claimName=NAMES),
    ),
    accelerator=ACCELERATORS,
    replicas=st.integers(0, 1000),
    autoscaling=SCALING,
    resources=some(requests=st.dictionaries(st.sampled_from(["cpu", "memory", "example.com/x"]), QUANTITIES)),
    service=some(port=st.integers(1, 65535), annotations=st.dictionaries(NAMES, st.text(max_size=20), max_size=32)),
    limits=some(uploadMiB=st.integers(1, 4096), pages=st.integers(1, 100_000), queueMiB=st.integers(1, 1_000_000)),
    rollout=some(maxSurge=PODS, maxUnavailable=PODS, drainSeconds=st.integers(0, 3600)),
    disruption=st.one_of(some(maxUnavailable=PODS), some(minAvailable=PODS)),
).filter(rule_abiding)


@unhurried
@given(SPECS)
def test_a_spec_survives_its_document(document: dict[str, Any]) -> None:
    spec = specs.Spec.model_validate(document)
    assert specs.Spec.model_validate(spec.document()) == spec


@unhurried
@given(SPECS)
def test_a_document_says_what_was_written(document: dict[str, Any]) -> None:
    assert _missing(document, specs.Spec.model_validate(document).document()) == []


def _missing(part: Any, whole: Any, path: str = "spec") -> list[str]:
    """Paths of what the one document says and the other does not; a quantity in another form is the same."""
    if isinstance(part, dict):
        return [found for key, value in part.items() for found in _missing(value, whole.get(key), f"{path}.{key}")]
    same = part == whole or (".resources." in path and quantities.parse(part) == quantities.parse(whole))
    return [] if same else [path]


@pytest.mark.parametrize(
    ("image", "want"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"repository": "site/ocr", "tag": "1"}, "site/ocr:1", id="tag"),
        pytest.param({"repository": "site/ocr", "digest": "sha256:" + "0" * 64}, "site/ocr@sha256:" + "0" * 64, id="digest"),
    ],
)
def test_the_reference_of_an_image(image: dict[str, str], want: str | None) -> None:
    assert specs.Image.model_validate(image).reference == want


@pytest.mark.parametrize(
    ("disruption", "want"),
    [
        pytest.param({}, {"maxUnavailable": 1}, id="default"),
        pytest.param({"maxUnavailable": 0}, {"maxUnavailable": 0}, id="zero-is-a-value"),
        pytest.param({"minAvailable": "50%"}, {"minAvailable": "50%"}, id="least"),
    ],
)
def test_the_budget_of_a_disruption(disruption: dict[str, Any], want: dict[str, Any]) -> None:
    assert specs.Disruption.model_validate(disruption).budget == want


def test_quantities_are_as_the_api_server_writes_them() -> None:
    resources = specs.Resources.model_validate({"requests": {"cpu": 1, "memory": "1024Mi"}, "limits": {"cpu": "1000m"}})
    assert (resources.requests, resources.limits) == ({"cpu": "1", "memory": "1Gi"}, {"cpu": "1"})
