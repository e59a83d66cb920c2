"""A page's languages, told by its letters and by the detector."""

from collections.abc import Mapping

import pytest

from kubeocr_contract import detected, languages
from kubeocr_runtime import results, spoken

ANY = tuple(x.id for x in languages.catalogue())


def page(*texts: str, confidence: float = 1.0) -> results.PageResult:
    """A line of 20 pixels' height below the other, each as long as its text."""
    rows = (
        (results.Line(text, confidence, ((0, y), (10 * len(text), y), (10 * len(text), y + 20), (0, y + 20))),)
        for y, text in zip(range(0, 30 * len(texts), 30), texts, strict=True)
    )
    return results.PageResult(1, 900, 900, 0, tuple(rows))


def never(_: str) -> Mapping[str, float]:
    raise AssertionError("the script alone tells")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("Straße", "Latn", id="Latin"),
        pytest.param("Улица PDF", "Cyrl", id="most letters"),
        pytest.param("Λεωφόρος", "Grek", id="Greek"),
        pytest.param("شارع", "Arab", id="Arabic"),
        pytest.param("רחוב", "Hebr", id="Hebrew"),
        pytest.param("सड़क", "Deva", id="Devanagari and its signs"),
        pytest.param("ถนน", "Thai", id="Thai"),
        pytest.param("这个国家的语言", "Hans", id="simplified"),
        pytest.param("這個國家的語言", "Hant", id="traditional"),
        pytest.param("中文", "Hans", id="both alike"),
        pytest.param("東京へ行きます", "Jpan", id="kana beside Chinese characters"),
        pytest.param("テスト", "Jpan", id="kana alone"),
        pytest.param("한국어 漢字", "Kore", id="a Chinese word among Korean ones"),
        pytest.param("12.50 €, 3 %", "Zyyy", id="no letters"),
        pytest.param("", "Zyyy", id="nothing"),
    ],
)
def test_script(text: str, want: str) -> None:
    assert spoken.script(text) == want


@pytest.mark.parametrize(
    ("texts", "candidates", "want"),
    [
        pytest.param(("ถนนสายนี้",), ANY, "th", id="the only one of its script"),
        pytest.param(("这个国家的语言",), ANY, "zh", id="Chinese"),
        pytest.param(("国家",), ("ja", "en"), "ja", id="Chinese characters of the one language that was named"),
        pytest.param(("Γειά σου", "abc"), ("el", "en"), "el", id="of those asked for"),
        pytest.param(("12.50",), ANY, "und", id="no letters"),
        pytest.param(("ถนนสายนี้",), ("en", "de"), "und", id="of none that was asked for"),
    ],
)
def test_a_script_may_tell_the_language(texts: tuple[str, ...], candidates: tuple[str, ...], want: str) -> None:
    assert spoken.told(page(*texts), candidates, never).shares[0].language == want


SENTENCES = {
    "en": "The committee met on Tuesday and heard three reports about the harbour",
    "de": "Der Ausschuss hat am Dienstag drei Berichte über den Hafen gehört",
    "tr": "Komite salı günü toplandı ve liman hakkında üç rapor dinledi",
    "pl": "Komitet zebrał się we wtorek i wysłuchał trzech raportów o porcie",
    "vi": "Ủy ban đã họp vào thứ ba và nghe ba báo cáo về bến cảng",
    "ru": "Комитет собрался во вторник и заслушал три доклада о гавани",
    "uk": "Комітет зібрався у вівторок і заслухав три доповіді про гавань",
    "ar": "اجتمعت اللجنة يوم الثلاثاء واستمعت إلى ثلاثة تقارير عن الميناء",
    "fa": "کمیته روز سه‌شنبه تشکیل جلسه داد و سه گزارش درباره بندر شنید",
    "he": "הוועדה נפגשה ביום שלישי ושמעה שלושה דיווחים על הנמל",
    "hi": "समिति की बैठक मंगलवार को हुई और उसने बंदरगाह के बारे में तीन रिपोर्टें सुनीं",
    "ja": "委員会は火曜日に開かれ、港についての三つの報告を聞いた",
    "ko": "위원회는 화요일에 모여 항구에 관한 보고 세 건을 들었다",
    "el": "Η επιτροπή συνεδρίασε την Τρίτη και άκουσε τρεις αναφορές για το λιμάνι",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_the_detector_tells_one_of_all(language: str) -> None:
    told = spoken.told(page(SENTENCES[language]), ANY)
    assert (told.shares[0].language, told.lines[0].language) == (language, language)
    assert told.shares[0].confidence > 0.7
    assert told.shares[0].script == languages.by_id()[language].script


def test_lines_of_languages_that_were_named_are_told_apart() -> None:
    told = spoken.told(page(SENTENCES["en"], SENTENCES["tr"], SENTENCES["ar"], SENTENCES["tr"]), ("en", "tr", "ar"))
    assert [line.language for line in told.lines] == ["en", "tr", "ar", "tr"]
    assert [share.language for share in told.shares] == ["tr", "en", "ar"]


def test_and_so_are_others_where_no_one_language_is_likely() -> None:
    mixed = [SENTENCES[x] for x in ("en", "de", "pl", "tr")]
    assert [line.language for line in spoken.told(page(*mixed), ANY).lines] == ["en", "de", "pl", "tr"]


def test_a_short_line_is_in_the_language_of_its_page() -> None:
    told = spoken.told(page(SENTENCES["de"], "Total", SENTENCES["de"]), ANY)
    assert [line.language for line in told.lines] == ["de", "de", "de"]


@pytest.mark.parametrize(
    ("candidates", "want"),
    [
        pytest.param(ANY, ["ja", "ja"], id="a line without kana on a Japanese page"),
        pytest.param(("ja", "en"), ["ja", "ja"], id="the only one of those that were named"),
        pytest.param(("ja", "zh"), ["ja", "zh"], id="apart where both were named"),
        pytest.param(("ko", "en"), ["", ""], id="none of those that were named"),
    ],
)
def test_chinese_characters_are_those_of_their_page(candidates: tuple[str, ...], want: list[str]) -> None:
    told = spoken.told(page(SENTENCES["ja"], "国家"), candidates)
    assert [line.language for line in told.lines] == want


def test_what_was_read_badly_is_told_unsurely() -> None:
    good, bad = (spoken.told(page(SENTENCES["en"], confidence=c), ANY).shares[0] for c in (1.0, 0.4))
    assert bad.confidence == pytest.approx(0.4 * good.confidence)


def test_nothing_is_told_of_a_page_whose_language_was_said() -> None:
    read = page("said")
    assert spoken.told(read, (), never) is read


def test_pages_together() -> None:
    en, de = detected.Share("en", "Latn", 30, 0.9), detected.Share("de", "Latn", 20, 0.8)
    total = spoken.total([en, de, detected.Share("de", "Latn", 20, 0.6)])
    assert total == [detected.Share("de", "Latn", 40, pytest.approx(0.7)), en]


def test_there_is_always_an_answer() -> None:
    assert [share.language for share in spoken.total([])] == ["und"]


@pytest.mark.parametrize(
    ("texts", "want"),
    [
        pytest.param(("مرحبا PDF",), "rtl", id="Arabic with a Latin word"),
        pytest.param(("see page 12", "שלום"), "ltr", id="mostly Latin"),
        pytest.param((), "ltr", id="nothing"),
    ],
)
def test_direction(texts: tuple[str, ...], want: str) -> None:
    assert spoken.direction(page(*texts).lines) == want
