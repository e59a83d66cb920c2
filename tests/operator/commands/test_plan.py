"""`kubeocr plan`, as a person meets it."""

import json
import pathlib

import pytest
import yaml

from kubeocr_contract import images
from kubeocr_operator.commands import plan as command

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/ocrservice.yaml"))
SERVICE = "kind: OCRService\nmetadata: {name: docs}\nspec: {accelerator: {mode: cpu}}\n"


@pytest.fixture
def file(tmp_path):
    """A file with one OCRService, of which nothing is left open."""
    path = tmp_path / "docs.yaml"
    path.write_text(SERVICE)
    return str(path)


def unowned(child):
    """A child of a service that has no uid yet."""
    return {**child, "metadata": {name: value for name, value in child["metadata"].items() if name != "ownerReferences"}}


@pytest.mark.parametrize("case", CASES)
def test_it_prints_what_the_operator_makes_in_its_order(case, capsys):
    config = str(GOLDEN / "images.yaml")
    service = str(GOLDEN / case / "ocrservice.yaml")
    assert command.main(["-f", service, "--config", config, "--accelerator", "cpu", "--operator-namespace", ""]) == 0
    wanted = yaml.safe_load_all((GOLDEN / case / "expected.yaml").read_text())
    assert list(yaml.safe_load_all(capsys.readouterr().out)) == [unowned(child) for child in wanted]


def test_the_same_file_gives_the_same_bytes(file, capsys):
    told = [(command.main(["-f", file]), capsys.readouterr().out) for _ in range(2)]
    assert told[0] == told[1]


@pytest.fixture
def config(tmp_path):
    """A cluster's configuration."""
    path = tmp_path / "images.yaml"
    path.write_text("images: [{repository: r, tag: '1', accelerator: cpu, carries: wheels}]")
    return str(path)


def test_nothing_is_said_where_nothing_is_open(file, config, capsys):
    command.main(["-f", file, "--config", config])
    assert capsys.readouterr().err == ""


def test_whose_list_of_images_it_was_is_said_once(tmp_path, capsys):
    (tmp_path / "two.yaml").write_text(f"{SERVICE}---\n{SERVICE.replace('docs', 'more')}")
    assert command.main(["-f", str(tmp_path / "two.yaml")]) == 0
    told = capsys.readouterr().err
    assert told.startswith("kubeocr plan: planned with this release's own list of images; --config takes the cluster's")
    assert told.count("\n") == 1


def test_what_is_open_is_said_beside_the_documents(tmp_path, config, capsys):
    (tmp_path / "docs.yaml").write_text("kind: OCRService\nmetadata: {name: docs}\n")
    assert command.main(["-f", str(tmp_path / "docs.yaml"), "--config", config]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("default/docs: accelerator.mode auto: planned for cpu; gpu where a node offers nvidia.com/gpu")
    assert told.err.count("\n") == 1


def test_the_other_accelerator(tmp_path, capsys):
    (tmp_path / "docs.yaml").write_text("kind: OCRService\nmetadata: {name: docs}\n")
    assert command.main(["-f", str(tmp_path / "docs.yaml"), "--accelerator", "gpu"]) == 0
    assert "nvidia.com/gpu: '1'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "want"),
    [
        pytest.param([], "default", id="none"),
        pytest.param(["-n", "office"], "office", id="named"),
    ],
)
def test_the_namespace_of_what_names_none(file, capsys, options, want):
    command.main(["-f", file, *options])
    assert {child["metadata"]["namespace"] for child in yaml.safe_load_all(capsys.readouterr().out)} == {want}


def test_for_programs(file, capsys):
    assert command.main(["-f", file, "-o", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "List"
    assert [item["kind"] for item in told["items"]][:2] == ["ServiceAccount", "Deployment"]


def test_for_people(file, capsys):
    assert command.main(["-f", file, "-o", "summary"]) == 0
    told = capsys.readouterr().out
    reason = "the smallest cpu image that reads en, zh with PP-OCRv6 small"
    assert told.startswith(f"OCRService default/docs\n  image      {images.REPOSITORY}:{images.PROJECT_VERSION} ({reason})\n")
    assert "  objects    ServiceAccount docs-ocr-runtime\n             Deployment docs\n" in told


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        pytest.param("{replicas: -1}", "OCRService docs: spec.replicas: must", id="a number out of bounds"),
        pytest.param("{model: {version: PP-OCRv3, size: tiny}}", "spec.model.size: PP-OCRv3 has no size tiny", id="two fields"),
        pytest.param("{languges: []}", "spec.languges: is no field of this resource", id="no field"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, capsys, spec, words):
    (tmp_path / "docs.yaml").write_text(f"kind: OCRService\nmetadata: {{name: docs}}\nspec: {spec}\n")
    assert command.main(["-f", str(tmp_path / "docs.yaml")]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith("kubeocr plan: ")
    assert words in told.err


def test_it_goes_by_the_name_that_it_was_called_by(capsys):
    assert command.main(["-f", "nowhere"], "kubectl ocr") == 1
    assert capsys.readouterr().err == "kubectl ocr plan: nowhere: No such file or directory\n"


def test_a_file_is_needed(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main([])
    assert ended.value.code == 2
    assert "-f/--filename" in capsys.readouterr().err
