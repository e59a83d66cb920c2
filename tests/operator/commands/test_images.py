"""`kubeocr images`, as a person meets it."""

import json

import pytest

from kubeocr_contract import images
from kubeocr_operator.commands import images as command

SERVICE = "kind: OCRService\nmetadata: {name: docs}\nspec: {accelerator: {mode: cpu}}\n"
RUNTIME = f"{images.REPOSITORY}:{images.PROJECT_VERSION}"


@pytest.fixture
def file(tmp_path):
    """A file with one OCRService."""
    path = tmp_path / "docs.yaml"
    path.write_text(SERVICE)
    return str(path)


def test_one_a_line(file, capsys):
    assert command.main(["-f", file]) == 0
    assert capsys.readouterr().out.splitlines() == [images.OPERATOR, RUNTIME]


def test_everything_where_no_file_is_named(capsys):
    assert command.main([]) == 0
    told = capsys.readouterr().out.splitlines()
    assert {images.OPERATOR, images.BAKER, *(image.reference for image in images.PUBLISHED)} < set(told)


def test_as_a_table(file, capsys):
    assert command.main(["-f", file, "--format", "table", "--mirror", "mirror.example:5000"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "IMAGE"
    assert rows[1].split() == [RUNTIME, f"mirror.example:5000/{RUNTIME}", "default/docs"]


def test_for_programs(file, capsys):
    assert command.main(["-f", file, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {"image": RUNTIME, "mirrored": RUNTIME, "for": ["default/docs"]}


def test_as_commands_that_copy(file, capsys):
    assert command.main(["-f", file, "--format", "skopeo", "--mirror", "mirror.example"]) == 0
    copies = [line.split()[-2:] for line in capsys.readouterr().out.splitlines()]
    assert [f"docker://{RUNTIME}", f"docker://mirror.example/{RUNTIME}"] in copies


def test_the_configuration_is_the_operators(tmp_path, file, capsys):
    (tmp_path / "images.yaml").write_text("images: [{repository: r, tag: '1', accelerator: cpu, carries: wheels}]")
    assert command.main(["-f", file, "--config", str(tmp_path / "images.yaml")]) == 0
    assert "r:1" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["-f", "nowhere"], "kubeocr images: nowhere: No such file", id="no file"),
        pytest.param(["--config", "nowhere"], "kubeocr images: nowhere cannot be read", id="no configuration"),
    ],
)
def test_what_cannot_be_read_is_one_line(arguments, words, capsys):
    assert command.main(arguments) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--mirror", "a b"], "'a b' must be a registry's host", id="no registry"),
        pytest.param(["--format", "skopeo"], "name a --mirror", id="copied to where"),
        pytest.param(["--format", "xml"], "invalid choice: 'xml'", id="no such format"),
    ],
)
def test_words_that_mean_nothing(arguments, words, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err
