"""Names of images at a site with a mirror."""

import pytest

from kubeocr_operator import config, mirrors, objects, ocrservices, plans, specs, values

MIRROR = "mirror.example:5000/all"
DIGEST = "sha256:" + "0a" * 32
IMAGES = [
    pytest.param("registry.example/a/b:1", f"{MIRROR}/a/b:1", id="a registry"),
    pytest.param("registry.example:443/a/b:1", f"{MIRROR}/a/b:1", id="its port"),
    pytest.param("registry:5000/b:1", f"{MIRROR}/b:1", id="a registry by its port alone"),
    pytest.param("localhost/a:1", f"{MIRROR}/a:1", id="this machine"),
    pytest.param("Registry/a:1", f"{MIRROR}/a:1", id="capitals, which no folder has"),
    pytest.param("kubeocr/runtime:0.2.0", f"{MIRROR}/kubeocr/runtime:0.2.0", id="no registry, a folder"),
    pytest.param("redis:7.4", f"{MIRROR}/redis:7.4", id="no registry, no folder"),
    pytest.param(f"registry.example/a/b@{DIGEST}", f"{MIRROR}/a/b@{DIGEST}", id="a digest"),
    pytest.param(values.OLLAMA_IMAGE, f"{MIRROR}/{values.OLLAMA_IMAGE}", id="the default of Ollama"),
    pytest.param(values.REDIS_IMAGE, f"{MIRROR}/{values.REDIS_IMAGE}", id="the default of Redis"),
]


@pytest.mark.parametrize(("image", "want"), IMAGES)
def test_the_mirror_takes_the_place_of_the_registry(image, want):
    assert mirrors.rewrite(image, MIRROR) == want


@pytest.mark.parametrize(("image", "want"), IMAGES)
def test_what_is_mirrored_is_not_mirrored_again(image, want):
    assert mirrors.rewrite(mirrors.rewrite(image, MIRROR), MIRROR) == want


def test_without_a_mirror_a_name_stays():
    assert mirrors.rewrite("registry.example/a:1", "") == "registry.example/a:1"


SIDECARS = {
    "spec": {
        "initContainers": [{"name": "fetch", "image": "tools.example/fetch:1"}],
        "containers": [{"name": "log", "image": "log:2"}, {"name": "runtime", "image": "own.example/ocr:3"}],
        "volumes": [{"name": "fonts", "image": {"reference": "fonts.example/all:4"}}],
    }
}


def test_no_image_of_any_pod_comes_from_elsewhere(body):
    spec = {
        "offline": {"registryMirror": MIRROR, "strict": True},
        "podTemplate": SIDECARS,
        "models": {"from": "persistentVolumeClaim"},
        "llm": {"ollama": {"managed": {"pull": False}}, "model": "m"},
        "queue": {"redis": {"managed": {}}},
    }
    plan = plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")
    found = [name for obj in objects.desired(plan) for name in _images(obj)]
    assert {f"{MIRROR}/{image}" for image in ("fetch:1", "log:2", "ocr:3", "all:4", values.OLLAMA_IMAGE)} <= set(found)
    assert [name for name in found if not name.startswith(f"{MIRROR}/")] == []


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"containers": [{"name": "log", "image": 5}]}, id="an image that is none"),
        pytest.param({"volumes": [{"name": "fonts", "image": "x"}]}, id="a volume that is none"),
    ],
)
def test_what_names_no_image_is_the_api_servers_to_refuse(wrong):
    workload = {"spec": {"template": {"spec": wrong}}}
    assert mirrors.of_workload(workload, MIRROR) == workload


def _images(value):
    """All that is called image or is the reference of one, wherever it is."""
    if isinstance(value, list):
        return [name for item in value for name in _images(item)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("image", "reference") if isinstance(value.get(key), str)]
    return own + [name for below in value.values() for name in _images(below)]


@pytest.mark.parametrize(
    ("own", "clusters", "want"),
    [
        pytest.param(None, "", "", id="neither"),
        pytest.param(None, "all.example", "all.example", id="the cluster's"),
        pytest.param("own.example", "all.example", "own.example", id="the service's goes before it"),
    ],
)
def test_whose_mirror(own, clusters, want):
    assert mirrors.of(specs.Offline(registry_mirror=own), config.Config(registry_mirror=clusters)) == want
