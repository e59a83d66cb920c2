import pytest

from kubeocr_runtime import results
from kubeocr_runtime.structure import markdown

CORNERS = ((10, 20), (310, 20), (310, 220), (10, 220))
CENTRED = '<div style="text-align: center;">{}</div>\n'
TABLE = "<html><body><table><tr><td>a</td></tr></table></body></html>"


def block(label: str, content: str = "", *, image: bytes = b"", continues: bool = False) -> results.Block:
    return results.Block(label, CORNERS, 0.9, content, image=image, continues=continues)


def page(*blocks: results.Block) -> results.PageResult:
    return results.PageResult(1, 1000, 1400, 0, (), blocks=blocks)


@pytest.mark.parametrize(
    ("blocks", "want"),
    [
        pytest.param([block("doc_title", "The\ntitle")], "# The title", id="title"),
        pytest.param([block("paragraph_title", "Editing")], "## Editing", id="heading"),
        pytest.param([block("paragraph_title", "2.1 Editing.")], "### 2.1 Editing", id="heading with a number"),
        pytest.param([block("paragraph_title", "2. Editing")], "## 2. Editing", id="heading with a plain number"),
        pytest.param([block("text", "one\ntwo"), block("text", "three")], "one\n\ntwo\n\nthree", id="paragraphs"),
        pytest.param([block("text", "so:\n• one\n- two\nend")], "so:\n\n- one\n- two\n\nend", id="a list"),
        pytest.param([block("text", "1. one\n2. two")], "1. one\n2. two", id="a list with numbers"),
        pytest.param([block("text", "inter-"), block("text", "national", continues=True)], "international", id="a parted word"),
        pytest.param([block("text", "and"), block("text", "on", continues=True)], "and on", id="text that goes on"),
        pytest.param([block("header", "7"), block("text", "a"), block("footer", "b"), block("number", "c")], "a", id="edges"),
        pytest.param([block("text", " "), block("paragraph_title", "")], "", id="empty ones"),
        pytest.param(
            [block("text", "<script>alert(1)</script> 1 < 2")], r"\<script>alert(1)\</script> 1 < 2", id="no tags of the page's"
        ),
        pytest.param([block("text", TABLE)], TABLE.replace("<", r"\<"), id="text that looks like a table"),
        pytest.param(
            [block("table", TABLE)],
            "\n" + CENTRED.format('<html><body><table border="1"><tr><td>a</td></tr></table></body></html>'),
            id="a table",
        ),
        pytest.param([block("figure_title", "Fig.\n1")], '<div style="text-align: center;">Fig. 1</div>\n', id="a caption"),
        pytest.param(
            [block("image", "text in it", image=b"x")],
            CENTRED.format('<img src="imgs/img_in_image_box_10_20_310_220.png" alt="Image" width="30%" />'),
            id="a picture",
        ),
    ],
)
def test_written(blocks: list[results.Block], want: str) -> None:
    assert markdown.written(page(*blocks), markdown.named) == want


def test_a_picture_of_a_turned_page_is_as_wide_as_it_was_seen() -> None:
    corners = ((10, 310), (10, 10), (210, 10), (210, 310))  # the page was turned: what was its left edge is below
    shown = results.Block("image", corners, 0.9, image=b"x")
    turned = results.PageResult(1, 1000, 600, 270, (), blocks=(shown,))
    assert markdown.named(shown) == "imgs/img_in_image_box_10_10_210_310.png"
    assert 'width="50%"' in markdown.written(turned, markdown.named)


def test_a_picture_in_the_text_itself() -> None:
    assert markdown.inline(block("image", image=b"\x89PNG")) == "data:image/png;base64,iVBORw=="


@pytest.mark.parametrize(
    ("pages", "want"), [(["a", "b"], "a\n\n---\n\nb"), (["a", "", "b"], "a\n\n---\n\nb"), ([""], ""), ([], "")]
)
def test_pages_have_a_line_between_them(pages: list[str], want: str) -> None:
    assert markdown.document(pages) == want
