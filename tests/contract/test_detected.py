from kubeocr_contract import detected, languages

EN, TR = detected.Share("en", "Latn", 30, 0.98763), detected.Share("tr", "Latn", 10, 0.5)


def test_an_answer_names_the_language_of_most_letters_and_what_was_asked() -> None:
    assert detected.document(["auto"], [EN, TR]) == {
        "language": "en",
        "language_detection": {
            "requested": ["auto"],
            "script": "Latn",
            "language": "en",
            "confidence": 0.9876,
            "languages": [
                {"language": "en", "confidence": 0.9876, "script": "Latn", "share": 0.75},
                {"language": "tr", "confidence": 0.5, "script": "Latn", "share": 0.25},
            ],
        },
    }


def test_without_letters_there_is_no_share() -> None:
    nothing = detected.Share(languages.UNDETERMINED.id, "Zyyy", 0, 0.0)
    assert detected.page([nothing])["language_detection"]["languages"] == []


def test_nothing_is_told_where_nothing_was_asked() -> None:
    assert (detected.page([]), detected.line("")) == ({}, {})
