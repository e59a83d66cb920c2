"""A run as lines of text."""

from benchmarks.ocr import figures, tables, targets

FOUND = figures.Found(
    {"ours": 1.234, "paddleocr": 5.0},
    {name: {"page.png": {"error_percent": 1.5, "words_percent": 98.5}} for name in ("ours", "paddleocr")},
    [{"pages-8": {"ours": {"per_second": 4.0, "http_share": 0.02}, "paddleocr": {"per_second": 2.0}}}],
)


def rows():
    return [line.split() for line in tables.table(FOUND, targets.judged(FOUND)).splitlines()]


def test_the_fastest_peer_has_the_ratio_one():
    assert ["ours", "4.000", "2.00"] in [row[:3] for row in rows()]
    assert ["paddleocr", "2.000", "1.00"] in [row[:3] for row in rows()]


def test_what_a_system_does_not_have_is_a_dash():
    assert "-" in next(row for row in rows() if row[:2] == ["paddleocr", "2.000"])


def test_starts_pages_and_targets_are_there():
    found = rows()
    assert ["ours", "1.23"] in found
    assert ["ours", "1.50", "/", "98.50"] in found
    assert ["pages_8_to_fastest_peer", "at", "least", "2", "2.000", "yes"] in found
    assert ["crops_32_to_paddlex_serve", "at", "least", "5", "-", "no"] in found


def test_columns_are_aligned():
    assert (
        tables.aligned([["name", "x"], ["a", "12.5"], ["long name", "3"]])
        == "name          x\na          12.5\nlong name     3"
    )
