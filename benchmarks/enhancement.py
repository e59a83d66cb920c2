"""How much is read wrongly of pages that were turned, put in at a slant, bent or spoilt, without and with enhancement.

    make bench-enhancement ARGS='--documents DIR --models-dir DIR'

The documents are pages and their texts; models for turned and bent pages: `kubeocr models bake --source wheels`. Figures are
error rates in per cent as accuracy.py has them. The last line is JSON: figures, targets, whether they are met.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
from collections.abc import Callable, Mapping

import cv2
import numpy as np

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from benchmarks import accuracy  # noqa: E402
from kubeocr_contract import enhancing, languages, settings  # noqa: E402
from kubeocr_runtime import documents, enhancement, pipelines, sheets, tensors  # noqa: E402
from kubeocr_runtime.enhancement import asked  # noqa: E402

TRUTH = {
    "phototest.tif": "phototest.gold.txt",
    "eurotext.tif": "eurotext.txt",
    "linn.png": "linn.txt",
    "8087_054.3B.tif": "8087_054.3B.txt",
    "skew.pdf": "linn.txt",
    "rotated_skew.pdf": "linn.txt",
}
"""Page -> the file with its text."""
SPOILT = ("phototest.tif", "eurotext.tif", "skew.pdf")
UPRIGHT = {"skew.pdf": "linn.png", "rotated_skew.pdf": "linn.png"}
"""Page -> the same one, upright."""
POINTS = 0.5
"""Per cent by which a page may be read worse than the same one upright."""
WORSE = 0.0
"""And with enhance=auto than without."""
_SLANTS = (-15, -4, 2, 8, 30)
Figures = dict[str, float]


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """Who reads what."""

    folder: pathlib.Path
    pipeline: pipelines.Pipelines

    def page(self, name: str) -> tensors.Image:
        """The first of a document."""
        document = documents.open_document((self.folder / name).read_bytes(), self.pipeline.store.chosen)
        try:
            return document.page(0).image
        finally:
            document.close()

    def error(self, name: str, image: tensors.Image, **options: object) -> float:
        """In per cent, where a picture of the page is read with some options."""
        reader = self.pipeline.store.reader(languages.find("en"), self.pipeline.store.chosen.model_version)
        wanted = dataclasses.replace(pipelines.ReadOptions(reader=reader), **options)  # type: ignore[arg-type]
        text = self.pipeline.read(documents.Page(1, image), wanted).text
        return accuracy.error_rate(text, (self.folder / TRUTH[name]).read_text(encoding="utf-8"))


def turned(bench: Bench) -> Figures:
    """A page that lies on its sides and stands on its head."""
    image = bench.page("phototest.tif")
    return {
        f"{turn * 90}": bench.error("phototest.tif", np.ascontiguousarray(np.rot90(image, turn)), orient_page=True)
        for turn in range(4)
    }


def slanting(bench: Bench) -> dict[str, Figures]:
    """Pages put in at a slant, as they are and levelled."""
    scans = {name: bench.page(name) for name in ("linn.png", "skew.pdf", "rotated_skew.pdf")}
    page = bench.page("phototest.tif")
    drawn = {f"phototest.tif {by:+}": sheets.Sheet.of(page).levelled(by).image for by in _SLANTS}
    level = enhancement.Wish(enhancement.Recipe(deskew=True))
    return {
        name: {
            "none": bench.error(name.split()[0], image, orient_page=True),
            "deskew": bench.error(name.split()[0], image, orient_page=True, enhance=level),
            "auto": bench.error(name.split()[0], image, orient_page=True, enhance=enhancement.Wish(auto=True)),
        }
        for name, image in (scans | drawn).items()
    }


def enhanced(bench: Bench) -> dict[str, Figures]:
    """Pages as they are with every word that may be said of them."""
    found = {}
    for name in TRUTH:
        image = bench.page(name)
        words = {word: asked.parse({enhancing.ENHANCE_FIELD: word}) for word in enhancing.WORDS}
        found[name] = {word: bench.error(name, image, enhance=wish) for word, wish in words.items()}
    return found


def spoilt(bench: Bench) -> dict[str, Figures]:
    """Pages that something happened to, without and with enhancement."""
    found = {}
    for name in SPOILT:
        image = bench.page(name)
        for damage, spoil in DAMAGES.items():
            bad = spoil(image)
            auto = bench.error(name, bad, enhance=enhancement.Wish(auto=True))
            found[f"{name} {damage}"] = {"none": bench.error(name, bad), "auto": auto}
    return found


def bent(bench: Bench) -> dict[str, Figures]:
    """Pages that lie in a wave, as they are and flattened; nothing where no model flattens them."""
    found = {}
    for name in ("phototest.tif", "eurotext.tif", "skew.pdf") if bench.pipeline.flattens_pages else ():
        image = wave(bench.page(name))
        found[name] = {"none": bench.error(name, image), "flattened": bench.error(name, image, flatten=True)}
    return found


def wave(page: tensors.Image) -> tensors.Image:
    """A page that is carried up and down by a thirtieth of its height, on a dark table."""
    height, width = page.shape[:2]
    margin, by = width // 10, height // 30
    x, y = np.meshgrid(np.arange(width + 2 * margin), np.arange(height + 2 * margin))
    down = y - margin - by * np.sin(2 * np.pi * np.clip((x - margin) / width, 0, 1))
    table = (60, 70, 80)
    came = (x - margin).astype(np.float32), down.astype(np.float32)
    return np.asarray(cv2.remap(page, *came, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=table), np.uint8)


def _noise(image: tensors.Image, deviation: float) -> tensors.Image:
    grain = np.random.default_rng(0).normal(0, deviation, image.shape[:2])
    return np.clip(image + grain[:, :, None], 0, 255).astype(np.uint8)


def _specks(image: tensors.Image) -> tensors.Image:
    hit = np.random.default_rng(0).random(image.shape[:2]) < 0.1
    return np.where(hit[:, :, None], 255 - image, image)


def _shades(image: tensors.Image, least: float, most: float) -> tensors.Image:
    return (least + image * ((most - least) / 255)).astype(np.uint8)


def _jpeg(image: tensors.Image) -> tensors.Image:
    _, data = cv2.imencode(".jpg", _shades(image, 150, 210), [cv2.IMWRITE_JPEG_QUALITY, 8])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


DAMAGES: Mapping[str, Callable[[tensors.Image], tensors.Image]] = {
    "faded": lambda image: _shades(image, 190, 230),
    "hardly there": lambda image: _shades(image, 225, 237),
    "dark": lambda image: _shades(image, 0, 38),
    "lit from the right": lambda image: (image * np.linspace(0.12, 1, image.shape[1])[None, :, None]).astype(np.uint8),
    "grainy": lambda image: _noise(image, 60),
    "faded and grainy": lambda image: _noise(_shades(image, 200, 230), 12),
    "specks": _specks,
    "blurred": lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), max(image.shape) / 400), np.uint8),
    "a bad JPEG": _jpeg,
    "negative": lambda image: 255 - image,
}


def main(arguments: list[str]) -> int:
    """Read all of it; 1 where a target is missed, 2 where the pages are not there."""
    given = _parse(arguments)
    missing = [name for name in {*TRUTH, *TRUTH.values()} if not (given.documents / name).is_file()]
    if missing:
        sys.stderr.write(f"{given.documents} has no {', '.join(sorted(missing))}\n")
        return 2
    bench = Bench(given.documents, pipelines.Pipelines.open(settings.Settings(models_dir=given.models_dir, languages=("en",))))
    figures: dict[str, object] = {}
    missed: list[str] = []
    for measure in given.only or MEASURES:
        figures[measure] = found = MEASURES[measure](bench)
        print(measure, *(f"  {name}: {told}" for name, told in found.items()), sep="\n", flush=True)
        missed += MISSED.get(measure, lambda _: [])(found)
    print(
        json.dumps(
            {"figures": figures, "targets": {"points": POINTS, "auto_worse": WORSE}, "missed": missed, "met": not missed}
        )
    )
    return 1 if missed else 0


def _turned_missed(found: Figures) -> list[str]:
    return [f"turned by {name}" for name, error in found.items() if error > found["0"] + POINTS]


def _slanting_missed(found: dict[str, Figures]) -> list[str]:
    return [
        f"{name} {way}"
        for name, upright in UPRIGHT.items()
        for way, error in found[name].items()
        if error > found[upright]["none"] + POINTS
    ]


def _enhanced_missed(found: dict[str, Figures]) -> list[str]:
    return [f"{name} auto" for name, errors in found.items() if errors[enhancing.AUTO] > errors[enhancing.NONE] + WORSE]


MEASURES: Mapping[str, Callable[[Bench], dict[str, object]]] = {  # type: ignore[assignment]
    "turned": turned, "slanting": slanting, "enhanced": enhanced, "spoilt": spoilt, "bent": bent
}  # fmt: skip
MISSED: Mapping[str, Callable[..., list[str]]] = {
    "turned": _turned_missed, "slanting": _slanting_missed, "enhanced": _enhanced_missed
}  # fmt: skip


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder with the pages and their texts")
    parser.add_argument("--models-dir", default=settings.Settings().models_dir)
    parser.add_argument("--only", action="append", choices=tuple(MEASURES), help="one of the measures; may be said again")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
