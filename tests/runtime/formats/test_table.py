import pytest
import read_pages

from kubeocr_contract import outputs
from kubeocr_runtime.formats import table

BEGINS = {
    "text": b"Dear", "markdown": b"Dear", "html": b"<!doctype html>", "hocr": b"<?xml", "alto": b"<?xml", "tsv": b"level\t",
    "pdf": b"%PDF-", "docx": b"PK",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(outputs.OUTPUTS) - {outputs.JSON}))
def test_every_format_has_its_renderer(name: str) -> None:
    assert table.renderer(outputs.OUTPUTS[name])(read_pages.FOUND).startswith(BEGINS[name])


@pytest.mark.parametrize("name", sorted(set(outputs.OUTPUTS) - {outputs.JSON, "docx"}))  # a zip has the time in it
def test_the_same_pages_give_the_same_bytes(name: str) -> None:
    render = table.renderer(outputs.OUTPUTS[name])
    assert render(read_pages.HEBREW) == render(read_pages.HEBREW)
