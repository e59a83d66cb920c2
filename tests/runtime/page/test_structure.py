"""Answers of PP-StructureV3's routes on the page: regions with their boxes, and Markdown as it looks."""

import io
import json
import pathlib
import zipfile

import PIL.Image
import pytest
from selenium.webdriver import ActionChains, Keys

from kubeocr_contract import structured
from kubeocr_runtime import results

pytestmark = pytest.mark.xdist_group("browser")
SIZE = (600, 400)
TABLE = "<html><body><table><tr><td>Item</td><td>Price</td></tr><tr><td>&lt;b&gt;</td><td>5</td></tr></table></body></html>"
HOSTILE = "<img src=x onerror=alert(1)>"


def png() -> bytes:
    out = io.BytesIO()
    PIL.Image.new("RGB", (40, 20), "red").save(out, "PNG")
    return out.getvalue()


def corners(left: int, top: int, right: int, bottom: int) -> results.Polygon:
    return (left, top), (right, top), (right, bottom), (left, bottom)


@pytest.fixture
def file(tmp_path: pathlib.Path, picture) -> pathlib.Path:
    path = tmp_path / "report.png"
    path.write_bytes(picture("PNG", size=SIZE))
    return path


@pytest.fixture
def report(reader):
    """The reader finds a title, a table, text that is hostile, a picture and a footer."""

    def place(found, texts, options):
        lines = (results.Line("Report", 0.9, corners(20, 20, 200, 50)),)
        shown = png() if options.layout and options.layout.pictures else b""
        blocks = (
            results.Block("doc_title", corners(20, 20, 200, 50), 0.9, "Report", lines),
            results.Block("table", corners(20, 60, 580, 160), 0.9, TABLE),
            results.Block("text", corners(20, 170, 580, 230), 0.8, f"Two\n{HOSTILE}"),
            results.Block("image", corners(20, 240, 300, 340), 0.7, image=shown),
            results.Block("footer", corners(20, 360, 580, 390), 0.6, "Page 1"),
        )
        return results.PageResult(found.number, *found.placement.size, 0, (lines,), blocks=blocks)

    reader.place = place
    return reader


def read(screen, path: str, file: pathlib.Path):
    page = screen()
    page(f"#pipeline option[value='{path}']").click()
    page.open(file)
    page.told("Read:")
    return page


def cells(page) -> list[str]:
    return [cell.text for cell in page.all("#lines td")]


def test_regions_are_shown_as_what_they_are_each_with_its_box(screen, file, report) -> None:
    page = read(screen, structured.JSON, file)
    assert page("#told").text == "Read: 5 regions on 1 page."
    assert (page("#text-title").text, page("#lines h3").text) == ("Structure", "Report")
    assert cells(page) == ["Item", "Price", "<b>", "5"]
    assert [each.text for each in page.all("#lines .text p")] == ["Two", HOSTILE]
    page.until(lambda: page("#lines img").get_property("naturalWidth") == 40)
    assert page("#lines img").get_attribute("alt") == "image"
    assert [each.get_attribute("aria-label") for each in page.all("#lines .part")] == [
        "doc title", "table", "text", "image", "footer",
    ]  # fmt: skip
    assert page.all("polygon")[1].get_attribute("points") == "20,60 580,60 580,160 20,160"
    assert [each.get_attribute("class") for each in page.all("polygon")] == ["heading", "table", "text", "picture", "edge"]


def test_a_region_and_its_box_find_each_other(screen, file, report) -> None:
    page = read(screen, structured.JSON, file)
    ActionChains(page.driver).move_to_element(page.all("#lines td")[2]).perform()
    assert [each.get_attribute("class") for each in page.all("polygon.at")] == ["table at"]
    ActionChains(page.driver).move_to_element(page.all("polygon")[4]).perform()
    assert [each.text for each in page.all("#lines .at")] == ["Page 1"]
    ActionChains(page.driver).click(page("#lines h3")).move_to_element(page("h1")).perform()
    assert page("[aria-current=true]").text == "Report"
    assert page.all("polygon.at")[0].get_attribute("class") == "heading at"


def test_arrow_keys_go_through_the_regions(screen, file, report) -> None:
    page = read(screen, structured.JSON, file)
    page("#lines").send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert page(f"#{page('#lines').get_attribute('aria-activedescendant')}").get_attribute("aria-label") == "table"
    page("#lines").send_keys(Keys.END)
    assert [each.text for each in page.all("[aria-current=true]")] == ["Page 1"]


def test_markdown_is_shown_as_it_looks(screen, file, report) -> None:
    page = read(screen, structured.MARKDOWN, file)
    assert page("#told").text == "Read: 1 page."
    assert page("#lines h3").text == "Report"
    assert cells(page) == ["Item", "Price", "<b>", "5"]
    assert [each.text for each in page.all("#lines > p")] == ["Two", HOSTILE]
    page.until(lambda: page("#lines img").get_property("naturalWidth") == 40)
    assert page.all("#lines table table") == page.all("polygon") == []


def test_what_was_written_into_a_document_does_nothing(screen, file, report) -> None:
    for path in structured.ROUTES:
        page = read(screen, path, file)
        assert len(page.all("#lines img")) == 1, "the picture of the page, and none of the text's"
        assert page.all("#lines script") == []


@pytest.mark.parametrize(
    ("path", "format", "start"),
    [
        pytest.param(structured.JSON, "text", b"Report\n\nItem\tPrice\n<b>\t5\n\nTwo", id="text"),
        pytest.param(structured.JSON, "json", b"{", id="json"),
        pytest.param(structured.JSON, "docx", b"PK", id="docx"),
        pytest.param(structured.JSON, "html", b"<!doctype html>", id="html"),
        pytest.param(structured.MARKDOWN, "markdown", b"# Report", id="markdown"),
        pytest.param(structured.MARKDOWN, "zip", b"PK", id="zip"),
    ],
)
def test_it_is_kept_in_every_format_that_there_is(screen, file, report, tmp_path, path: str, format: str, start: bytes) -> None:  # noqa: A002
    page = read(screen, path, file)
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page(f"#format option[value={format}]").click()
    page("#download").click()
    page.told("Saved")
    ending = {"text": "txt", "markdown": "md"}.get(format, format)
    kept = tmp_path / f"report.{ending}"
    page.until(kept.exists)
    assert kept.read_bytes().startswith(start)
    if format == "json":
        assert json.loads(kept.read_bytes())["pipeline"] == structured.PIPELINE
    if format == "zip":
        assert "document.md" in zipfile.ZipFile(kept).namelist()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", structured.ROUTES)
def test_axe_finds_nothing_serious(screen, file, report, theme: str, path: str) -> None:
    page = read(screen, path, file)
    if page.driver.execute_script("return document.documentElement.dataset.theme") != theme:
        page("#theme").click()
    page("#lines").send_keys(Keys.ARROW_DOWN)
    assert page.violations() == []
