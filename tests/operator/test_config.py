"""The cluster-wide configuration."""

import pytest

from kubeocr_contract import images, models
from kubeocr_operator import config, errors

DIGEST = "sha256:" + "0" * 64


def one(entry):
    """A file with one image."""
    return f"images: [{{{entry}}}]"


def test_without_a_file_there_are_the_images_of_this_release():
    assert config.read(None) == config.Config(catalogue=images.PUBLISHED)


def test_an_empty_file_is_no_different():
    assert config.parse("") == config.Config()


def test_all_of_it(tmp_path):
    path = tmp_path / "images.yaml"
    path.write_text(
        f"""
images:
  - {{repository: r/cpu, tag: "1", accelerator: cpu, carries: wheels}}
  - {{repository: r/gpu, digest: "{DIGEST}", accelerator: gpu, models: [PP-OCRv6_small_det, PP-DocLayout_plus-L]}}
imagePullSecrets: [mirror]
pullPolicy: Never
runtimeClassName: nvidia
operatorImage: o:1
bakeImage: r/bake@{DIGEST}
registryMirror: mirror.example:5000/all
networkPolicy:
  dns: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: openshift-dns}}}}}}]
  metrics: [{{podSelector: {{}}}}]
"""
    )
    found = config.read(path)
    assert [image.reference for image in found.catalogue] == ["r/cpu:1", f"r/gpu@{DIGEST}"]
    assert found.catalogue[0].models == models.SETS["wheels"]
    assert found.catalogue[1].models == frozenset({"PP-OCRv6_small_det", "PP-DocLayout_plus-L"})
    assert (found.pull_secrets, found.pull_policy, found.runtime_class_name) == (("mirror",), "Never", "nvidia")
    assert (found.operator_image, found.bake_image) == ("o:1", f"r/bake@{DIGEST}")
    assert found.registry_mirror == "mirror.example:5000/all"
    assert found.dns_peers == ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}}},)
    assert found.metrics_peers == ({"podSelector": {}},)


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        pytest.param(one("tag: '1', accelerator: cpu, carries: all"), ["images[0].repository"], id="no repository"),
        pytest.param("bakeImage: r/bake", ["bakeImage", "with its tag or digest", "'r/bake'"], id="bake image without a tag"),
        pytest.param("registryMirror: mirror/all", ["registryMirror", "registry's host", "'mirror/all'"], id="no registry"),
        pytest.param("networkPolicy: {dns: [kube-system]}", ["networkPolicy.dns[0]", "'kube-system'"], id="no peer"),
        pytest.param(one("repository: r, accelerator: cpu, carries: all"), ["images[0]", "a tag or a digest"], id="no tag"),
        pytest.param(one("repository: r, tag: t, accelerator: tpu, carries: all"), ["accelerator", "'tpu'", "gpu"], id="tpu"),
        pytest.param(one("repository: r, tag: t, accelerator: cpu"), ["carries or models"], id="nothing carried"),
        pytest.param(
            one("repository: r, tag: t, accelerator: cpu, carries: some"), ["wheels, all", "'some'"], id="no such set"
        ),
        pytest.param(one("repository: r, tag: t, accelerator: cpu, models: [x]"), ["x", "does not know"], id="no such model"),
        pytest.param(one("repository: r, digest: abc, accelerator: cpu, carries: all"), ["images[0].digest"], id="digest"),
        pytest.param("pullPolicy: Sometimes", ["pullPolicy", "IfNotPresent", "'Sometimes'"], id="pull policy"),
        pytest.param("image: []", ["image", "not permitted"], id="unknown entry"),
        pytest.param("a: [", ["no YAML"], id="no YAML"),
        pytest.param("- 1", ["the file"], id="a list"),
        pytest.param("pullPolicy: 1\nimagePullSecrets: 2", ["pullPolicy", "imagePullSecrets"], id="all at once"),
    ],
)
def test_what_is_wrong_is_named(text, fragments):
    with pytest.raises(errors.InvalidConfig) as caught:
        config.parse(text)
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("registryMirror: wrong", id="a rule of ours names it"),
        pytest.param("pullPolicy: wrong", id="pydantic does not"),
    ],
)
def test_what_was_given_is_said_once(text):
    with pytest.raises(errors.InvalidConfig) as caught:
        config.parse(text)
    assert str(caught.value).count("'wrong'") == 1


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(errors.InvalidConfig, match="nowhere"):
        config.read(tmp_path / "nowhere")
