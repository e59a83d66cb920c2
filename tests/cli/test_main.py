"""`kubeocr` finds the side that a word belongs to, and imports no other."""

import json
import pathlib
import subprocess
import sys

import pytest
from reportlab.pdfgen import canvas

from kubeocr import __main__ as command
from kubeocr_contract import images


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kubeocr", *arguments], capture_output=True, text=True, check=False)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in command.COMMANDS)


def test_the_plugin_has_the_words_that_are_about_services(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.kubectl([]) == 0
    first, _, *words, _, last = capsys.readouterr().out.splitlines()
    assert first == "usage: kubectl ocr COMMAND …"
    assert [line.split()[0] for line in words] == ["plan", "diff", "images"]
    assert last.startswith("kubectl ocr COMMAND --help")


@pytest.mark.parametrize("word", ["plan", "diff", "images"])
def test_the_plugin_goes_by_its_own_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.kubectl([word, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: kubectl ocr {word} ")


def test_the_plugin_serves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.kubectl(["serve"]) == 2
    assert "kubectl ocr: 'serve' is no command; there are plan, diff, images" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "package", "extra"),
    [
        pytest.param("serve", "numpy", "runtime", id="deep below a command of the runtime"),
        pytest.param("plan", "pydantic", "operator", id="of the operator"),
    ],
)
def test_a_package_that_is_not_installed_is_named_with_the_extra_that_brings_it(word: str, package: str, extra: str) -> None:
    absent = f"import sys; sys.modules[{package!r}] = None"
    called = f"from kubeocr import __main__ as command; sys.exit(command.main([{word!r}]))"
    done = subprocess.run([sys.executable, "-c", f"{absent}; {called}"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"kubeocr {word}: {package} is not installed here; in a checkout: pip install '.[{extra}]'\n"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == images.PROJECT_VERSION


def test_an_unknown_word_is_told_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["scan"]) == 2
    assert "'scan' is no command; there are serve, ocr, models, keys, plan, diff, images, operator" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["serve", "--port", "99999"], 2, "serve: --port: 99999 is not within 1 to 65535", id="bad-port"),
        pytest.param(["serve", "--engine", "torch"], 2, "serve: --engine: 'torch' is not one of", id="bad-engine"),
        pytest.param(["serve", "--precision", "fp8"], 2, "serve: --precision: 'fp8' is not one of auto,", id="bad-precision"),
        pytest.param(["serve", "--streams", "65"], 2, "serve: --streams: 65 is not within 0 to 64", id="bad-streams"),
        pytest.param(["ocr", "--detection-side", "9", "x.png"], 2, "9 is not 0 or within 320 to 4000", id="bad-side"),
        pytest.param(["ocr", "--characters", "x", "x.png"], 2, "--characters: 'x' is not one of languages, all", id="bad-set"),
        pytest.param(["serve", "--api-keys-dir", "/no"], 2, "serve: --api-keys-dir: there is no folder /no", id="no-keys"),
        pytest.param(["ocr", "--threads", "x", "x.png"], 2, "ocr: --threads: 'x' is not a whole number", id="bad-number"),
        pytest.param(["ocr", "--models-dir", "/no", "x.png"], 2, "ocr: --models-dir: there is no folder /no", id="no-models"),
        pytest.param(["ocr", "--lang", "frnch", "x.png"], 2, "did you mean 'fr'?", id="bad-language"),
        pytest.param(["ocr", "--enhance-options", "{", "x.png"], 2, "enhance_options: '{' is no JSON", id="bad-enhancement"),
        pytest.param(["ocr", "--format", "rtf", "x.png"], 2, "invalid choice: 'rtf' (choose from", id="no-such-format"),
        pytest.param(["ocr", "--format", "pdf", "x.png", "y.png"], 2, "--format pdf: of several files only with", id="pdfs"),
        pytest.param(["ocr", "--out", "x", "x.png", "a/x.png"], 2, "--out: two of the files have one name", id="one-name"),
        pytest.param(["ocr", "no-such-file.png"], 1, "no-such-file.png: No such file", id="no-file"),
        pytest.param(["models", "cook"], 2, "WORD is bake, quantise, verify or pull", id="bad-word"),
        pytest.param(["models", "verify", "/no"], 1, "verify: /no has no manifest.json", id="no-manifest"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], code: int, words: str) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_who_has_read_enough_is_no_mistake(tmp_path: pathlib.Path) -> None:
    many = (f"kind: OCRService\nmetadata: {{name: a{number}}}\nspec: {{accelerator: {{mode: cpu}}}}\n" for number in range(30))
    (tmp_path / "a.yaml").write_text("---\n".join(many))
    (tmp_path / "images.yaml").write_text("")
    line = [sys.executable, "-m", "kubeocr", "plan", "-f", str(tmp_path / "a.yaml"), "--config", str(tmp_path / "images.yaml")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_a_mistake_in_the_environment_is_told_under_the_variables_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEOCR_PORT", "99999")
    assert "kubeocr serve: KUBEOCR_PORT: 99999 is not within" in run("serve", "--engine", "auto").stderr


@pytest.mark.models
def test_ocr_prints_the_text_or_all_that_http_would_tell(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "page.pdf"
    paper = canvas.Canvas(str(file), pagesize=(400, 100))
    for word in ("first", "second"):
        paper.setFont("Helvetica", 36)
        paper.drawString(20, 40, f"the {word} page")
        paper.showPage()
    paper.save()
    assert run("ocr", str(file)).stdout == "the first page\n\nthe second page\n"
    name, no_file = str(file), str(tmp_path / "none")
    several = run("ocr", name, no_file, name)
    assert several.stdout == f"==> {name} <==\nthe first page\n\nthe second page\n\n" * 2
    assert several.returncode == 1
    assert f"kubeocr ocr: {no_file}: No such file or directory\n" in several.stderr
    told = json.loads(run("ocr", "--json", "--order", "raster", str(file)).stdout)
    assert (told["total_pages"], told["order"], told["results"][1]["page"]) == (2, "raster", 2)
    own = json.loads(run("ocr", "--json", "--text-layer", "force", str(file)).stdout)
    assert (own["text"], {page["source"] for page in own["pages"]}) == (told["text"], {"text_layer"})
    out = tmp_path / "made"
    made = run("ocr", "--format", "tsv", "--out", str(out), name, no_file)
    assert (made.returncode, made.stdout) == (1, "")
    words = [row.split("\t") for row in (out / "page.pdf.tsv").read_text().splitlines()]
    assert [row[-1] for row in words if row[0] == "5"] == "the first page the second page".split()
    searchable = subprocess.run(
        [sys.executable, "-m", "kubeocr", "ocr", "--format", "pdf", name], capture_output=True, check=True
    )
    assert searchable.stdout.startswith(b"%PDF-")
    placed = json.loads(run("ocr", "--json", "--words", name).stdout)
    assert [word["text"] for word in placed["results"][0]["words"]] == ["the", "first", "page"]
