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


def test_languages_that_are_read_are_not_complained_of():
    with pytest.raises(errors.NotCarried) as caught:
        selection.choose(wish("en", "ta"), "cpu", (SMALL,))
    assert "en:" not in str(caught.value)


def test_loaded_models_are_those_of_the_readers():
    assert selection.loaded(wish("en", "zh"), models.WHEELS) == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
