"""A wish for languages finds the smallest image that reads them, or says what is missing."""

import pytest

from kubeocr_contract import images, languages, models

SMALL = images.Image(repository="site/ocr", tag="small", accelerator="cpu", models=models.WHEELS)
LARGE = images.Image(repository="site/ocr", tag="large", accelerator="cpu", models=models.SETS["all"])


def wish(*names: str, version: str = "PP-OCRv6", size: str = "small") -> images.Wish:
    return images.Wish(languages.find_all(names), version, size)


@pytest.mark.parametrize(
    ("wished", "offered", "want"),
    [
        pytest.param(wish("en", "zh"), (LARGE, SMALL), SMALL, id="smallest"),
        pytest.param(wish("en", "ar"), (SMALL, LARGE), LARGE, id="covers-all"),
        pytest.param(wish("ar"), (SMALL,), None, id="none"),
        pytest.param(wish("en", size="medium"), (SMALL, LARGE), LARGE, id="size"),
        pytest.param(wish("he"), (SMALL, LARGE), None, id="no-model-at-all"),
    ],
)
def test_smallest(wished: images.Wish, offered: tuple[images.Image, ...], want: images.Image | None) -> None:
    assert images.smallest(wished, offered) == want


def test_missing_names_the_languages() -> None:
    assert [x.id for x in images.missing(wish("en", "ar", "ko"), SMALL.models)] == ["ar", "ko"]


def test_the_published_images_differ_by_what_they_carry_and_run_on() -> None:
    assert [(x.accelerator, len(x.models)) for x in images.PUBLISHED] == [
        ("cpu", len(models.WHEELS)), ("gpu", len(models.WHEELS)), ("cpu", len(models.every())), ("gpu", len(models.every())),
    ]  # fmt: skip
    assert len({x.reference for x in images.PUBLISHED}) == 4
