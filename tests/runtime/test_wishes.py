"""What fields of a form ask for; more in test_routes.py and test_hardening.py."""

import dataclasses
import json

import pytest

from kubeocr_contract import enhancing, languages, models, wire
from kubeocr_runtime import (
    documents,
    enhancement,
    errands,
    errors,
    pipelines,
    readers,
    recognition,
    results,
    schedule,
    services,
    wishes,
)
from kubeocr_runtime.enhancement import recipes


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({}, schedule.Priority.NORMAL, id="left out"),
        pytest.param({"priority": "high"}, schedule.Priority.HIGH, id="high"),
        pytest.param({"priority": "normal"}, schedule.Priority.NORMAL, id="normal"),
        pytest.param({"priority": "low"}, schedule.Priority.LOW, id="low"),
    ],
)
async def test_a_document_has_one_share_of_the_priority_that_was_asked_for(
    service, form, pdf, monkeypatch, fields: dict[str, str], want: schedule.Priority
) -> None:
    client = await service()
    engine, shares = client.app[services.SERVICES].worker, []
    read = engine.read

    async def spy(page: documents.Page, options: pipelines.ReadOptions, share: errands.Share) -> readers.Read:
        shares.append(share)
        return await read(page, options, share)

    monkeypatch.setattr(engine, "read", spy)
    assert (await client.post("/ocr/ppocrv6", data=form(pdf(3), **fields))).status == 200
    assert (len(shares), len(set(shares)), shares[0].priority) == (3, 1, want)


def test_every_priority_of_the_api_is_one_of_the_schedule() -> None:
    assert {name.upper() for name in wire.PRIORITIES} == set(schedule.Priority.__members__)


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({}, 300, id="left out"),
        pytest.param({"timeout_seconds": "1"}, 1, id="least"),
        pytest.param({"timeout_seconds": " 300 "}, 300, id="most"),
        pytest.param({"timeout_seconds": "007"}, 7, id="zeros"),
    ],
)
def test_a_client_says_how_long_it_waits(fields: dict[str, str], want: int) -> None:
    assert wishes.seconds(fields, 300) == want


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({}, enhancement.NOTHING, id="nothing"),
        pytest.param({"enhance": "auto"}, enhancement.Wish(auto=True), id="auto"),
        pytest.param(
            {"enhance_options": '{"preset": "technical", "overrides": {"deskew": true}}'},
            enhancement.Wish(dataclasses.replace(recipes.PRESETS["technical"], deskew=True)),
            id="a preset with overrides",
        ),
    ],
)
async def test_enhancement_reaches_who_reads(
    service, form, picture, reader, fields: dict[str, str], want: enhancement.Wish
) -> None:
    client = await service()
    assert (await client.post("/ocr/ppocrv6", data=form(picture(), **fields))).status == 200
    [(_, _, options)] = reader.seen
    assert options.enhance == want


async def test_a_bent_page_is_flattened_where_it_can_be(service, form, picture, reader) -> None:
    reader.flattens_pages = True
    client = await service()
    body = await (await client.post("/ocr/ppocrv6", data=form(picture(), use_doc_unwarping="true"))).json()
    [(_, _, options)] = reader.seen
    assert (options.flatten, body["pipeline_flags"]["use_doc_unwarping"]) == (True, True)


@pytest.mark.parametrize(
    ("done", "want"),
    [
        pytest.param(None, {}, id="nothing was asked for"),
        pytest.param(
            enhancing.Done(recipes.PLAIN.parameters, 1.234, 0.123456),
            {"enhancement": {"parameters": recipes.PLAIN.parameters, "skew": 1.23, "gain": 0.1235}},
            id="measured",
        ),
    ],
)
def test_a_page_tells_what_was_done_to_it(done: enhancing.Done | None, want: dict[str, object]) -> None:
    page = results.PageResult(1, 60, 40, 0, (), enhanced=done)
    route = wire.OCR_ROUTES[0]
    options = pipelines.ReadOptions(reader=models.Reader("PP-OCRv6", "x_det", "x_rec"))
    told = wishes.page_answer(wishes.Wish(route, languages.find("en"), options), readers.Read(page, 0.0, 0.0))
    assert {key: told[key] for key in told.keys() & {"enhancement"}} == want


@pytest.mark.parametrize("text", ["", "0", "301", "-5", "1.5", "x", "²", "9" * 5000])
def test_and_is_told_what_it_may_say(text: str) -> None:
    with pytest.raises(errors.InvalidField, match=r"timeout_seconds: .* whole number of seconds from 1 to 300"):
        wishes.seconds({"timeout_seconds": text}, 300)


@pytest.mark.parametrize(
    ("lang", "want"),
    [
        pytest.param("auto", {x.id for x in languages.catalogue()}, id="auto"),
        pytest.param("en,zh", {"en"}, id="several"),
    ],
)
async def test_a_language_that_was_not_said_is_told_everywhere(service, form, pdf, lang: str, want: set[str]) -> None:
    client = await service()
    body = await (await client.post("/ocr/ppocrv6", data=form(pdf(2), lang=lang, text_layer="force"))).json()
    assert body["language"] in want
    assert body["language_detection"]["requested"] == lang.split(",")
    assert len([page["language"] for page in body["pages"]]) == 2
    assert {line["language"] for line in body["results"]} <= want
    assert 0 < body["language_detection"]["confidence"] <= 1


async def test_page_by_page_each_tells_its_own(service, form, pdf) -> None:
    client = await service()
    fields = form(pdf(1), lang="en,tr", text_layer="force")
    response = await client.post("/ocr/ppocrv6", data=fields, headers={"Accept": wire.JSON_LINES})
    first, page, last = map(json.loads, (await response.text()).splitlines())
    assert (page["language"], page["results"][0]["language"]) == ("en", "en")
    assert first["language"] == "en", "the first that was named: nothing is read yet"
    assert (last["language"], last["language_detection"]["requested"]) == ("en", ["en", "tr"])


async def test_a_stream_of_which_nothing_could_be_read_tells_no_language(service, form, pdf, reader) -> None:
    def refuse(page, options):
        raise ValueError("no")

    client = await service()
    reader.find = refuse
    response = await client.post("/ocr/ppocrv6", data=form(pdf(1), lang="auto"), headers={"Accept": wire.JSON_LINES})
    *_, last = map(json.loads, (await response.text()).splitlines())
    assert (last["status"], "language_detection" in last) == ("failed", False)


@pytest.mark.parametrize("name", ["html", "hocr"])
async def test_a_format_names_the_language_that_was_found(service, form, pdf, name: str) -> None:
    client = await service()
    fields = {"lang": "en,tr", "text_layer": "force", "format": name}
    made = await (await client.post("/ocr/ppocrv6", data=form(pdf(1), **fields))).text()
    assert 'lang="en"' in made


async def test_what_can_be_told_of_no_page(service, form, picture, reader) -> None:
    reader.recognise = lambda _, strips: [recognition.Text("17", 0.9) for _ in strips]
    client = await service()
    body = await (await client.post("/ocr/ppocrv6", data=form(picture(), lang="auto"))).json()
    assert (body["language"], body["language_detection"]["languages"]) == ("und", [])
    made = await (await client.post("/ocr/ppocrv6", data=form(picture(), lang="auto", format="html"))).text()
    assert '<html lang="und"' in made


async def test_a_language_that_was_said_is_not_looked_for(service, form, picture) -> None:
    client = await service()
    body = await (await client.post("/ocr/ppocrv6", data=form(picture(), lang="de"))).json()
    assert body["language"] == "de"
    assert "language_detection" not in body
    assert "language" not in body["pages"][0] | body["results"][0]
