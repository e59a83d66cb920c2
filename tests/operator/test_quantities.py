"""Quantities are read and written as the API server does."""

import decimal
import json

import pytest
from cluster import clusters

from kubeocr_operator import quantities

CANONICAL = {
    "0": "0", "0Gi": "0", "1": "1", "+2": "2", ".5": "500m", "0.1": "100m", "1.": "1", "1000m": "1", "1500m": "1500m",
    "1000": "1k", "1000k": "1M", "1500": "1500", "100k": "100k", "1E": "1E", "12e6": "12e6", "1e3": "1e3", "100e1": "1e3",
    "2048Ki": "2Mi", "1024Mi": "1Gi", "1500Mi": "1500Mi", "1025Ki": "1025Ki", "0.5Gi": "512Mi", "1.5Gi": "1536Mi",
    "0.5Ki": "512", "0.0001Ki": "103m", "1n": "1m", "0.0000000001": "1m", "1.0005": "1001m",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("500m", "0.5", id="milli"),
        pytest.param("2", "2", id="plain"),
        pytest.param("4Gi", str(4 * 1024**3), id="binary"),
        pytest.param("1k", "1000", id="decimal"),
        pytest.param("1E", "1e18", id="exa"),
        pytest.param("1E2", "100", id="exponent"),
        pytest.param("-1u", "-0.000001", id="negative"),
    ],
)
def test_parse(text: str, want: str) -> None:
    assert quantities.parse(text) == decimal.Decimal(want)


@pytest.mark.parametrize("text", ["", "much", "1 Gi", "1GB", "1K", "0x1", "1e", "--1", "1Gi\n", "१"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    assert not quantities.valid(text)
    with pytest.raises(ValueError, match="is no quantity such as 500m, 2 or 4Gi"):
        quantities.parse(text)


@pytest.mark.parametrize(("text", "want"), [pytest.param(text, want, id=text) for text, want in CANONICAL.items()])
def test_canonical(text: str, want: str) -> None:
    assert quantities.canonical(text) == want
    assert quantities.canonical(want) == want


@pytest.mark.cluster
@pytest.mark.parametrize(
    "texts", [pytest.param(tuple(CANONICAL), id="any"), pytest.param(tuple(CANONICAL.values()), id="canonical")]
)
def test_canonical_is_what_the_api_server_stores(kubeconfig: clusters.Cluster, texts: tuple[str, ...]) -> None:
    containers = [
        {"name": f"c{number}", "image": "none", "resources": {"requests": {"ephemeral-storage": text}}}
        for number, text in enumerate(texts)
    ]
    metadata = {"name": "quantities", "namespace": "default"}
    document = {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "metadata": metadata,
        "template": {"spec": {"containers": containers}},
    }
    done = kubeconfig.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", input=json.dumps(document))
    assert done.returncode == 0, done.stderr
    requests = [c["resources"]["requests"] for c in json.loads(done.stdout)["template"]["spec"]["containers"]]
    # "+2" and "1." come back as they were sent, not canonical; only what is canonical is surely stored as it was sent
    unchanged = {"+2", "1."}
    want = [text if text in unchanged else quantities.canonical(text) for text in texts]
    assert [found["ephemeral-storage"] for found in requests] == want
