"""Which models read which language, by PP-OCR version and size, under PaddleOCR's official names.

The table follows PaddleOCR 3.7.0 (paddleocr/_pipelines/ocr.py, `_get_ocr_model_names`): a language that a version does not read
is read by the newest version that does.
"""

import dataclasses
import functools
from collections.abc import Iterable, Mapping

from kubeocr_contract import languages

VERSIONS = ("PP-OCRv6", "PP-OCRv5", "PP-OCRv4", "PP-OCRv3")
SIZES = ("tiny", "small", "medium")
DOC_ORIENTATION = "PP-LCNet_x1_0_doc_ori"
LINE_ORIENTATION = "PP-LCNet_x1_0_textline_ori"
UNWARPING = "UVDoc"

# PP-StructureV3's parts beside text (PaddleX 3.7: configs/pipelines/PP-StructureV3.yaml)
LAYOUTS = ("PP-DocLayout_plus-L", "PP-DocLayout-L", "PP-DocLayout-M", "PP-DocLayout-S", "PicoDet_layout_1x")
"""Models that find a page's regions, best first."""
TABLES = "SLANet_plus"
"""Finds a table's rows and cells."""
IDLE = (
    "PP-DocBlockLayout", "PP-LCNet_x1_0_table_cls", "SLANeXt_wired", "RT-DETR-L_wired_table_cell_det",
    "RT-DETR-L_wireless_table_cell_det",
)  # fmt: skip
"""Models of its other steps, which no release runs: blocks of columns, a table's kind, tables with lines, cells as boxes."""
UNREAD: Mapping[str, str] = {
    "formula": "PP-FormulaNet_plus-L", "seal": "PP-OCRv4_server_seal_det", "chart": "PP-Chart2Table",
}  # fmt: skip
"""Kind of region -> the model that reads it, which no release can run yet: such regions are cut out as pictures."""

# PaddleOCR calls the sizes of v5 and v4 mobile and server, and has v3 in one size.
_DETECTORS: Mapping[tuple[str, str], str] = {
    ("PP-OCRv6", "tiny"): "PP-OCRv6_tiny_det",
    ("PP-OCRv6", "small"): "PP-OCRv6_small_det",
    ("PP-OCRv6", "medium"): "PP-OCRv6_medium_det",
    ("PP-OCRv5", "small"): "PP-OCRv5_mobile_det",
    ("PP-OCRv5", "medium"): "PP-OCRv5_server_det",
    ("PP-OCRv4", "small"): "PP-OCRv4_mobile_det",
    ("PP-OCRv4", "medium"): "PP-OCRv4_server_det",
    ("PP-OCRv3", "small"): "PP-OCRv3_mobile_det",
}
_CJK = frozenset({"ch", "chinese_cht", "japan"})
_FAMILIES: Mapping[str, frozenset[str]] = {
    "latin": frozenset(
        "af az bs ca cs cy da de es et eu fi fr ga gl hr hu id is it ku la lb lt lv mi ms mt nl no oc pi pl pt qu rm ro "
        "rs_latin sk sl sq sv sw tl tr uz vi".split()
    ),
    "arabic": frozenset("ar bal fa ps sd ug ur".split()),
    "eslav": frozenset("be ru uk".split()),
    "cyrillic": frozenset(
        "abq ady ava ba be bg bua che cv dar inh kaa kbd kk kv ky lbe lez mhr mk mn mo os rs_cyrillic ru sah tab tg tt tyv "
        "udm uk xal".split()
    ),
    "devanagari": frozenset("ang bgc bh bho gom hi mah mai mr ne new sa sck".split()),
}
# Languages of the OCR server's list that PaddleOCR's has not. All letters of these are in the dictionary of PP-OCRv6 small
# and medium (tests/runtime/test_dictionaries.py); Dari is written as Persian is.
_UNLISTED = frozenset("cnr co eo ha ht so tk xh zu".split())
_WRITTEN_AS: Mapping[str, str] = {"prs": "fa"}
LACKING: Mapping[tuple[str, str], str] = {
    ("PP-OCRv6", "vi"): "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốổỗộớờởỡợụủứừửữựỳỷỹỵ",
}
"""(version, language id) -> letters that its dictionary has not, where PaddleOCR lists the language all the same: it leaves
them out, and is no less sure of the rest."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """The two models that read a language: where the lines are, and what they say."""

    version: str
    detector: str
    recogniser: str


def sizes(version: str) -> tuple[str, ...]:
    """The sizes that a version comes in."""
    return tuple(size for size in SIZES if (version, size) in _DETECTORS)


@functools.cache  # each request asks
def readers(language: languages.Language, version: str, size: str) -> tuple[Reader, ...]:
    """What reads a language, best first: the asked version or, where that does not know it, the newest that does."""
    order = (version, *(v for v in VERSIONS if v != version))
    name = language.paddleocr or _WRITTEN_AS.get(language.id) or (language.id if language.id in _UNLISTED else "")
    return next(filter(None, (_of_version(name, v, _nearest(v, size)) for v in order)), ())


def choose(language: languages.Language, version: str, size: str, carried: Iterable[str]) -> Reader | None:
    """The best of `readers` whose two models are carried; None where none is."""
    have = frozenset(carried)
    return next((r for r in readers(language, version, size) if {r.detector, r.recogniser} <= have), None)


def _nearest(version: str, size: str) -> str:
    return size if size in sizes(version) else sizes(version)[0]


def _of_version(paddle_id: str, version: str, size: str) -> tuple[Reader, ...]:
    detector = _DETECTORS[version, size]
    return tuple(Reader(version, detector, name) for name in _RECOGNISERS[version](paddle_id, detector.split("_")[1]))


def _v6(paddle_id: str, size: str) -> tuple[str, ...]:
    read = (_FAMILIES["latin"] - {"pi"}) | _CJK | {"en"}
    # tiny knows 49 languages (model card of PP-OCRv6_tiny_rec): Japanese is the one it lacks
    known = read - {"japan"} if size == "tiny" else read | _UNLISTED
    return (f"PP-OCRv6_{size}_rec",) if paddle_id in known else ()


def _v5(paddle_id: str, size: str) -> tuple[str, ...]:
    general = f"PP-OCRv5_{size}_rec"
    if paddle_id == "en":
        return ("en_PP-OCRv5_mobile_rec", general)
    if paddle_id in _CJK:
        return (general,)
    own = (paddle_id,) if paddle_id in {"korean", "th", "el", "te", "ta"} else ()
    return tuple(f"{name}_PP-OCRv5_mobile_rec" for name in (*own, *_families(paddle_id)))


def _v4(paddle_id: str, size: str) -> tuple[str, ...]:
    general = f"PP-OCRv4_{size}_rec"
    return {"ch": (general,), "en": ("en_PP-OCRv4_mobile_rec", general)}.get(paddle_id, ())


def _v3(paddle_id: str, size: str) -> tuple[str, ...]:
    if paddle_id == "ch":
        return (f"PP-OCRv3_{size}_rec",)
    own = (paddle_id,) if paddle_id in {"en", "korean", "japan", "chinese_cht", "te", "ka", "ta"} else ()
    return tuple(f"{name}_PP-OCRv3_mobile_rec" for name in (*own, *(f for f in _families(paddle_id) if f != "eslav")))


def _families(paddle_id: str) -> tuple[str, ...]:
    return tuple(family for family, members in _FAMILIES.items() if paddle_id in members)


_RECOGNISERS = {"PP-OCRv6": _v6, "PP-OCRv5": _v5, "PP-OCRv4": _v4, "PP-OCRv3": _v3}

CARRIED, NOT_CARRIED, NOT_RUN = "carried", "not_carried", "not_run"
STATES: Mapping[str, str] = {
    CARRIED: "is here, and runs",
    NOT_CARRIED: "runs where it is baked into an image or a folder of models",
    NOT_RUN: "no release runs it",
}
"""Of a model of PP-StructureV3 -> what that means."""
ORIENTATIONS = frozenset({DOC_ORIENTATION, LINE_ORIENTATION})
STRUCTURE = frozenset({LAYOUTS[-1], TABLES})
"""What the pipeline `structure` needs."""
# What Python packages carry (docs/DEPENDENCIES.md): the image that is built with no model hoster has just these.
WHEELS = ORIENTATIONS | STRUCTURE | {
    UNWARPING,
    "PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec", "PP-OCRv3_mobile_det",
    "PP-OCRv3_mobile_rec", "en_PP-OCRv3_mobile_rec", "japan_PP-OCRv3_mobile_rec", "chinese_cht_PP-OCRv3_mobile_rec",
}  # fmt: skip


def every() -> frozenset[str]:
    """All models of the catalogue: what an image that reads every language carries."""
    read = (readers(language, v, s) for language in languages.catalogue() for v in VERSIONS for s in sizes(v))
    apart = ORIENTATIONS | STRUCTURE | {UNWARPING}
    return apart | {name for found in read for r in found for name in (r.detector, r.recogniser)}


def known() -> frozenset[str]:
    """All that a release can run: `every`, and the layout models that a site may carry in place of PicoDet's."""
    return every() | frozenset(LAYOUTS)


def structure(carried: Iterable[str]) -> dict[str, str]:
    """PP-StructureV3's models beside those that read text -> one of `STATES`."""
    have = frozenset(carried)
    idle = dict.fromkeys((*IDLE, *UNREAD.values()), NOT_RUN)
    return {name: CARRIED if name in have else NOT_CARRIED for name in (*LAYOUTS, TABLES)} | idle


def layout(carried: Iterable[str]) -> str | None:
    """The best of the models that find regions; None where none is carried."""
    have = frozenset(carried)
    return next((name for name in LAYOUTS if name in have), None)


SETS = {"wheels": WHEELS, "all": every()}
"""Names that an image may use for what it carries, in place of a list of models."""
