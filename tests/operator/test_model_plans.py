"""Where models come from, decided."""

import pytest

from kubeocr_contract import images, models
from kubeocr_operator import config, errors, model_plans, objects, ocrservices, plans

CLAIM = {"from": "persistentVolumeClaim"}
VOLUME = {"from": "imageVolume", "imageVolume": {"reference": "registry.example/team/models:1"}}
TAMIL = ("PP-OCRv5_mobile_det", "ta_PP-OCRv5_mobile_rec")


def image(tag, accelerator, carried):
    return images.Image(repository="r", tag=tag, accelerator=accelerator, models=frozenset(carried))


CPU, GPU = image("cpu", "cpu", models.WHEELS), image("gpu", "gpu", models.WHEELS)
LARGE_GPU = image("large", "gpu", models.SETS["all"])


@pytest.fixture
def resolve(body):
    """Decides on a spec, with images that the cluster has."""

    def decide(*catalogue, mirror="", **spec):
        defaults = config.Config(catalogue=catalogue or (CPU, GPU, LARGE_GPU), registry_mirror=mirror, bake_image="b:1")
        return model_plans.resolve(ocrservices.parse(body(**spec)), defaults)

    return decide


def test_the_image_s_own(resolve):
    assert resolve() == model_plans.Models()
    assert not resolve().elsewhere


def test_an_image_as_volume(resolve):
    found = resolve(models=VOLUME, mirror="mirror.example")
    assert found.elsewhere
    assert found.volume.reference == "mirror.example/team/models:1"
    assert found.bake is None


def test_a_claim_that_is_filled_is_taken_as_it_is(resolve):
    found = resolve(models={**CLAIM, "persistentVolumeClaim": {"claimName": "weights"}})
    assert (found.claim, found.made, found.bake) == ("weights", None, None)


def test_a_claim_is_made_and_filled(resolve):
    found = resolve(models=CLAIM)
    assert (found.claim, found.made.size) == ("docs-models", "10Gi")
    assert found.bake is not None


@pytest.mark.parametrize(
    ("languages", "mirror", "want"),
    [
        pytest.param(["en"], "", ("r:cpu", "image"), id="out of the smallest image"),
        pytest.param(["ta"], "", ("r:large", "image"), id="out of one for GPUs where no other has them"),
        pytest.param(["en"], "mirror.example", ("mirror.example/r:cpu", "image"), id="that the mirror has"),
    ],
)
def test_models_are_copied_where_an_image_has_them(resolve, languages, mirror, want):
    bake = resolve(models=CLAIM, languages=languages, mirror=mirror).bake
    assert (bake.image, bake.source) == want


def test_models_that_no_image_has_are_downloaded(resolve):
    bake = resolve(CPU, GPU, models=CLAIM, languages=["ta"], mirror="mirror.example").bake
    assert (bake.image, bake.source) == ("mirror.example/b:1", "auto")


def test_nothing_is_downloaded_where_that_is_forbidden(resolve):
    with pytest.raises(errors.NotCarried, match="ta with PP-OCRv6 small, and with offline"):
        resolve(CPU, GPU, models=CLAIM, languages=["ta"], offline={"strict": True})
    assert resolve(models=CLAIM, languages=["ta"], offline={"strict": True}).bake.source == "image"


def test_what_is_baked_is_what_the_spec_reads(resolve):
    spec = {"languages": ["en", "zh"], "model": {"version": "PP-OCRv5", "size": "medium"}, "engine": {"name": "onnxruntime"}}
    flags = resolve(models=CLAIM, **spec).bake.wanted
    assert dict(zip(flags[::2], flags[1::2], strict=True)) == {
        "--languages": "en,zh",
        "--versions": "PP-OCRv5",
        "--sizes": "medium",
        "--pipelines": "ocr",
        "--engine": "onnxruntime",
    }


def test_models_are_baked_for_the_engine_that_reads_them(resolve):
    wanted = resolve(models=CLAIM, engine={"name": "openvino", "precision": "int8"}).bake.wanted
    assert wanted[-2:] == ("--engine", "openvino")


@pytest.mark.parametrize("source", [CLAIM, VOLUME], ids=["claim", "volume"])
def test_with_models_from_elsewhere_the_plainest_image_does_and_all_of_them_are_verified(body, source):
    bare = image("bare", "cpu", TAMIL)
    service = ocrservices.parse(body(models=source))
    found = plans.resolve(service, config.Config(catalogue=(CPU, bare, GPU)), "cpu")
    assert found.image == "r:bare"
    assert found.settings.models_verify == "all"


@pytest.mark.parametrize(
    ("claim", "spec", "together"),
    [
        pytest.param({}, {}, True, id="a volume for one node"),
        pytest.param({"accessMode": "ReadWriteMany"}, {}, False, id="a volume for many"),
        pytest.param({"claimName": "weights"}, {}, False, id="a claim that is there, of which nothing is known"),
        pytest.param({}, {"affinity": {"nodeAffinity": {}}}, False, id="where the spec says itself"),
    ],
)
def test_pods_that_share_a_volume_for_one_node_go_to_one_node(body, claim, spec, together):
    service = ocrservices.parse(body(models={**CLAIM, "persistentVolumeClaim": claim}, **spec))
    built = objects.desired(plans.resolve(service, config.Config(), "cpu"))
    pods = [obj["spec"]["template"]["spec"] for obj in built if obj["kind"] in {"Deployment", "Job"}]
    assert ["podAffinity" in pod.get("affinity", {}) for pod in pods] == [together] * len(pods)


def test_an_image_for_the_accelerator_is_needed_all_the_same(body):
    with pytest.raises(errors.NotCarried, match="no gpu image"):
        plans.resolve(ocrservices.parse(body(models=VOLUME)), config.Config(catalogue=(CPU,)), "gpu")
