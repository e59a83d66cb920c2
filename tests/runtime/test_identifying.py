import threading

import pytest

from kubeocr_runtime import identifying


def test_probabilities_of_all_languages_add_up_to_one() -> None:
    ranks = identifying.rank("Ein Satz in einer Sprache, die man erkennt")
    assert max(ranks, key=ranks.__getitem__) == "de"
    assert sum(ranks.values()) == pytest.approx(1, abs=1e-3)


def test_variants_count_as_the_language_that_we_know() -> None:
    assert not set(identifying._VARIANTS) & set(identifying.rank("Kommisjonen møttest på tysdag og høyrde tre rapportar"))


def test_threads_open_one_model(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    identifying._open.cache_clear()
    real = identifying.langid.LanguageIdentifier.from_model_file
    monkeypatch.setattr(
        identifying.langid.LanguageIdentifier, "from_model_file", lambda *a, **k: opened.append(a) or real(*a, **k)
    )
    threads = [threading.Thread(target=identifying.rank, args=("text",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1
