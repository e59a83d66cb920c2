from kubeocr_runtime import results

SQUARE = ((0, 0), (1, 0), (1, 1), (0, 1))


def line(text: str) -> results.Line:
    return results.Line(text, 1.0, SQUARE)


def test_text_is_a_line_a_row_and_lines_are_all_in_order() -> None:
    page = results.PageResult(3, 10, 20, 0, ((line("Nuts"), line("300")), (line("Bolts"),)))
    assert page.text == "Nuts 300\nBolts"
    assert [x.text for x in page.lines] == ["Nuts", "300", "Bolts"]


def test_an_empty_page_has_no_text() -> None:
    page = results.PageResult(1, 10, 20, 0, ())
    assert (page.text, page.lines) == ("", ())
