"""Which servers a service leans on, and what its runtime is told of them."""

import pytest

from kubeocr_contract import settings
from kubeocr_operator import backend_plans, config, ocrservices

OLLAMA = "http://docs-ollama.office.svc:11434"
DEFAULTS = config.Config(runtime_class_name="nvidia")


@pytest.fixture
def resolve(body):
    """The decisions on a spec."""
    return lambda **spec: backend_plans.resolve(ocrservices.parse(body(**spec)), DEFAULTS)


def llm(model="qwen3:8b", vision=None, **ollama):
    return {"ollama": ollama, "model": model, **({"visionModel": vision} if vision else {})}


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param({"llm": llm(url="http://o:1")}, {"llm_url": "http://o:1", "llm_model": "qwen3:8b"}, id="an Ollama"),
        pytest.param(
            {"llm": {**llm(managed={}, vision="llava"), "timeoutSeconds": 9, "callersHosts": ["o:1"]}},
            {
                "llm_url": OLLAMA,
                "llm_model": "qwen3:8b",
                "llm_vision_model": "llava",
                "llm_timeout_seconds": 9,
                "llm_hosts": ("o:1",),
            },
            id="its own Ollama",
        ),
        pytest.param({"vlm": {"url": "http://v/v1"}}, {"vlm_url": "http://v/v1", "vlm_model": "dots-ocr"}, id="a VLM"),
        pytest.param(
            {"vlm": {"url": "http://v", "model": "m", "apiKeySecret": "k"}},
            {"vlm_url": "http://v", "vlm_model": "m", "vlm_api_key_file": "/etc/kubeocr/vlm/apiKey"},
            id="a VLM with a key",
        ),
        pytest.param({"queue": {"retentionSeconds": 60}}, {"queue_retention_seconds": 60}, id="a queue in the pod"),
        *(
            pytest.param({"queue": {"redis": redis}}, {"queue_redis_url_file": "/etc/kubeocr/queue/url"}, id=f"Redis by {name}")
            for name, redis in (("url", {"url": "redis://r"}), ("secret", {"secret": "s"}), ("managed", {"managed": {}}))
        ),
    ],
)
def test_what_the_runtime_is_told(resolve, spec, want):
    assert settings.Settings(**resolve(**spec).settings) == settings.Settings(**want)


@pytest.mark.parametrize(
    ("managed", "want"),
    [
        pytest.param({}, ("qwen3:8b", "llava"), id="those that are asked"),
        pytest.param({"models": ["a:1b", "llava"]}, ("qwen3:8b", "llava", "a:1b"), id="others, each once"),
        pytest.param({"pull": False}, (), id="the volume has them"),
        pytest.param({"modelsPath": "/models"}, (), id="the image has them"),
    ],
)
def test_what_is_pulled(resolve, managed, want):
    assert resolve(llm=llm(managed=managed, vision="llava")).ollama.pulled == want


def test_an_image_with_models_needs_no_volume(resolve):
    ollama = resolve(llm=llm(managed={"modelsPath": "/models"})).ollama
    assert (ollama.models_path, ollama.server.storage) == ("/models", None)
    ollama = resolve(llm=llm(managed={})).ollama
    assert (ollama.models_path, ollama.server.storage.size) == (None, "20Gi")


@pytest.mark.parametrize(
    ("managed", "requests", "limits", "runtime_class"),
    [
        pytest.param({}, {"cpu": "2", "memory": "8Gi"}, {"memory": "8Gi"}, None, id="CPU"),
        pytest.param(
            {"accelerator": "amd.com/gpu", "resources": {"cpu": "1"}},
            {"cpu": "1", "amd.com/gpu": "1"},
            {"amd.com/gpu": "1"},
            "nvidia",
            id="GPU",
        ),
    ],
)
def test_what_ollama_asks_for(resolve, managed, requests, limits, runtime_class):
    server = resolve(llm=llm(managed=managed)).ollama.server
    assert (server.requests, server.limits, server.runtime_class_name) == (requests, limits, runtime_class)


@pytest.mark.parametrize(
    ("resources", "want"),
    [pytest.param({"memory": "1Gi"}, 2**29, id="half of its memory"), pytest.param({"cpu": "1"}, None, id="no bound")],
)
def test_what_redis_may_keep(resolve, resources, want):
    assert resolve(queue={"redis": {"managed": {"resources": resources}}}).redis.data_bytes == want


def test_a_queue_with_a_store_is_the_service_s_own_by_its_name(resolve):
    told = resolve(queue={"redis": {"secret": "s"}, "store": {"claimName": "c"}}).settings
    assert (told["queue_name"], told["queue_store_url"]) == ("office.docs", "/var/lib/kubeocr/queue")
    assert not {"queue_name", "queue_store_url"} & set(resolve(queue={"redis": {"secret": "s"}}).settings)


@pytest.mark.parametrize(
    ("redis", "want"),
    [
        pytest.param({"url": "rediss://r:1/2"}, ("rediss://r:1/2", None), id="url"),
        pytest.param({"secret": "s"}, (None, "s"), id="secret"),
        pytest.param({"managed": {}}, ("redis://docs-redis.office.svc:6379", None), id="managed"),
    ],
)
def test_where_redis_is(resolve, redis, want):
    found = resolve(queue={"redis": redis})
    assert (found.redis_url, found.redis_secret) == want


def test_a_suspended_service_has_no_pods_at_all(resolve):
    found = resolve(llm=llm(managed={}), queue={"redis": {"managed": {}}}, suspend=True)
    assert (found.ollama.server.replicas, found.redis.server.replicas, found.ollama.pulled) == (0, 0, ())


def test_images_come_from_the_mirror(resolve):
    spec = {"llm": llm(managed={}), "queue": {"redis": {"managed": {}}}, "offline": {"registryMirror": "mirror.example/all"}}
    found = resolve(**spec)
    assert found.ollama.server.image.startswith("mirror.example/all/ollama/ollama:")
    assert found.redis.server.image.startswith("mirror.example/all/redis:")
