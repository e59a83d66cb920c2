"""Which models read which language: PaddleOCR 3.7's own choice, by version and size."""

import pytest

from kubeocr_contract import languages, models


@pytest.mark.parametrize(
    ("name", "version", "size", "want"),
    [
        pytest.param("en", "PP-OCRv6", "small", ("PP-OCRv6_small_det", "PP-OCRv6_small_rec"), id="v6-en"),
        pytest.param("fr", "PP-OCRv6", "medium", ("PP-OCRv6_medium_det", "PP-OCRv6_medium_rec"), id="v6-latin"),
        pytest.param("ja", "PP-OCRv6", "tiny", ("PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec"), id="v6-tiny-knows-no-japanese"),
        pytest.param("pi", "PP-OCRv6", "small", ("PP-OCRv5_mobile_det", "latin_PP-OCRv5_mobile_rec"), id="v6-knows-no-pali"),
        pytest.param("ar", "PP-OCRv6", "small", ("PP-OCRv5_mobile_det", "arabic_PP-OCRv5_mobile_rec"), id="v6-knows-no-arabic"),
        pytest.param(
            "ar", "PP-OCRv6", "medium", ("PP-OCRv5_server_det", "arabic_PP-OCRv5_mobile_rec"), id="one-size-of-recogniser"
        ),
        pytest.param(
            "ru", "PP-OCRv5", "small", ("PP-OCRv5_mobile_det", "eslav_PP-OCRv5_mobile_rec"), id="v5-east-slavic-first"
        ),
        pytest.param("zh", "PP-OCRv5", "medium", ("PP-OCRv5_server_det", "PP-OCRv5_server_rec"), id="v5-server"),
        pytest.param("en", "PP-OCRv4", "small", ("PP-OCRv4_mobile_det", "en_PP-OCRv4_mobile_rec"), id="v4-en"),
        pytest.param("ar", "PP-OCRv3", "small", ("PP-OCRv3_mobile_det", "arabic_PP-OCRv3_mobile_rec"), id="v3-arabic"),
        pytest.param(
            "ru", "PP-OCRv3", "small", ("PP-OCRv3_mobile_det", "cyrillic_PP-OCRv3_mobile_rec"), id="v3-has-no-east-slavic"
        ),
        pytest.param("kn", "PP-OCRv6", "small", ("PP-OCRv3_mobile_det", "ka_PP-OCRv3_mobile_rec"), id="kannada-only-in-v3"),
        pytest.param("th", "PP-OCRv3", "small", ("PP-OCRv5_mobile_det", "th_PP-OCRv5_mobile_rec"), id="no-thai-in-v3"),
    ],
)
def test_the_first_reader_is_paddleocrs_choice(name: str, version: str, size: str, want: tuple[str, str]) -> None:
    reader = models.readers(languages.find(name), version, size)[0]
    assert (reader.detector, reader.recogniser) == want


OCR_SERVER = {
    "PP-OCRv6_small_rec": "af az bs ca cnr co cs cy da de en eo es et eu fi fr ga gl ha hr ht hu id is it ja ku la lt lv ms mt "
    "nl no pl pt ro sk sl so sq sv sw tk tl tr uz vi xh zh zh-Hant zu",
    "eslav_PP-OCRv5_mobile_rec": "be ru uk",
    "cyrillic_PP-OCRv5_mobile_rec": "bg kk ky mk mn sr tg tt",
    "arabic_PP-OCRv5_mobile_rec": "ar fa prs ps sd ur",
    "devanagari_PP-OCRv5_mobile_rec": "hi mr sa",
    "korean_PP-OCRv5_mobile_rec": "ko",
    "el_PP-OCRv5_mobile_rec": "el",
    "ta_PP-OCRv5_mobile_rec": "ta",
    "te_PP-OCRv5_mobile_rec": "te",
    "th_PP-OCRv5_mobile_rec": "th",
    "ka_PP-OCRv3_mobile_rec": "kn",
    "": "am bn bo gu he hy ig ka km lo ml my or pa si syr ti yi yo",
}
"""What reads each language of the OCR server's lists, where every model is carried; the last line: nothing does."""


def test_every_language_of_the_ocr_server_has_its_model_or_none() -> None:
    listed = [x for x in languages.catalogue() if x.ocr_server_code or x.ocr_server_id]
    found: dict[str, list[str]] = {}
    for language in listed:
        reader = models.choose(language, "PP-OCRv6", "small", models.every())
        found.setdefault(reader.recogniser if reader else "", []).append(language.id)
    assert {name: " ".join(ids) for name, ids in found.items()} == OCR_SERVER
    assert sum(map(len, found.values())) - len(found[""]) > 50


@pytest.mark.parametrize("name", ["he", "bn", "my"])
def test_what_no_model_reads_has_no_reader(name: str) -> None:
    assert models.readers(languages.find(name), "PP-OCRv6", "small") == ()


@pytest.mark.parametrize(
    ("name", "version", "carried", "want"),
    [
        pytest.param("en", "PP-OCRv5", models.WHEELS, "PP-OCRv5_mobile_rec", id="the-general-model-reads-english-too"),
        pytest.param("en", "PP-OCRv5", models.every(), "en_PP-OCRv5_mobile_rec", id="its-own-first"),
        pytest.param("ar", "PP-OCRv6", models.WHEELS, None, id="not-carried"),
        pytest.param("en", "PP-OCRv6", ["PP-OCRv6_small_rec"], None, id="no-detector"),
    ],
)
def test_choose_takes_the_best_that_is_carried(name: str, version: str, carried: list[str], want: str | None) -> None:
    reader = models.choose(languages.find(name), version, "small", carried)
    assert (reader and reader.recogniser) == want


def test_a_wish_for_a_version_is_never_met_by_another_that_is_no_better() -> None:
    assert models.choose(languages.find("en"), "PP-OCRv6", "medium", models.WHEELS) is None


def test_sizes() -> None:
    assert {v: models.sizes(v) for v in models.VERSIONS} == {
        "PP-OCRv6": ("tiny", "small", "medium"),
        "PP-OCRv5": ("small", "medium"),
        "PP-OCRv4": ("small", "medium"),
        "PP-OCRv3": ("small",),
    }


def test_the_sets_hold_models_of_the_catalogue_only() -> None:
    assert models.WHEELS < models.SETS["all"] == models.every()
    assert len(models.WHEELS) == 14


def test_pp_structurev3_s_own_models_are_known_by_name() -> None:
    told = models.structure(models.WHEELS)
    assert [name for name, state in told.items() if state == models.CARRIED] == ["PicoDet_layout_1x", "SLANet_plus"]
    assert told["PP-DocLayout_plus-L"] == models.NOT_CARRIED
    assert models.structure({"PP-DocLayout_plus-L"})["PP-DocLayout_plus-L"] == models.CARRIED
    assert {told[name] for name in ("PP-FormulaNet_plus-L", "PP-OCRv4_server_seal_det", "PP-Chart2Table")} == {models.NOT_RUN}
    assert set(told.values()) == set(models.STATES)
    assert {name for name, state in told.items() if state != models.NOT_RUN} <= models.known()


@pytest.mark.parametrize(
    ("carried", "want"),
    [
        pytest.param(models.WHEELS, "PicoDet_layout_1x", id="the packages' own"),
        pytest.param([*models.WHEELS, "PP-DocLayout-M"], "PP-DocLayout-M", id="a better one"),
        pytest.param(["PP-OCRv6_small_det"], None, id="none"),
    ],
)
def test_the_best_layout_model_is_taken(carried: list[str], want: str | None) -> None:
    assert models.layout(carried) == want
