import csv

import read_pages

from kubeocr_runtime.formats import tsv


def rows() -> list[dict[str, str]]:
    told = tsv.render(read_pages.FOUND).decode().splitlines()
    assert told[0] == "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    return list(csv.DictReader(told, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_each_word_once_with_its_place() -> None:
    words = [row for row in rows() if row["level"] == "5"]
    assert [row["text"] for row in words] == [
        word.text for page in read_pages.FOUND.pages for line in page.lines for word in line.words
    ]
    assert words[2] == {
        "level": "5", "page_num": "1", "block_num": "1", "par_num": "1", "line_num": "1", "word_num": "3", "left": "160",
        "top": "40", "width": "10", "height": "20", "conf": "50.000000", "text": "&",
    }  # fmt: skip


def test_what_holds_words_comes_before_them_and_has_no_text() -> None:
    levels = [int(row["level"]) for row in rows() if row["page_num"] == "1"]
    assert levels == [1, 2, 3, 4, 5, 5, 5, 5, 4, 5, 5, 5, 5, 5, 5, 5, 2, 3, 4, 5, 4, 5]
    assert {(row["conf"], row["text"]) for row in rows() if row["level"] != "5"} == {("-1", "")}
    assert [row["width"] for row in rows() if row["level"] == "1"] == ["600", "600"]
