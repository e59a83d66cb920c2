"""In which formats a document is handed over: formats.js, run by the browser."""

import pytest

from kubeocr_contract import outputs

pytestmark = pytest.mark.xdist_group("browser")
FORMATS = 'const formats = await import("./page/formats.js");'


def test_the_servers_formats_stand_beside_those_that_are_made_here(screen) -> None:
    found = screen().js(FORMATS + 'return formats.known({formats: ["json", "hocr", "text", "pdf"]});')
    assert found == ["text", "json", "hocr", "pdf"]


@pytest.mark.parametrize(
    ("kind", "formats", "known"),
    [
        pytest.param("regions", ["json", "docx"], ["text", "json", "docx"], id="regions"),
        pytest.param("markdown", ["zip"], ["markdown", "json", "zip"], id="markdown"),
        pytest.param("keys", [], ["csv", "json"], id="keys"),
    ],
)
def test_each_kind_of_answer_has_formats_of_its_own(screen, kind: str, formats: list[str], known: list[str]) -> None:
    assert screen().js(FORMATS + "return formats.known({formats: values[0]}, values[1]);", formats, kind) == known


def found_key(**changes: object) -> dict[str, object]:
    return {"key": "Total", "status": "found", "value": "17.50", "places": [{"page": 2}, {"page": 2}, {"page": 3}], **changes}


# what a spreadsheet would compute is marked as text; a number is none of that
ROWS = [
    (found_key(), "Total,17.50,found,,2 3"),
    (found_key(status="unverified", value="Not found", answer="9", places=[]), "Total,,unverified,9,"),
    (found_key(value='a "b", c'), 'Total,"a ""b"", c",found,,2 3'),
    (found_key(value="=1+1"), "Total,'=1+1,found,,2 3"),
    (found_key(value="-2+cmd|x"), "Total,'-2+cmd|x,found,,2 3"),
    (found_key(value="-5.20"), "Total,-5.20,found,,2 3"),
    (found_key(value="+49 30 123-4"), "Total,+49 30 123-4,found,,2 3"),
]


def test_keys_are_a_table_in_which_nothing_is_computed(screen) -> None:
    table = screen().js('return (await import("./page/csv.js")).table(values[0]);', [finding for finding, _ in ROWS])
    assert table.split("\r\n") == ["\ufeffkey,value,status,answer,pages", *(row for _, row in ROWS), ""]


@pytest.mark.parametrize(
    ("name", "format", "kept"),
    [
        pytest.param("scan.tar.png", "text", "scan.tar.txt", id="text"),
        pytest.param("scan.png", "markdown", "scan.md", id="markdown"),
        pytest.param("scan.pdf", "alto", "scan.xml", id="alto"),
        pytest.param("scan", "docx", "scan.docx", id="no-ending"),
        pytest.param(".png", "json", "document.json", id="no-name"),
    ],
)
def test_a_file_is_named_after_its_document(screen, name: str, format: str, kept: str) -> None:  # noqa: A002
    assert screen().js(FORMATS + "return formats.fileName(...values);", name, format) == kept


@pytest.mark.parametrize(
    ("media", "text"),
    [
        pytest.param("text/html", True, id="html"),
        pytest.param("application/json", True, id="json"),
        pytest.param("application/alto+xml", True, id="alto"),
        pytest.param("application/pdf", False, id="pdf"),
        pytest.param("application/vnd.openxmlformats-officedocument.wordprocessingml.document", False, id="docx"),
    ],
)
def test_what_is_text_can_be_copied(screen, media: str, text: bool) -> None:
    assert screen().js(FORMATS + "return formats.isText(new Blob([], {type: values[0]}));", media) == text


def test_another_format_is_asked_of_the_server_with_the_same_form(screen, picture, reader) -> None:
    script = f"""{FORMATS}
      const again = () => {{
        const form = new FormData();
        form.append("order", "raster");
        form.append("file", new Blob([Uint8Array.from(values[0])]), "a.png");
        return form;
      }};
      const blob = await formats.made("hocr", {{book: {{kind: "lines"}}, pipeline: {{path: "/ocr/ppocrv6"}}, again}});
      return [blob.type.split(";")[0], (await blob.text()).includes("ocr_page")];"""
    assert screen().js(script, list(picture())) == [outputs.OUTPUTS["hocr"].media, True]
    assert reader.seen[-1][2].order == "raster"
