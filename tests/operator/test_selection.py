"""Which image is chosen, and what is said where none is."""

import pytest

from kubeocr_contract import images, languages, models
from kubeocr_operator import errors, selection


def image(name, accelerator, carried):
    return images.Image(repository=name, tag="1", accelerator=accelerator, models=frozenset(carried))


def wish(*ids, version="PP-OCRv6", size="small"):
    return images.Wish(tuple(languages.by_id()[x] for x in ids), version, size)


ARABIC = {"PP-OCRv5_mobile_det", "arabic_PP-OCRv5_mobile_rec"}
TAMIL = {"PP-OCRv5_mobile_det", "ta_PP-OCRv5_mobile_rec"}
SMALL, BIG = image("small", "cpu", models.WHEELS), image("big", "cpu", models.SETS["all"])
GPU = image("gpu", "gpu", models.SETS["all"])


@pytest.mark.parametrize(
    ("wanted", "accelerator", "want"),
    [
        pytest.param(wish("en", "zh"), "cpu", SMALL, id="the smallest that reads it"),
        pytest.param(wish("en", "ar"), "cpu", BIG, id="the one that reads all of it"),
        pytest.param(wish("en"), "gpu", GPU, id="for the accelerator"),
    ],
)
def test_choice(wanted, accelerator, want):
    assert selection.choose(wanted, accelerator, (BIG, GPU, SMALL)) == want


@pytest.mark.parametrize(
    ("wanted", "catalogue", "fragments"),
    [
        pytest.param(wish("en", "ta"), (SMALL, GPU), ["ta: gpu:1 reads it, on a gpu"], id="on another accelerator"),
        pytest.param(
            wish("ta"), (SMALL,), ["ta: an image with PP-OCRv5_mobile_det and ta_PP-OCRv5_mobile_rec"], id="in no image"
        ),
        pytest.param(
            wish("ar", "ta"),
            (image("a", "cpu", ARABIC), image("t", "cpu", TAMIL)),
            ["only some of them each", "ar: a:1 reads it", "ta: t:1 reads it"],
            id="one here, one there",
        ),
        pytest.param(
            wish("en", version="PP-OCRv6", size="medium"),
            (image("v6", "cpu", {"PP-OCRv6_tiny_det", "PP-OCRv6_tiny_rec"}),),
            ["en: v6:1 reads it with model PP-OCRv6 tiny"],
            id="with other models",
        ),
    ],
)
def test_where_none_is_it_says_which_would(wanted, catalogue, fragments):
    with pytest.raises(errors.NotCarried) as caught:
        selection.choose(wanted, "cpu", catalogue)
    assert all(fragment in str(caught.value) for fragment in fragments), str(caught.value)


ALL = f"kubeocr/runtime:{images.PROJECT_VERSION}-all"
ADD = "of this release would do: build it and add it to runtime.images of the chart"


@pytest.mark.parametrize(
    ("wanted", "accelerator", "catalogue", "want"),
    [
        pytest.param(
            wish("ta"),
            "cpu",
            (SMALL,),
            "no cpu image reads all of spec.languages with PP-OCRv6 small: ta: an image with PP-OCRv5_mobile_det and "
            "ta_PP-OCRv5_mobile_rec would read it, and the operator's catalogue has none. "
            f"{ALL} (carries: all) {ADD}",
            id="the models",
        ),
        pytest.param(
            wish("ta"),
            "gpu",
            (SMALL,),
            f"no gpu image is listed in runtime.images of the chart. {ALL}-gpu (carries: all) {ADD}",
            id="the accelerator",
        ),
        pytest.param(
            wish("en"),
            "gpu",
            (),
            "no gpu image is listed in runtime.images of the chart. "
            f"kubeocr/runtime:{images.PROJECT_VERSION}-gpu (carries: wheels) {ADD}",
            id="everything",
        ),
    ],
)
def test_of_what_is_lacking_it_says_which_published_image_has_it(wanted, accelerator, catalogue, want):
    with pytest.raises(errors.NotCarried) as caught:
        selection.choose(wanted, accelerator, catalogue)
    assert str(caught.value) == want


def test_the_plainest_image_that_is_lacking_is_named_too():
    with pytest.raises(errors.NotCarried) as caught:
        selection.plainest("gpu", (SMALL,))
    assert str(caught.value).startswith("no gpu image is listed in runtime.images of the chart. kubeocr/runtime:")


def test_languages_that_are_read_are_not_complained_of():
    with pytest.raises(errors.NotCarried) as caught:
        selection.choose(wish("en", "ta"), "cpu", (SMALL,))
    assert "en:" not in str(caught.value)


def test_loaded_models_are_those_of_the_readers():
    assert selection.loaded(wish("en", "zh"), models.WHEELS) == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
