"""Fields of a form as values; whole forms in test_wishes.py and test_hardening.py."""

import pytest

from kubeocr_runtime import errors, forms


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(None, True, id="left-out"),
        pytest.param(" Yes ", True, id="yes"),
        pytest.param("off", False, id="off"),
        pytest.param("", False, id="empty"),
    ],
)
def test_a_flag_is_read_as_fastapi_reads_it(text: str | None, want: bool) -> None:
    assert forms.flag({} if text is None else {"x": text}, "x", default=True) == want


def test_a_choice_is_the_first_where_none_was_sent() -> None:
    assert (forms.choice({}, "x", ("a", "b")), forms.choice({"x": "b"}, "x", ("a", "b"))) == ("a", "b")


@pytest.mark.parametrize("long", ["z" * 5000, "\u00e9" * 65], ids=["ascii", "accents"])
def test_a_refusal_repeats_little_of_what_was_sent(long: str) -> None:
    with pytest.raises(errors.InvalidField) as caught:
        forms.choice({"x": long}, "x", ("a", "b"))
    assert str(caught.value) == f"x: {long[: forms.SHOWN]!r} is not one of a, b"
    with pytest.raises(errors.InvalidField) as caught:
        forms.flag({"x": long}, "x", default=False)
    assert str(caught.value) == f"x: {long[: forms.SHOWN]!r} is neither true nor false"
