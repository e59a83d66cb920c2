"""The chart's schema refuses what the operator would refuse of the same value, and nothing else."""

import json
import re

import charts
import pytest

from kubeocr_operator import values

SCHEMA = json.loads((charts.CHART / "values.schema.json").read_text())


@pytest.mark.parametrize(
    "name",
    [
        "mirror.example",
        "mirror.example:5000",
        "mirror.example:5000/all",
        "mirror.example/all/of_it",
        "Mirror.example",
        "mirror:5000",
        "mirror:5000/all",
        "localhost",
        "localhost/all",
        "192.0.2.1:5000",
        "mirror",
        "mirror/all",
        "mirror.example/",
        "mirror.example/All",
        "mirror.example:5000/a//b",
        "mirror.example:",
        "mirror.example:port",
        "mirror..example",
        "-mirror.example",
        "https://mirror.example",
        "mirror.example/a:1",
        pytest.param(f"mirror.example/{'a' * 240}", id="255 characters"),
        pytest.param(f"mirror.example/{'a' * 241}", id="256 characters"),
    ],
)
def test_a_registry_is_one_to_chart_and_operator_alike(name: str) -> None:
    mirror = SCHEMA["properties"]["runtime"]["properties"]["registryMirror"]
    taken = re.fullmatch(mirror["pattern"], name) is not None and len(name) <= mirror["maxLength"]
    assert taken == values.REGISTRY.holds(name)
