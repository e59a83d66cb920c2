"""What of a page's own text is believed."""

import pytest

from kubeocr_runtime import results
from kubeocr_runtime.pdfs import layers, trust

BOX = ((0, 0), (9, 0), (9, 9), (0, 9))
PROSE = "Every page that is sent here comes back as the words that stand on it, in the order in which a person reads them."
GERMAN = "Straße, Größe und Übermut stehen selten zusammen auf einer Rechnung; der Betrag von 12,50 € ist bis morgen fällig."
CHINESE = "本公司于二零二六年十一月二十八日收到贵方寄来的发票，金额共计一千二百元整，请查收。"  # noqa: RUF001
ARABIC = "هذه الصفحة مكتوبة باللغة العربية ويجب أن تقرأ من اليمين إلى اليسار كما هي عادة القراء"
TABLE = "4711 12.50 3 37.50\n4712 99.00 1 99.00\n4713 0.25 400 100.00\nTotal 236.50"
CONTENTS = "Introduction ........................ 3\nThe first chapter ............... 17\nAppendix . . . . . . . . . . . 99"
TECHNICAL = (
    "The Kubernetes API server (kube-apiserver) validates OCRService objects; kubectl and the operator ask it for changes."
)
SHIFTED = "Hyhub sdjh wkdw lv vhqw khuh frphv edfn dv wkh zrugv wkdw vwdqg rq lw lq wkh rughu lq zklfk d shuvrq uhdgv wkhp"
SIGNS = "(YHU\\ SDJH WKDW LV VHQW !\"#$%&'()*+,-./ []{}|~^_` !\"#$%&'()*+,-./ :;<=>?@ !\"#$%&'()*+,-./"
MIXED = "Thе pаgе thаt wаs sеnt cоntаins mаny lеttеrs frоm оthеr scrіpts thаt lооk аlіkе"  # noqa: RUF001
CASES = "thE paGE thAT waS senT heRE comES bacK aS thE worDS thaT stanD oN iT"
GLUED = "Everypagethatissentherecomesbackasthewords thatstandonitintheorderinwhichapersonreadsthem " * 5


def layer(text: str, **facts: float) -> layers.Layer:
    lines = tuple(results.Line(line, 1.0, BOX) for line in text.splitlines())
    return layers.Layer((100, 100), lines, layers.Facts(**facts))


@pytest.mark.parametrize(
    ("given", "want"),
    [
        pytest.param(layer(PROSE), None, id="prose"),
        pytest.param(layer(GERMAN), None, id="german"),
        pytest.param(layer(CHINESE), None, id="chinese"),
        pytest.param(layer(ARABIC), None, id="arabic"),
        pytest.param(layer(TABLE), None, id="table"),
        pytest.param(layer(CONTENTS), None, id="leaders"),
        pytest.param(layer(TECHNICAL), None, id="technical"),
        pytest.param(layer(PROSE.upper()), None, id="capitals"),
        pytest.param(layer(PROSE, pictures=0.2, shapes=40, hidden=1), None, id="with-a-logo-and-rules"),
        pytest.param(layer(""), "few", id="nothing"),
        pytest.param(layer("Page 7"), "few", id="a-number-beside-a-scan"),
        pytest.param(layer(PROSE, hidden=90, pictures=1.0), "hidden", id="another-ocr-under-a-scan"),
        pytest.param(layer(PROSE, hidden=90), "hidden", id="invisible-over-nothing"),
        pytest.param(layer(PROSE, unmapped=5), "unreadable", id="glyphs-without-letters"),
        pytest.param(layer(PROSE.replace("e", "\ufffd")), "unreadable", id="replacements"),
        pytest.param(layer(PROSE.replace("e", "\ue012")), "unreadable", id="private-use"),
        pytest.param(layer(PROSE.replace("e", "\x05")), "unreadable", id="controls"),
        pytest.param(layer(PROSE, pictures=0.6), "pictures", id="mainly-a-picture"),
        pytest.param(layer(PROSE, shapes=3000), "drawn", id="outlines"),
        pytest.param(layer(PROSE, annotations=1), "annotations", id="a-filled-form"),
        pytest.param(layer(SIGNS), "signs", id="codes-that-are-no-letters"),
        pytest.param(layer(SHIFTED), "voiceless", id="codes-that-are-other-letters"),
        pytest.param(layer(MIXED), "odd", id="scripts-mixed-in-words"),
        pytest.param(layer(CASES), "odd", id="cases-mixed-in-words"),
        pytest.param(layer(GLUED), "odd", id="words-without-spaces"),
    ],
)
def test_doubt(given: layers.Layer, want: str | None) -> None:
    assert trust.doubt(given) == want


def test_every_rule_is_tried() -> None:
    (table,) = (mark for mark in test_doubt.pytestmark if mark.name == "parametrize")
    assert {case.values[1] for case in table.args[1]} == {None, *trust.RULES}
