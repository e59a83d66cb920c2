"""Who is let in, and that a mounted Secret's change counts without a restart."""

import hashlib
import logging
import pathlib

import pytest

from kubeocr_runtime import errors, folders, keys, quotas


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LOOK_SECONDS", 0)


def mount(folder: pathlib.Path, version: str, **content: str) -> pathlib.Path:
    """A Secret as the kubelet mounts it: files are links into a folder that is swapped in one step."""
    data = folder / f"..{version}"
    data.mkdir(parents=True)
    for name, text in content.items():
        (data / name).write_text(text, encoding="utf-8")
    (folder / "..new").symlink_to(data.name)
    (folder / "..new").rename(folder / "..data")
    for path in folder.glob("[!.]*"):
        path.unlink()
    for name in content:
        (folder / name).symlink_to(f"..data/{name}")
    return folder


@pytest.mark.parametrize(
    ("headers", "want"),
    [
        pytest.param({"Authorization": "Bearer first-key"}, "alice", id="bearer"),
        pytest.param({"Authorization": "bearer  second-key "}, "bob", id="scheme in any case"),
        pytest.param({"X-API-Key": "second-key"}, "bob", id="header"),
        pytest.param({"Authorization": "Basic eDp5", "X-API-Key": "first-key"}, "alice", id="beside a gateway's own"),
        pytest.param({"Authorization": "Bearer first"}, None, id="part of a key"),
        pytest.param({"Authorization": "first-key"}, None, id="no scheme"),
        pytest.param({"Authorization": "Bearer "}, None, id="empty"),
        pytest.param({"X-API-Key": "\udcff\udcfe"}, None, id="bytes that are no text"),
        pytest.param({}, None, id="none"),
    ],
)
def test_who_is_let_in(headers: dict[str, str], want: str | None, tmp_path: pathlib.Path) -> None:
    known = keys.Keys(mount(tmp_path, "1", alice="first-key\n", bob="second-key", empty=" \n"))
    if want:
        assert known.admit(headers).name == want
    else:
        with pytest.raises(errors.Unauthorized, match="API key") as caught:
            known.admit(headers)
        assert caught.value.headers == {"WWW-Authenticate": "Bearer"}


def test_a_key_that_was_rotated_out_opens_nothing(tmp_path: pathlib.Path) -> None:
    known = keys.Keys(mount(tmp_path, "1", site="old"))
    assert known.admit({"X-API-Key": "old"}).name == "site"
    mount(tmp_path, "2", site="new")
    assert known.admit({"X-API-Key": "new"}).name == "site"
    with pytest.raises(errors.Unauthorized, match="none of this service's"):
        known.admit({"X-API-Key": "old"})


def test_the_disk_is_asked_now_and_then(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LOOK_SECONDS", 60)
    known = keys.Keys(mount(tmp_path, "1", site="old"))
    assert known.admit({"X-API-Key": "old"}).name == "site"
    mount(tmp_path, "2", site="new")
    assert known.admit({"X-API-Key": "old"}).name == "site"


@pytest.mark.parametrize("folder", ["empty", "gone"])
def test_without_any_key_nobody_is_let_in_and_the_log_says_so(
    folder: str, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.Unauthorized, match="has no API keys, so it lets nobody in"):
        keys.Keys(tmp_path / folder).admit({"X-API-Key": ""})
    assert "nobody is let in" in caplog.text
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_no_key_is_in_the_log(tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    known = keys.Keys(mount(tmp_path, "1", site="s3cret"))
    known.admit({"X-API-Key": "s3cret"})
    with pytest.raises(errors.Unauthorized):
        known.admit({"X-API-Key": "wr0ng"})
    assert "api_keys=1" in caplog.text
    assert not [word for word in ("s3cret", "wr0ng") if word in caplog.text]


DIGEST = hashlib.sha256(b"s3cret").hexdigest()


def test_a_key_may_be_told_by_its_digest_with_what_it_may_do(tmp_path: pathlib.Path) -> None:
    entry = f"sha256: {DIGEST}\nadmin: true\nrequestsPerMinute: 600\npagesPerDay: 20000\n"
    known = keys.Keys(mount(tmp_path, "1", site=entry, other="plain"))
    found = known.admit({"X-API-Key": "s3cret"})
    assert (found.name, found.admin, found.quota) == ("site", True, quotas.Quota(600, None, 20_000))
    assert known.admit({"X-API-Key": "plain"}).quota == quotas.Quota()
    with pytest.raises(errors.Unauthorized):
        known.admit({"X-API-Key": DIGEST})


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        pytest.param("sha256: abc", "sha256: 64 hexadecimal digits", id="no digest"),
        pytest.param(f"sha256: {DIGEST}\nadmin: maybe", "admin: 'maybe' is neither true nor false", id="no boolean"),
        pytest.param(f"sha256: {DIGEST}\npagesPerDay: 0", "pagesPerDay: '0' is no whole number from 1 on", id="nothing"),
        pytest.param(f"sha256: {DIGEST}\npagesPerDay: many", "pagesPerDay: 'many' is no whole number", id="no number"),
        pytest.param(f"sha256: {DIGEST}\npages: 3", "pages: no such field; there are sha256, admin", id="a field that is none"),
        pytest.param(f"sha256: {DIGEST}\nadmin: [true]", "lines of FIELD: VALUE are wanted", id="a list"),
        pytest.param(f"sha256: {DIGEST}\n- a", "it is no YAML", id="broken"),
    ],
)
def test_an_entry_that_makes_no_sense_opens_nothing_and_keeps_nobody_else_out(
    entry: str, words: str, tmp_path: pathlib.Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = keys.Keys(mount(tmp_path, "1", broken=entry, site="good"))
    for key in ("s3cret", entry):
        with pytest.raises(errors.Unauthorized):
            known.admit({"X-API-Key": key.replace("\n", " ")})
    assert known.admit({"X-API-Key": "good"}).name == "site"
    assert f"the API key broken opens nothing: {words}" in caplog.text
    assert DIGEST not in caplog.text


def test_a_digest_of_digits_alone_is_one(tmp_path: pathlib.Path) -> None:
    digits = "0" * 63 + "7"
    key, digest = keys.parse("site", f"sha256: {digits}")
    assert (key.name, digest.hex()) == ("site", digits)
