"""`kubeocr keys new`: what it prints lets in whoever has the key that it told."""

import pathlib

import pytest

from kubeocr_runtime import keys, quotas
from kubeocr_runtime.commands import keys as command


def test_the_entry_lets_in_who_has_the_key(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["new", "--requests-per-minute", "60", "--pages-per-day", "1000", "--admin"]) == 0
    entry, key = capsys.readouterr()
    (tmp_path / "alice").write_text(entry, encoding="utf-8")
    found = keys.Keys(tmp_path).admit({"X-API-Key": key.strip()})
    assert (found.name, found.admin, found.quota) == ("alice", True, quotas.Quota(60, None, 1000))
    assert key.strip() not in entry


def test_no_two_keys_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    told = set()
    for _ in range(3):
        command.main(["new"])
        told.add(capsys.readouterr().err)
    assert len(told) == 3


def test_a_quota_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["new", "--pages-per-day", "0"]) == 2
    assert capsys.readouterr() == ("", "kubeocr keys new: pagesPerDay: '0' is no whole number from 1 on\n")
