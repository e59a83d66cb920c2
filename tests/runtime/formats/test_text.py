import read_pages

from kubeocr_runtime.formats import text


def test_a_line_a_row_and_an_empty_one_between_pages() -> None:
    assert text.render(read_pages.FOUND).decode() == (
        "Dear <Sir> & Madam,\n# 1. not a heading, *nor* bold\nNuts 300\n\nAnnual report\nPrices\nItem Price\nafter it\n"
    )
