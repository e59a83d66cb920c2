"""Every name by which a caller of either API knows a language leads to it."""

import pytest

from kubeocr_contract import languages

# The PaddleOCR API's 21 languages, as its README lists them.
PADDLEOCR_API = "en ch fr de es it ru ar hi japan korean chinese_cht pt nl pl uk th vi id ta te".split()
# The OCR server's codes of its primary, regional and special languages, as its list of supported languages has them.
OCR_SERVER_CODES = (
    "en tr ar zh-CN zh-TW ja ko ru es fr de it pt nl pl cs hu sv no da fi hi bn ur fa he th vi id ms tl el bg sr hr sl "
    "sk ro ca eu gl cy ga is et lv lt hy ka mn kk ky uz tg tk az ku ps prs sd pa gu mr kn te ta ml si km lo my bo am ti "
    "so sw yo ig ha zu xh af sq mk cnr "
).split()
OCR_SERVER_IDS = (
    "lang_afr_af lang_amh_am lang_ara_ar lang_hye_hy lang_aze_az lang_eus_eu lang_ben_bn lang_bel_be lang_bos_bs "
    "lang_bul_bg lang_cat_es lang_ces_cs lang_chi_sim_zh lang_chi_tra_zh lang_cos_co lang_hrv_hr lang_dan_da lang_nld_nl "
    "lang_eng_en lang_epo_eo lang_est_et lang_fin_fi lang_fra_fr lang_glg_gl lang_kat_ka lang_deu_de lang_ell_el "
    "lang_guj_gu lang_hat_ht lang_heb_he lang_hin_hi lang_hun_hu lang_isl_is lang_ind_id lang_gle_ga lang_ita_it "
    "lang_jpn_ja lang_khm_km lang_kor_ko lang_kmr_ku lang_lao_lo lang_lat_la lang_lav_lv lang_lit_lt lang_mkd_mk "
    "lang_mal_ml lang_mlt_mt lang_nor_no lang_ori_or lang_pus_ps lang_fas_fa lang_pol_pl lang_por_pt lang_pan_pa "
    "lang_ron_ro lang_rus_ru lang_san_sa lang_srp_sr lang_slk_sk lang_slv_sl lang_spa_es lang_swa_sw lang_swe_sv "
    "lang_syr_ar lang_tam_ta lang_tat_tt lang_tel_te lang_tha_th lang_bod_bo lang_tur_tr lang_ukr_uk lang_urd_ur "
    "lang_uzb_uz lang_vie_vi lang_cym_cy lang_yid_yi "
).split()


@pytest.mark.parametrize(
    ("column", "want"),
    [
        pytest.param("paddleocr_api", PADDLEOCR_API, id="paddleocr-api"),
        pytest.param("ocr_server_code", OCR_SERVER_CODES, id="ocr-server-codes"),
        pytest.param("ocr_server_id", OCR_SERVER_IDS, id="ocr-server-ids"),
    ],
)
def test_the_catalogue_has_every_id_of_both_apis(column: str, want: list[str]) -> None:
    assert sorted(filter(None, (getattr(x, column) for x in languages.catalogue()))) == sorted(want)
    assert [getattr(languages.find(name), column) for name in want] == want


def test_ids_are_unique_sorted_and_complete() -> None:
    ids = [x.id for x in languages.catalogue()]
    assert ids == sorted(set(ids))
    assert all(x.name and x.native_name and len(x.script) == 4 for x in languages.catalogue())
    assert {x.direction for x in languages.catalogue()} == {"ltr", "rtl"}
    assert {x.id for x in languages.catalogue() if x.script in {"Arab", "Hebr", "Syrc"}} == {
        x.id for x in languages.catalogue() if x.direction == "rtl"
    }


@pytest.mark.parametrize(
    ("name", "want"),
    [
        pytest.param("EN", "en", id="case"),
        pytest.param(" fr ", "fr", id="blanks"),
        pytest.param("french", "fr", id="paddleocr-2"),
        pytest.param("Deutsch", "de", id="native-name"),
        pytest.param("chinese_cht", "zh-Hant", id="paddleocr"),
        pytest.param("zh-hant", "zh-Hant", id="bcp47-case"),
        pytest.param("zh_TW", "zh-Hant", id="locale"),
        pytest.param("Chinese", "zh", id="no-script"),
        pytest.param("en-US", "en", id="region"),
        pytest.param("es_419", "es", id="numbered-region"),
        pytest.param("LANG_TUR_TR", "tr", id="ocr-server-id"),
        pytest.param("rs_latin", "sr-Latn", id="script-of-paddleocr"),
        pytest.param("ka", "ka", id="iso-wins-over-paddleocr"),
        pytest.param("Espanol", "es", id="without-accents"),
        pytest.param("TÜRKÇE", "tr", id="native-name-in-capitals"),
        pytest.param("РУССКИЙ", "ru", id="case-of-another-script"),
        pytest.param("ＥＮ", "en", id="full-width"),
        pytest.param("eng", "en", id="iso-639-2"),
        pytest.param("zho", "zh", id="iso-639-2-that-no-list-has"),
        pytest.param("ger", "de", id="iso-639-2-of-libraries"),
        pytest.param("nb", "no", id="norwegian"),
        pytest.param("zh-Hans", "zh", id="its-own-script"),
        pytest.param("zh_Hant_HK", "zh-Hant", id="script-and-region"),
        pytest.param("sr-Cyrl", "sr", id="one-of-two-scripts"),
        pytest.param("SR-LATN-RS", "sr-Latn", id="the-other"),
        pytest.param("हिन्दी", "hi", id="signs-that-are-letters"),
    ],
)
def test_a_language_goes_by_many_names(name: str, want: str) -> None:
    assert languages.find(name).id == want


@pytest.mark.parametrize(
    ("name", "want"),
    [
        pytest.param("frnch", "'frnch' is no known language; did you mean 'fr'?", id="typo"),
        pytest.param("klingon-of-qonos", "'klingon-of-qonos' is no known language", id="nothing-near"),
        pytest.param("", "'' is no known language", id="empty"),
        pytest.param("uz-Cyrl", "'uz-Cyrl' is no known language", id="not-in-that-script"),
        pytest.param("zh-hk", "'zh-hk' is no known language; did you mean 'zh-Hant'?", id="region-that-matters"),
    ],
)
def test_an_unknown_language_is_named_with_the_nearest(name: str, want: str) -> None:
    with pytest.raises(languages.UnknownLanguage) as caught:
        languages.find(name)
    assert str(caught.value) == want


def test_a_language_named_twice_is_found_once() -> None:
    assert [x.id for x in languages.find_all(["en", "ch", "zh", "English"])] == ["en", "zh"]
