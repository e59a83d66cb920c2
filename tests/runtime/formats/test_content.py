"""Pages as blocks: paragraphs where there is no layout, and nothing lost where there is one."""

import dataclasses

import pytest
import read_pages as made

from kubeocr_runtime import results
from kubeocr_runtime.formats import content


def texts(page: results.PageResult) -> list[tuple[str, str]]:
    return [(block.label, block.content) for block in content.blocks(page)]


def test_rows_that_follow_closely_are_a_paragraph() -> None:
    assert texts(made.FOUND.pages[0]) == [
        ("text", "Dear <Sir> & Madam,\n# 1. not a heading, *nor* bold"),
        ("text", "Nuts 300"),
    ]


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_paragraphs_are_the_same_however_the_page_lies(angle: int) -> None:
    page = made.FOUND.pages[0]
    for _ in range(angle // 90):  # a quarter clockwise: the page is turned counter-clockwise to be read
        page = turned(page)
    page = dataclasses.replace(page, angle=angle)
    assert texts(page) == texts(made.FOUND.pages[0])


def turned(page: results.PageResult) -> results.PageResult:
    rows = tuple(
        tuple(dataclasses.replace(one, polygon=tuple((page.height - y, x) for x, y in one.polygon)) for one in row)
        for row in page.rows
    )
    return dataclasses.replace(page, width=page.height, height=page.width, rows=rows)


@pytest.mark.parametrize(
    ("rows", "want"),
    [
        pytest.param((made.line("Title", 50, 0, height=40), made.line("below", 50, 44)), 2, id="a-row-much-higher-is-another"),
        pytest.param((made.line("left", 50, 100), made.line("right", 400, 20)), 2, id="the-next-column"),
        pytest.param((made.line("left", 50, 100), made.line("right", 400, 121)), 2, id="nothing-in-common"),
        pytest.param((made.line("one", 50, 100), made.line("two", 50, 122)), 1, id="close"),
        pytest.param((), 0, id="nothing"),
    ],
)
def test_paragraphs(rows: tuple[results.Line, ...], want: int) -> None:
    assert len(content.blocks(results.PageResult(1, 600, 400, 0, tuple((row,) for row in rows)))) == want


def test_a_line_that_no_block_has_comes_after_them() -> None:
    assert [label for label, _ in texts(made.FOUND.pages[1])] == [
        "doc_title",
        "paragraph_title",
        "table",
        "image",
        "formula",
        "text",
    ]
    assert texts(made.FOUND.pages[1])[-1] == ("text", "after it")


def test_a_paragraph_is_around_its_lines() -> None:
    assert content.blocks(made.FOUND.pages[0])[1].polygon == made.box(50, 140, 230, 160)


def test_white_space_behind_words() -> None:
    words = tuple(results.Word(text, 1.0, made.box(0, 0, 1, 1)) for text in ("使用", "Python", "a", "a"))
    one = results.Line("使用Python  a a", 1.0, made.box(0, 0, 9, 9), words)
    assert [(word.text, is_spaced) for word, is_spaced in content.spaced(one)] == [
        ("使用", False), ("Python", True), ("a", True), ("a", False),
    ]  # fmt: skip


def test_clean_leaves_what_xml_may_have() -> None:
    assert content.clean("a\x00b\x0b\ud800\ufffec\t\n𠮷é") == "abc\t\n𠮷é"
