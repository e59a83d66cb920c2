from kubeocr_contract import structured


def block(label: str, content: str = "", box: tuple[int, int, int, int] = (0, 0, 9, 9)) -> structured.Block:
    return structured.Block(label=label, content=content, box=box, confidence=0.87654)


def test_running_text_is_numbered() -> None:
    found = structured.parsed([block("header"), block("text", "a"), block("image"), block("paragraph_title", "b")])
    assert [(each["block_id"], each["block_order"]) for each in found] == [(0, None), (1, 1), (2, None), (3, 2)]
    assert set(found[0]) == {"block_label", "block_content", "block_bbox", "block_id", "block_order"}


def test_a_page_is_as_paddlex_tells_it() -> None:
    page = structured.Page(
        number=2,
        size=(100, 200),
        angle=90,
        flags={"use_table_recognition": True},
        blocks=[block("table", "<html>t</html>", (1, 2, 3, 4)), block("table", "a picture")],
        lines=[("a", 0.98765, ((5, 6), (9, 7), (9, 9), (4, 8)))],
        images={"imgs/x.png": "data:"},
    )
    (key, told), *others = page.json().items()
    assert (key, others) == ("res", [])
    assert (told["page_index"], told["width"], told["height"], told["angle"]) == (1, 100, 200, 90)
    assert told["model_settings"] == {"use_table_recognition": True}
    assert told["layout_det_res"]["boxes"][0] == {"label": "table", "score": 0.8765, "coordinate": [1, 2, 3, 4]}
    assert told["overall_ocr_res"] == {
        "rec_texts": ["a"],
        "rec_scores": [0.9877],
        "rec_polys": [[[5, 6], [9, 7], [9, 9], [4, 8]]],
        "rec_boxes": [[4, 6, 9, 9]],
    }
    assert told["table_res_list"] == [{"table_region_id": 1, "pred_html": "<html>t</html>"}]
    assert told["images"] == {"imgs/x.png": "data:"}
