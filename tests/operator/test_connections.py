"""Which API server, and which namespace."""

import pytest
import yaml

from kubeocr_operator import connections, errors

FILE = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [
        {"name": "c", "cluster": {"server": "https://one.example"}},
        {"name": "d", "cluster": {"server": "https://d"}},
    ],
    "users": [{"name": "u", "user": {"token": "t"}}],
    "contexts": [
        {"name": "one", "context": {"cluster": "c", "user": "u", "namespace": "office"}},
        {"name": "two", "context": {"cluster": "d", "user": "u"}},
    ],
    "current-context": "one",
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(FILE))
    return str(path)


@pytest.mark.parametrize(
    ("context", "host", "namespace"),
    [
        pytest.param(None, "https://one.example", "office", id="the current context"),
        pytest.param("two", "https://d", None, id="another, that names no namespace"),
    ],
)
async def test_a_kubeconfig(file, context, host, namespace):
    target = connections.Target(file, context)
    client = await connections.connect(target)
    await client.close()
    assert client.configuration.host == host
    assert connections.namespace(target) == namespace


@pytest.mark.parametrize(
    ("text", "context", "words"),
    [
        pytest.param(None, None, "there is no file", id="no file"),
        pytest.param("", None, "no cluster", id="empty"),
        pytest.param("a: [", None, "no cluster", id="no YAML"),
        pytest.param("7", None, "no cluster", id="something else"),
        pytest.param(yaml.safe_dump(FILE), "three", "name three", id="no such context"),
    ],
)
async def test_what_leads_nowhere_is_one_line(tmp_path, text, context, words):
    path = tmp_path / "config"
    if text is not None:
        path.write_text(text)
    with pytest.raises(errors.Unavailable, match=words) as caught:
        await connections.connect(connections.Target(str(path), context))
    assert "\n" not in str(caught.value)


async def test_outside_of_a_cluster_it_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    with pytest.raises(errors.Unavailable, match="set KUBECONFIG"):
        await connections.connect()


def test_a_pods_own_cluster_goes_after_one_that_is_named(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.delenv("KUBECONFIG", raising=False)
    assert connections.Target().inside
    assert not connections.Target(context="one").inside
