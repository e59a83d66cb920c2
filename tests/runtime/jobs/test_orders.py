"""What may follow what, and what tells one order from another."""

import dataclasses

import pytest

from kubeocr_contract import jobs
from kubeocr_runtime.jobs import orders, texts


@pytest.mark.parametrize("state", sorted(jobs.ENDED))
def test_what_is_over_stays_so(state: str) -> None:
    assert not any(orders.may(state, other) for other in jobs.STATES)


@pytest.mark.parametrize(
    ("state", "following", "want"),
    [
        (jobs.QUEUED, jobs.PROCESSING, True),
        (jobs.QUEUED, jobs.COMPLETED, False),
        (jobs.QUEUED, jobs.FAILED, False),
        (jobs.QUEUED, jobs.TIMEOUT, True),
        (jobs.PROCESSING, jobs.QUEUED, True),
        (jobs.PROCESSING, jobs.COMPLETED, True),
    ],
)
def test_a_job_goes_where_it_may(state: str, following: str, want: bool) -> None:
    assert orders.may(state, following) is want


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"id": "req_2"}, True),
        ({"client": "c"}, True),
        ({"fields": {"b": "2", "a": "1"}}, True),
        ({"fields": {"a": "1"}}, False),
        ({"digest": "00"}, False),
        ({"route": "/x"}, False),
        ({"webhook": "https://x"}, False),
    ],
)
def test_the_same_is_asked_for_by_the_same_content(order, change: dict, same: bool) -> None:
    one = order(fields={"a": "1", "b": "2"})
    assert (dataclasses.replace(one, **change).content == one.content) is same


@pytest.mark.parametrize(
    ("text", "want"), [("req_1.a-B", True), ("", False), ("..", False), ("a/b", False), ("a" * 129, False), ("é", False)]
)
def test_an_id_is_a_plain_name(text: str, want: bool) -> None:
    assert orders.is_id(text) is want


def test_new_ids_are_ids_and_each_another() -> None:
    found = {orders.new_id() for _ in range(100)}
    assert len(found) == 100
    assert all(map(orders.is_id, found))


def test_what_is_kept_comes_back(order) -> None:
    asked = order(fields={"a": "ü\n"}, client="c", idempotency_key="k")
    assert texts.order(texts.of(asked)) == asked
    fault = orders.Fault("a", "b", {"c": [1, None, {"d": "e"}]})
    assert texts.fault(texts.of(fault)) == fault
    assert texts.fault(texts.of(None)) is None


def test_what_a_later_release_adds_is_passed_over(order) -> None:
    asked = order()
    assert texts.order(texts.of(asked)[:-1] + ',"colour":"red"}') == asked
