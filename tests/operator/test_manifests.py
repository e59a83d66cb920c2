"""OCRServices out of files."""

import io

import pytest

from kubeocr_operator import manifests

SERVICE = "kind: OCRService\nmetadata: {name: docs}\n"
OTHER = "kind: ConfigMap\nmetadata: {name: docs}\n"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(SERVICE, ["docs"], id="one"),
        pytest.param(f"{OTHER}---\n{SERVICE}---\n", ["docs"], id="among others"),
        pytest.param('{"kind": "List", "items": [{"kind": "OCRService", "metadata": {"name": "a"}}, 7]}', ["a"], id="a list"),
    ],
)
def test_services(text, want):
    assert [service.name for service in manifests.parse(text, "f")] == want


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a: [", "f: no YAML", id="no YAML"),
        pytest.param(OTHER, "f: has no OCRService", id="nothing of ours"),
        pytest.param("7", "f: has no OCRService", id="no object"),
        pytest.param(f"{SERVICE}spec: {{replicas: -1, languges: []}}", "f: OCRService docs: spec", id="what is wrong with it"),
        pytest.param(
            f"apiVersion: kubeocr.io/v2\n{SERVICE}", "f: OCRService docs: apiVersion: must be kubeocr.io/v1", id="version"
        ),
        pytest.param("kind: OCRService\nmetadata: 7", "f: OCRService : metadata", id="no metadata"),
    ],
)
def test_what_is_wrong_is_named(text, words):
    with pytest.raises(manifests.InvalidManifest) as caught:
        manifests.parse(text, "f")
    assert words in str(caught.value)


def test_files_and_standard_input(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text(SERVICE)
    monkeypatch.setattr("sys.stdin", io.StringIO(SERVICE.replace("docs", "piped")))
    assert [service.name for service in manifests.read([str(tmp_path / "a.yaml"), "-"])] == ["docs", "piped"]


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(manifests.InvalidManifest, match="nowhere: No such file"):
        manifests.read(["nowhere"])


@pytest.mark.parametrize(
    ("metadata", "want"),
    [
        pytest.param("{name: docs}", "office", id="as the caller says"),
        pytest.param("{name: docs, namespace: archive}", "archive", id="the file goes before"),
    ],
)
def test_the_namespace(tmp_path, metadata, want):
    (tmp_path / "a.yaml").write_text(f"kind: OCRService\nmetadata: {metadata}\n")
    (body,) = manifests.bodies([str(tmp_path / "a.yaml")], "office")
    assert body["metadata"]["namespace"] == want
