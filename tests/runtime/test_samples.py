import numpy as np

from kubeocr_runtime import samples


def test_a_page_has_dark_letters_on_white_line_below_line() -> None:
    page = samples.page(["one", "two"])
    dark = np.flatnonzero(page.min(axis=(1, 2)) < 128)
    assert page.dtype == np.uint8
    assert page.shape[2] == 3
    assert page[0, 0].tolist() == [255, 255, 255]
    assert np.count_nonzero(np.diff(dark) > 1) == 1


def test_the_known_words_are_of_letters_that_any_latin_dictionary_has() -> None:
    assert set("".join(samples.KNOWN)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ")
