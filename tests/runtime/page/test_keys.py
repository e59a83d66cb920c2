"""Extracted keys on the page: what was found, how sure that is, and where it stands."""

import json
import pathlib

import fake_ollama
import pytest
from selenium.webdriver import ActionChains, Keys

from kubeocr_contract import extraction
from kubeocr_runtime import results

pytestmark = pytest.mark.xdist_group("browser")
VALUES = {"Number": "page 1", "Last": "page 2", "Buyer": "Ada", "Date": ""}


@pytest.fixture
def ollama(served, tmp_path: pathlib.Path) -> str:
    """The URL of one that says `VALUES`."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "llama3:latest").touch()
    return served(fake_ollama.create(models, say=lambda asked: fake_ollama.Reply(json.dumps(VALUES))))


@pytest.fixture
def page(screen, ollama: str, tmp_path: pathlib.Path, pdf, reader):
    """A document of two pages, read for its keys."""

    def place(found, texts, options):
        corners = ((20, 40), (120, 40), (120, 70), (20, 70))
        line = results.Line(f"page {found.number}", 0.9, corners)
        return results.PageResult(found.number, *found.placement.size, 0, ((line,),))

    reader.place = place
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf(2))
    shown = screen(llm_url=ollama, llm_model="llama3:latest")
    shown(f"#pipeline option[value='{extraction.PATH}']").click()
    shown("#field-keys").send_keys(", ".join(VALUES))
    shown.open(file)
    shown.told("Read:")
    return shown


def row(page, key: str):
    return next(each for each in page.all("#lines tbody tr") if each.text.startswith(key))


def test_each_key_has_its_value_and_how_sure_it_is(page) -> None:
    assert page("#told").text == "Read: 2 of 4 keys found on 2 pages."
    table = [[cell.text for cell in each.find_elements("css selector", "th, td")] for each in page.all("#lines tr")]
    assert table == [
        ["Key", "Value", "Status"],
        ["Number", "page 1", "✓ found page 1"],
        ["Last", "page 2", "✓ found page 2"],
        ["Buyer", "Ada", "? unverified"],
        ["Date", "", "✗ not found"],
    ]
    badge = row(page, "Buyer").find_element("css selector", ".badge")
    assert badge.get_attribute("title") == "The language model says so, but it was not found in the document."


def test_a_key_and_its_places_find_each_other(page) -> None:
    ActionChains(page.driver).move_to_element(row(page, "Number")).perform()
    assert [each.get_attribute("points") for each in page.all("polygon.at")] == ["20,40 120,40 120,70 20,70"]
    ActionChains(page.driver).move_to_element(row(page, "Date")).perform()
    assert page.all("polygon.at") == []
    ActionChains(page.driver).move_to_element(page("polygon")).perform()
    assert page("#lines .at").text.startswith("Number")


def test_a_key_on_another_page_turns_to_it(page) -> None:
    row(page, "Last").find_element("css selector", "button").click()
    page.until(lambda: page("#number").get_property("value") == "2")
    assert page("[aria-current=true]").text.startswith("Last")
    assert len(page.all("polygon.at")) == 1
    assert page.driver.switch_to.active_element.get_attribute("id") == "lines"
    page("#lines").send_keys(Keys.HOME)
    page.until(lambda: page("#number").get_property("value") == "1")
    assert page("[aria-current=true]").text.startswith("Number")


def test_keys_are_kept_as_a_table(page, tmp_path) -> None:
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page("#download").click()
    page.told("Saved")
    page.until((tmp_path / "letter.csv").exists)
    rows = (tmp_path / "letter.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[:2] == ["key,value,status,answer,pages", "Number,page 1,found,,1"]


def test_without_a_language_model_it_says_why(screen, tmp_path, picture) -> None:
    page = screen(refused="503")
    page(f"#pipeline option[value='{extraction.PATH}']").click()
    page("#field-keys").send_keys("Total")
    (tmp_path / "a.png").write_bytes(picture())
    page.open(tmp_path / "a.png")
    page.until(lambda: page("#told").get_attribute("class") == "error")
    assert "llm" in page("#told").text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, theme: str) -> None:
    if page.driver.execute_script("return document.documentElement.dataset.theme") != theme:
        page("#theme").click()
    page("#lines").send_keys(Keys.ARROW_DOWN)
    assert page.violations() == []
