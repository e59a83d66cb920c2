"""Arguments and the end of the process."""

import pathlib

import pytest

from kubeocr_contract import names
from kubeocr_operator import __main__


@pytest.fixture(autouse=True)
def _no_logging(monkeypatch):
    monkeypatch.setattr(__main__, "_log", lambda level: None)


def test_defaults():
    found = __main__.parse([])
    assert (found.namespaces, found.config, found.port, found.workers) == ((), None, names.OPERATOR_PORT, 10)
    assert found.resync_seconds == 600


def test_every_replica_is_somebody_else():
    assert __main__.parse([]).identity != __main__.parse([]).identity


def test_the_environment_is_under_the_arguments(monkeypatch):
    monkeypatch.setenv("KUBEOCR_OPERATOR_CONFIG", "/from/env")
    monkeypatch.setenv("KUBEOCR_OPERATOR_NAMESPACE", "a,b")
    monkeypatch.setenv("KUBEOCR_OPERATOR_WORKERS", "3")
    found = __main__.parse([])
    assert (found.config, found.namespaces, found.workers) == (pathlib.Path("/from/env"), ("a", "b"), 3)
    assert __main__.parse(["--config", "/x", "--workers", "4"]).config == pathlib.Path("/x")


@pytest.mark.parametrize(
    ("argv", "fragment"),
    [
        pytest.param(["--workers", "0"], "above 0", id="workers"),
        pytest.param(["--workers", "many"], "'many'", id="no number"),
        pytest.param(["--log-level", "loud"], "choose from", id="log level"),
    ],
)
def test_wrong_arguments(argv, fragment, capsys):
    with pytest.raises(SystemExit):
        __main__.parse(argv)
    assert fragment in capsys.readouterr().err


def test_a_wrong_configuration_ends_with_its_reason(tmp_path, capsys):
    path = tmp_path / "images.yaml"
    path.write_text("pullPolicy: Sometimes")
    assert __main__.main(["--config", str(path)]) == 1
    assert "pullPolicy" in capsys.readouterr().err


def test_no_cluster_ends_with_what_to_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    assert __main__.main([]) == 1
    assert "KUBECONFIG" in capsys.readouterr().err
