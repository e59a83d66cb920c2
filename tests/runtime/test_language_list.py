"""GET /api/v1/languages: what the OCR server's callers find of each of its languages."""

import pytest

from kubeocr_contract import languages, models, settings
from kubeocr_runtime import language_list


def rows(carried: frozenset[str]) -> dict[str, dict[str, object]]:
    listed = language_list.listed(settings.Settings(languages=("en",)), carried)["languages"]
    assert isinstance(listed, list)
    return {row["code"] or row["id"]: row for row in listed}


@pytest.mark.parametrize(
    ("code", "carried", "state", "model"),
    [
        pytest.param("en", models.WHEELS, "loaded", "PP-OCRv6_small_rec", id="loaded"),
        pytest.param("tr", models.WHEELS, "carried", "PP-OCRv6_small_rec", id="baked"),
        pytest.param("ar", models.WHEELS, "elsewhere", None, id="available in another image"),
        pytest.param("ar", models.every(), "carried", "arabic_PP-OCRv5_mobile_rec", id="baked, its own model"),
        pytest.param("he", models.every(), "not_carried", None, id="read by nothing"),
    ],
)
def test_each_says_what_reads_it_and_where(code: str, carried: frozenset[str], state: str, model: str | None) -> None:
    row = rows(carried)[code]
    assert (row["state"], row["model"]) == (state, model)
    assert ("image" in row) == (state == "elsewhere")


def test_all_of_both_lists_are_there_once() -> None:
    listed = language_list.listed(settings.Settings(), models.every())
    assert listed["total"] == sum(bool(x.ocr_server_code or x.ocr_server_id) for x in languages.catalogue())
    assert listed["total_readable"] > 50
    assert len({(row["id"], row["code"]) for row in listed["languages"]}) == listed["total"]


def test_letters_that_are_left_out_are_named() -> None:
    found = rows(models.WHEELS)
    assert "ạ" in found["vi"]["lacks"]
    assert "lacks" not in found["tr"]


async def test_over_http(service) -> None:
    client = await service()
    response = await client.get("/api/v1/languages")
    body = await response.json()
    assert response.status == 200
    assert {row["id"] for row in body["languages"]} >= {"lang_tur_tr", "lang_ara_ar", "lang_syr_ar", None}
    assert "prompt_layout_all_mixed" in body["prompt_modes"]
    assert body["automatic_detection"] == "auto"
