"""The page at `/` in Debian's Chromium, on the real application: as a person uses it, and as axe-core looks at it."""

import base64
import json
import pathlib

import PIL.Image
import pytest
import requests
from selenium.webdriver import ActionChains, Keys

from kubeocr_contract import languages, settings
from kubeocr_runtime import app, errors, pipelines, results

pytestmark = pytest.mark.xdist_group("browser")
GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
SIZE = (600, 400)


@pytest.fixture
def saved(tmp_path: pathlib.Path, picture, pdf):
    """A file of a kind that the page may be given: `saved("png")`, `saved("pdf", pages=3)`."""

    def save(kind: str, pages: int = 1) -> pathlib.Path:
        path = tmp_path / f"letter.{kind}"
        path.write_bytes(pdf(pages) if kind == "pdf" else picture({"tif": "TIFF"}.get(kind, kind.upper()), size=SIZE))
        return path

    return save


def row(*texts: str, top: int) -> tuple[results.Line, ...]:
    """Lines beside each other, 100 pixels wide each."""
    corners = [((x, top), (x + 90, top), (x + 90, top + 30), (x, top + 30)) for x in range(20, 20 + 100 * len(texts), 100)]
    return tuple(results.Line(text, 0.875, polygon) for text, polygon in zip(texts, corners, strict=True))


@pytest.fixture
def three(reader):
    """The reader finds two rows, of three lines."""

    def place(found, texts, options) -> results.PageResult:
        rows = (row("Total", "17.50", top=40), row("Thank you", top=300))
        return results.PageResult(found.number, *found.placement.size, 0, rows)

    reader.place = place
    return reader


def test_a_picture_is_shown_with_a_box_for_each_line_and_its_text_beside_it(screen, saved, three) -> None:
    page = screen()
    page.open(saved("png"))
    assert page.told("Read:") == "Read: 3 lines on 1 page."
    assert page.lines() == ["Total", "17.50", "Thank you"]
    assert [each.text for each in page.all(".line-row")] == ["Total 17.50", "Thank you"]
    assert page.all("polygon")[0].get_attribute("points") == "20,40 110,40 110,70 20,70"
    image, svg = page(".paper img").rect, page(".paper svg").rect
    assert image == pytest.approx(svg, abs=1)
    box = page.all("polygon")[2].rect
    scale = image["width"] / SIZE[0]
    assert (box["x"] - image["x"], box["y"] - image["y"]) == pytest.approx((20 * scale, 300 * scale), abs=2)


def test_each_pane_finds_the_other(screen, saved, three) -> None:
    page = screen()
    page.open(saved("png"))
    page.told("Read:")
    ActionChains(page.driver).move_to_element(page.all("[role=option]")[1]).perform()
    assert page("polygon.at").get_attribute("points").startswith("120,40")
    ActionChains(page.driver).move_to_element(page.all("polygon")[2]).perform()
    assert [each.text for each in page.all("#lines .at")] == ["Thank you"]
    ActionChains(page.driver).move_to_element(page("h1")).perform()
    assert page.all(".at") == []


def test_what_is_clicked_stays_marked(screen, saved, three) -> None:
    page = screen()
    page.open(saved("png"))
    page.told("Read:")
    ActionChains(page.driver).click(page.all("polygon")[0]).move_to_element(page("h1")).perform()
    assert page("[aria-selected=true]").text == "Total"
    assert page("polygon.at").get_attribute("points").startswith("20,40")


def test_arrow_keys_go_through_the_lines(screen, saved, three) -> None:
    page = screen()
    page.open(saved("png"))
    page.told("Read:")
    for keys, text in [
        ((Keys.ARROW_DOWN,) * 2, "17.50"),
        ((Keys.END,), "Thank you"),
        ((Keys.ARROW_UP, Keys.ARROW_UP), "Total"),
    ]:
        page("#lines").send_keys(*keys)
        assert page(f"#{page('#lines').get_attribute('aria-activedescendant')}").text == text
    assert page("polygon.at").get_attribute("points").startswith("20,40")


def test_the_tab_key_reaches_everything_in_the_order_of_use(screen, saved, three) -> None:
    page = screen()
    page.open(saved("png"))
    page.told("Read:")
    stops: list[str] = []
    while "lines" not in stops:
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        stops.append(page.driver.switch_to.active_element.get_attribute("id"))
        assert len(stops) < 50, stops
    wanted = [
        "theme",
        "file",
        "pipeline",
        "language",
        "read",
        "smaller",
        "larger",
        "sheet",
        "format",
        "copy",
        "download",
        "lines",
    ]
    assert [stop for stop in stops if stop in wanted] == wanted


def test_copied_text_is_the_apis_own(screen, saved, three) -> None:
    page = screen()
    origin = page.url.rstrip("/")
    grant = {"origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    page.open(saved("png"))
    page.told("Read:")
    page("#copy").click()
    assert page.told("Copied") == "Copied as Text."
    assert page.js("return navigator.clipboard.readText()") == "Total 17.50\nThank you"


def test_text_is_copied_where_the_browser_has_no_clipboard_for_the_page(screen, saved, three) -> None:
    page = screen()
    page.open(saved("png"))
    page.told("Read:")
    page.driver.execute_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.driver.execute_script("addEventListener('copy', () => { window.copied = String(document.activeElement.value) })")
    page("#copy").click()
    page.told("Copied")
    assert page.driver.execute_script("return window.copied") == "Total 17.50\nThank you"


@pytest.mark.parametrize(
    ("kind", "lang"),
    [pytest.param("png", "en", id="png"), pytest.param("pdf", "en", id="pdf"), pytest.param("pdf", "auto", id="any language")],
)
def test_downloaded_json_is_what_the_api_answers_whole(screen, saved, tmp_path, kind: str, lang: str) -> None:
    page = screen()
    page(f"#language option[value={lang}]").click()
    file = saved(kind, pages=3)
    page.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    page.open(file)
    page.told("Read:")
    page("#format option[value=json]").click()
    page("#download").click()
    page.told("Saved")
    kept = tmp_path / "letter.json"
    page.until(kept.exists)
    mine = json.loads(kept.read_text(encoding="utf-8"))
    theirs = requests.post(page.url + "ocr/ppocrv6", data={"lang": lang}, files={"file": file.read_bytes()}, timeout=20).json()
    assert {**mine, "timings": {}} == {**theirs, "timings": {}}
    assert set(mine["timings"]) == set(theirs["timings"])


@pytest.mark.parametrize("kind", ["pdf", "tif"])
def test_what_no_browser_draws_the_server_does(screen, saved, kind: str) -> None:
    page = screen()
    page.open(saved(kind))
    page.told("Read:")
    width = {"pdf": 200, "tif": SIZE[0]}[kind]
    page.until(lambda: page(".paper img").get_property("naturalWidth") == width)
    assert page(".paper img").get_attribute("alt") == f"Page 1 of letter.{kind}"


def test_pages_are_turned(screen, saved) -> None:
    page = screen()
    page.open(saved("pdf", pages=3))
    assert page.told("Read:") == "Read: 3 lines on 3 pages."
    assert (page.lines(), page("#of").text, page("#before").is_enabled()) == (["page 1"], "of 3", False)
    first = page.until(lambda: page(".paper img").get_attribute("src"))
    page("#after").click()
    page.until(lambda: page(".paper img").get_attribute("src") not in {None, first})
    assert page.lines() == ["page 2"]
    page("#number").clear()
    page("#number").send_keys("9", Keys.ENTER)
    assert (page.lines(), page("#number").get_property("value")) == (["page 3"], "3")
    assert not page("#after").is_enabled()


def test_a_picture_that_was_refused_is_asked_for_again(screen, saved, reader) -> None:
    page = screen(refused="429", queue_pages=1)
    reader.gate.clear()
    page.open(saved("pdf", pages=2))
    page.until(lambda: 'route="/ocr/preview",status="429"' in requests.get(page.url + "metrics", timeout=20).text)
    reader.gate.set()
    page.told("Read:")
    for turn, number in (("#after", 2), ("#before", 1)):
        # one page may wait, and each picture is one
        page.until(lambda: "kubeocr_queue_pages 0.0" in requests.get(page.url + "metrics", timeout=20).text)
        page(turn).click()
        page.until(lambda name=f"Page {number} of letter.pdf": page(".paper img").get_attribute("alt") == name)
        page.until(lambda: page(".paper img").get_property("naturalWidth") == 200)


def test_progress_is_seen_and_reading_can_be_stopped(screen, saved, reader) -> None:
    page = screen()
    place, gate = reader.place, reader.gate
    reader.place = lambda found, *rest: (gate.clear() if found.number == 2 else None) or place(found, *rest)
    page.open(saved("pdf", pages=40))
    page.until(lambda: page("#progress").get_property("value") >= 2)
    assert page("#progress").get_property("max") == 40
    assert page("#count").text.endswith("of 40 pages")
    assert page.lines() == ["page 1"], "what is there is shown"
    page("#stop").click()
    assert page.told("Stopped") == "Stopped."
    assert not page("#stop").is_displayed()
    reader.place = place
    gate.set()
    page("#read").click()
    assert page.told("Read:") == "Read: 40 lines on 40 pages."


def test_another_document_takes_the_place_of_one_that_is_read(screen, saved, reader) -> None:
    page = screen()
    reader.gate.clear()
    page.open(saved("pdf", pages=30))
    page.until(reader.entered.is_set)
    page.open(saved("png"))
    reader.gate.set()
    assert page.told("Read:") == "Read: 1 line on 1 page."
    assert page("#name").text.startswith("letter.png")
    assert not page("#turning").is_displayed()


def test_a_page_that_fails_says_why_and_the_others_are_there(screen, saved, reader) -> None:
    page = screen()
    find = reader.find

    def fail(sheet, options):
        if sheet.number == 2:
            raise errors.BrokenDocument("file: page 2 cannot be drawn")
        return find(sheet, options)

    reader.find = fail
    page.open(saved("pdf", pages=3))
    assert page.told("Read in") == "Read in part: 2 lines on 2 pages of 3. file: page 2 cannot be drawn"
    page("#after").click()
    assert page.lines() == ["file: page 2 cannot be drawn"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"hello", "file: neither an image", id="no-document"),
        pytest.param(b"%PDF-1.7 broken", "file: ", id="broken"),
        pytest.param(b"", "file: it is empty", id="empty"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(screen, tmp_path, content: bytes, told: str) -> None:
    page = screen(refused="Failed to load resource")
    (tmp_path / "file.pdf").write_bytes(content)
    page.open(tmp_path / "file.pdf")
    page.told(told)
    assert page("#told").get_attribute("class") == "error"


def test_a_server_that_is_gone_is_told(screen, saved) -> None:
    page = screen(refused="ERR_INTERNET_DISCONNECTED")
    off = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", off)
    page.open(saved("png"))
    page.told("The server cannot be reached")
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {**off, "offline": False, "downloadThroughput": -1})
    page.driver.execute_cdp_cmd("Network.disable", {})


def test_a_service_with_keys_asks_for_one_and_keeps_it_nowhere(screen, saved, tmp_path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "site").write_text("s3cret", encoding="utf-8")
    page = screen(refused="401", api_keys_dir=str(tmp_path / "keys"))
    page.open(saved("png"))
    page.told("this service wants an API key")
    assert page.driver.switch_to.active_element.get_attribute("id") == "key"
    page("#key").send_keys("s3cret", Keys.TAB)
    page.until(lambda: len(page.all("#language option")) > 1)
    page("#read").click()
    page.told("Read:")
    kept = page.driver.execute_script("return JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])")
    assert "s3cret" not in kept
    page.driver.refresh()
    page.until(lambda: page("#key-field").is_displayed())
    assert page("#key").get_property("value") == ""


def test_a_service_without_keys_asks_for_none(screen) -> None:
    assert not screen()("#key-field").is_displayed()


def test_what_is_chosen_is_what_is_read_with(screen, saved, reader) -> None:
    page = screen()
    page("#pipeline option[value='/ocr/ppocrv5']").click()
    page("#language option[value=japan]").click()
    page("#more summary").click()
    page("#field-use_textline_orientation").click()
    page("#field-order option[value=raster]").click()
    page.open(saved("png"))
    page.told("Read:")
    options = reader.seen[-1][2]
    assert (options.reader.version, options.script) == ("PP-OCRv5", languages.find("ja").script)
    assert (options.orient_lines, options.order) == (True, "raster")


def test_what_the_document_is_in_is_found_out_and_told(screen, saved) -> None:
    page = screen()
    page("#language option[value=auto]").click()
    page.open(saved("png"))
    told = requests.post(
        page.url + "ocr/ppocrv6", data={"lang": "auto"}, files={"file": saved("png").read_bytes()}, timeout=20
    ).json()
    sure = f"{told['language_detection']['confidence']:.0%}".replace("%", " %")
    name = languages.by_id()[told["language"]].name
    assert page.told("Read:") == f"Read: 1 line on 1 page. Taken for {name}, {sure} sure."
    assert page("[role=option]").get_attribute("lang") == told["language"]


def test_every_language_of_the_image_can_be_chosen(screen) -> None:
    page = screen(languages=("en",))
    rows = requests.get(page.url + "languages", timeout=20).json()["languages"]
    for group, state in (("Loaded", "loaded"), ("In this image", "carried")):
        listed = [option.get_attribute("value") for option in page.all(f"optgroup[label='{group}'] option")]
        assert sorted(listed) == sorted(row["lang"] for row in rows if row["state"] == state) != []
    assert page("#language").get_property("value") == "en"


def test_a_field_that_holds_what_it_may_not_is_asked_for_again(screen, saved, reader) -> None:
    page = screen()
    page("#more summary").click()
    page("#field-timeout_seconds").send_keys("0")
    page.open(saved("png"))
    page.told("An option is missing")
    assert page.driver.switch_to.active_element.get_attribute("id") == "field-timeout_seconds"
    assert reader.seen == []


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_document_is_dropped_or_pasted(screen, saved, how: str) -> None:
    page = screen()
    page.driver.execute_script(
        """
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(arguments[0]), (each) => each.charCodeAt(0));
        data.items.add(new File([bytes], "here.png", {type: "image/png"}));
        const event = arguments[1] === "drop" ? new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})
          : new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
        const taken = !document.querySelector("#empty").dispatchEvent(event);
        if (arguments[1] === "drop" && !taken) throw new Error("the browser would have left the page");
        """,
        base64.b64encode(saved("png").read_bytes()).decode(),
        how,
    )
    page.told("Read:")
    assert page("#name").text.startswith("here.png")


def test_dark_and_light_follow_the_system_until_one_is_chosen(screen) -> None:
    page = screen()

    def system(scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def ground() -> str:
        return page.driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")

    system("light")
    light = ground()
    system("dark")
    page.until(lambda: ground() != light)
    dark = ground()
    page("#theme").click()
    assert (ground(), page("#theme").get_attribute("aria-pressed")) == (light, "false")
    page.driver.refresh()
    page.until(lambda: ground() == light)
    system("light")
    page("#theme").click()
    assert ground() == dark
    system("")


def test_zooming_makes_the_page_larger_in_its_pane(screen, saved) -> None:
    page = screen()
    page.open(saved("png"))
    page.told("Read:")
    before = page(".paper").rect["width"]
    page("#larger").click()
    page("#larger").click()
    assert page("#zoom").text == "200 %"
    assert page(".paper").rect["width"] == pytest.approx(2 * before, rel=0.05)
    assert page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"), (
        "the pane scrolls, not the page"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(screen, saved, three, theme: str) -> None:
    page = screen()
    if page.driver.execute_script("return document.documentElement.dataset.theme") != theme:
        page("#theme").click()
    assert page.violations() == []
    page("#more summary").click()
    page.open(saved("pdf", pages=2))
    page.told("Read:")
    page("#lines").send_keys(Keys.ARROW_DOWN)
    ActionChains(page.driver).move_to_element(page.all("[role=option]")[1]).perform()
    assert page.violations() == []


def test_axe_finds_nothing_serious_where_a_key_is_wanted_and_something_is_wrong(screen, saved, tmp_path) -> None:
    page = screen(refused="401", api_keys_dir=str(tmp_path))
    page.open(saved("png"))
    page.told("this service has no API keys")
    assert page.violations() == []


@pytest.mark.parametrize("width", [1440, 1000, 380])
def test_nothing_hangs_over_the_side_of_a_window(screen, saved, three, driver, width: int) -> None:
    page = screen()
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    page.open(saved("png"))
    page.told("Read:")
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= width


def test_nobody_else_is_asked_for_anything(screen, saved) -> None:
    page = screen()
    page.open(saved("pdf", pages=2))
    page.told("Read:")
    asked = page.driver.execute_script("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert len(asked) > 10
    assert not [address for address in asked if not address.startswith((page.url, f"blob:{page.url}"))]


@pytest.mark.models
def test_a_real_page_is_read_where_it_stands(screen, tmp_path) -> None:
    chosen = settings.Settings(models_dir="", device="cpu", queue_dir=str(tmp_path / "queue"))
    reading = pipelines.Pipelines.open(chosen)
    page = screen(app.create_app(chosen, reading, reading.store))
    page.open(GOLDEN / "receipt.png")
    page.told("Read:")
    assert page(".line-row").text == "Item Qty Price"
    at = page.lines().index("17.50")
    box, paper = page.all("polygon")[at].rect, page(".paper").rect
    real = json.loads((GOLDEN / "paddleocr.json").read_text(encoding="utf-8"))["receipt.png"]
    (left, top), *_ = next(line["polygon"] for line in real if line["text"] == "17.50")
    with PIL.Image.open(GOLDEN / "receipt.png") as image:
        scale = paper["width"] / image.width
    assert (box["x"] - paper["x"], box["y"] - paper["y"]) == pytest.approx((left * scale, top * scale), abs=4)
