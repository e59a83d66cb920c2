"""Names that requests bring, and those that they may not."""

import pytest

from kubeocr_runtime import callers, errors

GOOD = ["a", "7f3c.scan_02-B", "x" * 128]
BAD = ["", " ", "a b", "x" * 129, "a/b", "a:b", "é", "a\n", "\udc80"]


@pytest.mark.parametrize("sent", GOOD)
def test_a_request_goes_by_the_name_that_it_brings(sent: str) -> None:
    headers = {"X-Request-Id": sent}
    callers.refuse_wrong_name(headers)
    assert callers.name(headers) == sent


@pytest.mark.parametrize("sent", BAD)
def test_a_name_that_is_none_is_refused_and_replaced(sent: str) -> None:
    headers = {"X-Request-Id": sent}
    with pytest.raises(errors.InvalidField, match=r"X-Request-Id: .* is not 1 to 128 characters of A-Za-z0-9"):
        callers.refuse_wrong_name(headers)
    assert callers.name(headers) != sent


def test_a_request_without_a_name_gets_one_of_its_own() -> None:
    callers.refuse_wrong_name({})
    assert callers.name({}) != callers.name({})
