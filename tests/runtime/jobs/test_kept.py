"""Pages as bytes and back: all that a page may have."""

import read_pages

from kubeocr_contract import enhancing
from kubeocr_runtime import readers, results
from kubeocr_runtime.jobs import kept, orders


def test_a_page_comes_back_as_it_was() -> None:
    for number, result in enumerate((*read_pages.FOUND.pages, *read_pages.HEBREW.pages), 1):
        page = kept.Kept(number, readers.Read(result, 0.25, 1.5))
        assert kept.from_bytes(kept.to_bytes(page)) == page


def test_what_was_done_to_it_comes_back() -> None:
    done = enhancing.Done({"grayscale": True, "contrast": 1.3, "threshold": None}, 0.5, 0.1)
    page = kept.Kept(1, readers.Read(results.PageResult(1, 10, 20, 90, (), enhanced=done), 0.0, 0.0))
    assert kept.from_bytes(kept.to_bytes(page)) == page


def test_a_page_that_could_not_be_read_comes_back() -> None:
    page = kept.Kept(2, fault=orders.Fault("broken_document", "m", {"page": 2}))
    assert kept.from_bytes(kept.to_bytes(page)) == page
