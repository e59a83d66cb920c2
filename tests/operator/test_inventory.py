"""What a site has to mirror."""

import pytest

from kubeocr_contract import images, models
from kubeocr_operator import config, errors, inventory, ocrservices, values

DIGEST = "sha256:" + "0" * 64


def image(tag, accelerator, carried):
    return images.Image(repository="r", tag=tag, accelerator=accelerator, models=frozenset(carried))


CPU, GPU = image("cpu", "cpu", models.WHEELS), image("gpu", "gpu", models.WHEELS)
BY_DIGEST = images.Image(repository="r", digest=DIGEST, accelerator="cpu", models=models.SETS["all"])
DEFAULTS = config.Config(catalogue=(CPU, GPU), operator_image="o:1", bake_image="b:1")
ON_CPU = {"accelerator": {"mode": "cpu"}}


@pytest.fixture
def needed(body):
    """Images of one service, the operator's left out."""

    def look(defaults=DEFAULTS, **spec):
        found = inventory.of([ocrservices.parse(body(**spec))], defaults)
        return [entry.image for entry in found if entry.image != "o:1"]

    return look


def test_without_services_it_is_all_that_is_known():
    found = {entry.image: entry.wanted_by for entry in inventory.whole(DEFAULTS)}
    assert found == {
        "o:1": ("operator",),
        "r:cpu": ("runtime on cpu",),
        "r:gpu": ("runtime on gpu",),
        "b:1": ("models onto a claim",),
        values.OLLAMA_IMAGE: ("ollama",),
        values.REDIS_IMAGE: ("redis",),
    }


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        pytest.param(ON_CPU, ["r:cpu"], id="one device"),
        pytest.param({}, ["r:cpu", "r:gpu"], id="auto may come to either"),
        pytest.param({**ON_CPU, "image": {"repository": "mine", "digest": DIGEST}}, [f"mine@{DIGEST}"], id="one's own"),
        pytest.param(
            {**ON_CPU, "models": {"from": "imageVolume", "imageVolume": {"reference": "m:1"}}}, ["m:1", "r:cpu"], id="a volume"
        ),
        pytest.param({**ON_CPU, "models": {"from": "persistentVolumeClaim"}}, ["r:cpu"], id="baked out of an image"),
        pytest.param(
            {**ON_CPU, "models": {"from": "persistentVolumeClaim"}, "languages": ["ta"]}, ["b:1", "r:cpu"], id="downloaded"
        ),
        pytest.param(
            {**ON_CPU, "llm": {"ollama": {"managed": {"image": "l:1"}}, "model": "m"}, "queue": {"redis": {"managed": {}}}},
            ["l:1", "r:cpu", values.REDIS_IMAGE],
            id="servers of its own",
        ),
    ],
)
def test_what_a_service_needs(needed, spec, want):
    assert needed(**spec) == sorted(want)


def test_by_digest_where_the_catalogue_has_one(needed):
    assert needed(config.Config(catalogue=(BY_DIGEST,), operator_image="o:1"), **ON_CPU) == [f"r@{DIGEST}"]


def test_one_of_two_devices_will_do(needed):
    assert needed(config.Config(catalogue=(CPU,), operator_image="o:1")) == ["r:cpu"]


def test_what_no_image_reads_is_said(needed):
    with pytest.raises(errors.NotCarried, match="ta: "):
        needed(languages=["ta"])


@pytest.mark.parametrize(
    ("given", "configured", "own", "want"),
    [
        pytest.param("", "", None, "r:cpu", id="none"),
        pytest.param("a.example", "b.example", "c.example", "a.example/r:cpu", id="the one that is asked for"),
        pytest.param("", "b.example", "c.example", "c.example/r:cpu", id="the service's"),
        pytest.param("", "b.example", None, "b.example/r:cpu", id="the cluster's"),
    ],
)
def test_a_mirror_stands_beside_the_published_name(body, given, configured, own, want):
    offline = {"registryMirror": own} if own else {}
    service = ocrservices.parse(body(offline=offline, **ON_CPU))
    defaults = config.Config(catalogue=(CPU,), operator_image="o:1", registry_mirror=configured)
    found = {entry.image: entry.mirrored for entry in inventory.of([service], defaults, given)}
    assert found["r:cpu"] == want


def test_an_image_is_listed_once_with_all_who_want_it(body):
    services = [ocrservices.parse(body(name=name, **ON_CPU)) for name in ("a", "b")]
    found = {entry.image: entry.wanted_by for entry in inventory.of(services, DEFAULTS)}
    assert found == {"o:1": ("operator",), "r:cpu": ("office/a", "office/b")}
