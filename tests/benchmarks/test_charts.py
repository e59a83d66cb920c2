"""A run as a picture."""

import xml.etree.ElementTree as ET

from benchmarks.ocr import charts, figures, story

SVG = "{http://www.w3.org/2000/svg}"
PANELS = {"Pages <8 clients>": {"ours": 4.0, "peer": 1.0}}


def bars(text):
    return {bar.get("class"): float(bar.get("width")) for bar in ET.fromstring(text).iter(f"{SVG}rect")}


def test_bars_are_as_long_as_the_values():
    found = bars(charts.chart(PANELS, {}))
    assert found["ours"] == 4 * found["peer"]


def test_words_are_escaped():
    assert "Pages <8 clients>" in [each.text for each in ET.fromstring(charts.chart(PANELS, {})).iter(f"{SVG}text")]


def test_it_can_be_read_on_a_dark_page():
    assert "prefers-color-scheme: dark" in charts.chart(PANELS, {})


def test_no_value_at_all_makes_no_bar():
    assert set(bars(charts.chart({"nothing": {"ours": 0.0}}, {})).values()) == {0.0}


def test_a_run_says_rate_and_ratio_beside_each_bar():
    of = {"ours": {"per_second": 4.0}, "paddleocr": {"per_second": 2.0}}
    text = story.drawn(figures.Found({}, {}, [{"pages-1": of, "crops-32": of}]))
    words = [each.text for each in ET.fromstring(text).iter(f"{SVG}text")]
    assert words.count("4  (2.00x)") == 2
    assert any("1 client:" in word for word in words)
