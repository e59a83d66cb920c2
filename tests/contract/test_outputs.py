from kubeocr_contract import outputs


def test_no_two_formats_are_asked_for_by_one_type() -> None:
    types = [kind for each in outputs.OUTPUTS.values() for kind in (each.media, *each.also)]
    assert len(types) == len(set(types))


def test_text_says_how_it_is_written() -> None:
    told = {name: each.content_type for name, each in outputs.OUTPUTS.items()}
    assert told["text"] == "text/plain; charset=utf-8"
    assert (told["json"], told["pdf"]) == ("application/json", "application/pdf")
    assert {name for name, each in outputs.OUTPUTS.items() if not each.is_text} == {"pdf", "docx"}


def test_a_word_is_like_a_line() -> None:
    word = outputs.word("Total", 0.5, ((1, 2), (3, 2), (3, 4), (1, 4)))
    assert word == {"text": "Total", "confidence": 0.5, "bbox": [[1, 2], [3, 2], [3, 4], [1, 4]]}
