"""hOCR by the rules of its specification, 1.2: what is inside what, and where."""

import dataclasses
import re

import pytest
import read_pages
from lxml import etree

from kubeocr_runtime import results
from kubeocr_runtime.formats import content, hocr

NAMES = {"h": hocr.XHTML}
_BBOX = re.compile(r"\bbbox (\d+) (\d+) (\d+) (\d+)")


def parsed(found: content.Content) -> etree._Element:
    return etree.fromstring(hocr.render(found))


def of_class(root: etree._Element, kind: str) -> list[etree._Element]:
    return root.xpath(f"//h:*[@class='{kind}']", namespaces=NAMES)


def bbox(element: etree._Element) -> tuple[int, ...]:
    return tuple(map(int, _BBOX.search(element.get("title")).groups()))


@pytest.mark.parametrize("found", [read_pages.FOUND, read_pages.HEBREW], ids=["left-to-right", "right-to-left"])
def test_what_stands_in_something_lies_in_it(found: content.Content) -> None:
    root = parsed(found)
    for kind, within in {
        "ocrx_word": "ocr_line",
        "ocr_line": "ocr_par",
        "ocr_par": "ocr_carea",
        "ocr_carea": "ocr_page",
    }.items():
        for element in of_class(root, kind):
            parent = element.getparent()
            assert parent.get("class") == within
            (left, top, right, bottom), outer = bbox(element), bbox(parent)
            assert (left >= outer[0], top >= outer[1], right <= outer[2], bottom <= outer[3]) == (True,) * 4
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_what_the_specification_asks_of_the_head() -> None:
    root = parsed(read_pages.FOUND)
    told = {each.get("name"): each.get("content") for each in root.findall(".//h:meta", NAMES)}
    used = {each.get("class") for each in root.iter() if each.get("class")} - {"ocr_photo"}
    assert used <= set(told["ocr-capabilities"].split())
    assert (told["ocr-number-of-pages"], told["ocr-langs"]) == ("2", "en")
    assert told["ocr-system"].startswith("KubeOCR ")


def test_every_word_with_its_confidence_and_the_text_of_each_line() -> None:
    root = parsed(read_pages.FOUND)
    lines = [line for page in read_pages.FOUND.pages for line in page.lines]
    assert ["".join(line.itertext()).strip() for line in of_class(root, "ocr_line")] == [line.text for line in lines]
    assert {word.get("title").partition("; ")[2] for word in of_class(root, "ocrx_word")} == {"x_wconf 50"}
    assert bbox(of_class(root, "ocrx_word")[2]) == (160, 40, 170, 60)


def test_pages_and_pictures_in_order() -> None:
    root = parsed(read_pages.FOUND)
    assert [page.get("title") for page in of_class(root, "ocr_page")] == [
        "bbox 0 0 600 400; ppageno 0", "bbox 0 0 600 400; ppageno 1",
    ]  # fmt: skip
    assert [bbox(photo) for photo in of_class(root, "ocr_photo")] == [(50, 160, 250, 280)]


def test_a_line_that_leans_says_so() -> None:
    up = results.Line("up", 1.0, ((10, 90), (10, 50), (20, 50), (20, 90)), (results.Word("up", 1.0, ((10, 90),) * 4),))
    root = parsed(dataclasses.replace(read_pages.FOUND, pages=(results.PageResult(1, 99, 99, 0, ((up,),)),)))
    assert of_class(root, "ocr_line")[0].get("title") == "bbox 10 50 20 90; textangle 90.0"


def test_right_to_left_is_said() -> None:
    root = parsed(read_pages.HEBREW)
    assert (root.get("dir"), root.get("lang")) == ("rtl", "he")
    assert "".join(of_class(root, "ocr_line")[0].itertext()).strip() == "שלום עולם 12.5"
