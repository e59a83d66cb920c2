"""What the page makes of an answer: book.js, run by the browser."""

import pytest

pytestmark = pytest.mark.xdist_group("browser")
FILLED = """
const {Book, rows} = await import("./page/book.js");
const book = new Book();
for (const object of values[0]) book.add(object);
"""


def line(text: str, page: int = 1) -> dict[str, object]:
    return {"text": text, "confidence": 0.5, "bbox": [[0, 0], [1, 0], [1, 1], [0, 1]], "page": page}


def page(number: int, text: str, *texts: str) -> dict[str, object]:
    return {"page": number, "status": "done", "text": text, "results": [line(each, number) for each in texts], "timings": {}}


@pytest.mark.parametrize(
    ("text", "lines", "rows"),
    [
        pytest.param("a b\nc", ["a", "b", "c"], [[0, 1], [2]], id="rows-of-lines"),
        pytest.param("a b c\na b", ["a b", "c", "a b"], [[0, 1], [2]], id="spaces-inside"),
        pytest.param("\na", ["", "a"], [[0], [1]], id="a-line-without-text"),
        pytest.param("a  b", ["a", "", "b"], [[0, 1, 2]], id="one-between-others"),
        pytest.param("something else", ["a", "b"], [[0], [1]], id="text-of-another-make"),
        pytest.param("a", ["a", "b"], [[0], [1]], id="less-text-than-lines"),
        pytest.param("a\nb\nc", ["a", "b"], [[0], [1]], id="more-text-than-lines"),
        pytest.param("# A\n\ntext", [], [[0], [1], [2]], id="no-lines"),
    ],
)
def test_rows_are_told_by_the_text(screen, text: str, lines: list[str], rows: list[list[int]]) -> None:
    script = FILLED + "return rows(book.pages.get(1)).map((row) => row.map((each) => each.index));"
    assert screen().js(script, [page(1, text, *lines)]) == rows


def test_a_document_that_was_read_in_part_says_what_is_missing(screen) -> None:
    failed = {"page": 2, "status": "failed", "code": "broken_document", "detail": "cannot be drawn"}
    objects = [
        {"pipeline": "PP-OCRv6", "description": "", "language": "en", "total_pages": 3, "request_id": "a"},
        page(1, "one", "one"),
        failed,
        page(3, "three", "three"),
        {"status": "partial", "total_pages": 3, "done": 2, "failed": 1, "skipped": 0, "timings": {"queue_seconds": 0}},
    ]
    found = screen().js(FILLED + "return book.json();", objects)
    assert (found["text"], found["total_texts"], found["not_read"]) == ("one\n\nthree", 2, [failed])
    assert [each["page"] for each in found["pages"]] == [1, 3]
    assert "request_id" not in found


TWO_PAGES = {"markdown": "# A\n\n---\n\n# B", "pages": [{"markdown": "# A"}, {"markdown": "# B"}]}
LINES = {"results": [line("a", 2)], "pages": [{"page": 1, "text": ""}, {"page": 2, "text": "a"}]}


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        pytest.param(TWO_PAGES, ["# A", "# B"], id="markdown"),
        pytest.param({"success": True}, ['{\n  "success": true\n}'], id="anything"),
        pytest.param(LINES, ["", "a"], id="lines"),
    ],
)
def test_an_answer_that_comes_whole_is_kept_whole(screen, body: dict[str, object], texts: list[str]) -> None:
    script = FILLED + "return [book.json(), book.last.status, [...book.pages.values()].map((each) => each.text)];"
    assert screen().js(script, [body]) == [body, "done", texts]
