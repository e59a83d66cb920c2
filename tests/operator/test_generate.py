"""Generated files are right, or it is said which are not."""

import pathlib

import pytest

from kubeocr_operator import generate


def test_the_checkout_has_what_the_models_give() -> None:
    assert list(generate.stale_files(generate.ROOT)) == []


def test_a_missing_and_a_changed_file_are_named_and_then_written(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ["--root", str(tmp_path)]
    assert generate.main(root) == 0
    assert generate.main([*root, "--check"]) == 0
    (tmp_path / "docs/OCRSERVICE.md").write_text("old", encoding="utf-8")
    (tmp_path / "crds/ocrservice.yaml").unlink()
    assert generate.main([*root, "--check"]) == 1
    assert capsys.readouterr().err.split(": stale, run `make generate`\n") == ["crds/ocrservice.yaml", "docs/OCRSERVICE.md", ""]
    assert (tmp_path / "docs/OCRSERVICE.md").read_text(encoding="utf-8") == "old"
    assert generate.main(root) == 0
    assert generate.main([*root, "--check"]) == 0


def test_the_charts_copy_is_the_same_definition_kept_and_switchable() -> None:
    files = generate.files()
    chart = files["charts/kubeocr/templates/crd.yaml"].splitlines()
    assert chart[1] == "{{- if .Values.crds.install }}"
    assert chart[-1] == "{{- end }}"
    kept = ["  annotations:", "    helm.sh/resource-policy: keep"]
    assert [line for line in chart[2:-1] if line not in kept] == files["crds/ocrservice.yaml"].splitlines()[1:]
    assert "{{" not in files["crds/ocrservice.yaml"]
