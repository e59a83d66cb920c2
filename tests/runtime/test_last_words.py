"""What kubelet is told at the end."""

import logging
import pathlib

from kubeocr_runtime import last_words


def said(path: pathlib.Path, level: int, message: str) -> None:
    handler = last_words.LastWords(path)
    logger = logging.Logger("test")  # noqa: LOG001 - one that nobody else has
    logger.addHandler(handler)
    logger.log(level, message)


def test_the_last_critical_message_is_kept(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "termination-log"
    path.touch()
    said(path, logging.CRITICAL, "models cannot be loaded: /models/x differs")
    assert path.read_text() == "models cannot be loaded: /models/x differs"


def test_what_ends_nothing_is_not(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "termination-log"
    path.touch()
    said(path, logging.ERROR, "a page could not be read")
    assert path.read_text() == ""


def test_outside_of_a_pod_no_file_is_made(tmp_path: pathlib.Path) -> None:
    said(tmp_path / "termination-log", logging.CRITICAL, "x")
    assert not (tmp_path / "termination-log").exists()


def test_no_more_than_kubelet_reads(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "termination-log"
    path.touch()
    said(path, logging.CRITICAL, "ä" * 5000)
    assert path.stat().st_size == 4096
