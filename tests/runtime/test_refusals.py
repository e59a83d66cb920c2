"""A rush of refusals is a line a second in the log."""

import logging

import pytest

from kubeocr_runtime import refusals


def test_the_first_is_told_at_once_and_the_others_together(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    seconds = iter([10.0, 10.0, 10.1, 10.9, 11.0, 11.0, 11.1])
    counted = refusals.Refusals(lambda: next(seconds))
    for _ in range(5):
        counted.note()
    assert [record.getMessage() for record in caplog.records] == [f"refused={n} the queue is full" for n in (1, 3)]
