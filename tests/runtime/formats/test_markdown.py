"""Markdown, read as CommonMark's readers read it."""

import re

import markdown_it
import pytest
import read_pages
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from kubeocr_runtime.formats import markdown

READER = markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(text: str) -> str:
    """What a reader sees, without white space at the edges of lines, where Markdown keeps none."""
    page = lxml_html.fromstring(f"<div>{READER.render(text)}</div>")
    return re.sub(r"\s*\n\s*", "\n", page.text_content()).strip()


def test_headings_tables_figures_and_a_rule_between_pages() -> None:
    text = markdown.render(read_pages.FOUND).decode()
    page = lxml_html.fromstring(f"<div>{READER.render(text)}</div>")
    assert [each.tag for each in page] == ["p", "p", "hr", "h1", "h2", "table", "p", "p", "p"]
    assert [cell.text_content() for cell in page.iter("td", "th")] == ["Item", "Price", "A & B <b>"]
    assert page.find(".//img").get("src").startswith("data:image/png")
    assert "$$\na^2 < b\n$$" in text
    assert text.count("\n---\n") == 1


@pytest.mark.parametrize(
    "text",
    [
        "# no heading", "#1 no heading", "1. no list", "12) no list", "- no list", "+ no list", "* no list", "> no quotation",
        "no heading\n===", "no heading\n---", "*no* _stress_ __at__ **all**", "`no code`", "~~not struck~~", "[no](link)",
        "![no](picture)", "<no tag>", "<http://no.link>", "&amp; no entity &#38; &c", "a \\ b \\* c", "a | b\n--- | ---\n1 | 2",
        "2 * 3 * 4 = 24", "100 % (50)", "1.5 and 2.", "- - -", "***", "a  \nb", "[a]: http://no.reference", "~~~\nno fence",
        "+49 30 123", "-5 degrees", "#", "=",
    ],
)  # fmt: skip
def test_what_was_read_is_what_is_seen(text: str) -> None:
    assert shown(markdown.escaped(text)) == re.sub(r" +\n", "\n", text)


@given(st.text(st.sampled_from("ab1.)(#*_-+=>`~[]!<&;|\\ \n"), max_size=30))
def test_any_text_is_seen_as_it_is(text: str) -> None:
    lines = [line.strip() for line in text.split("\n")]
    text = "\n".join(line for line in lines if line)
    assert shown(markdown.escaped(text)) == text
