import functools
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeocr_runtime import schedule, tenants
from kubeocr_runtime.schedule import Piece, Priority, Schedule, Share

A, B, C = "abc"
MUCH = schedule.LONG
"""Pixels after which a request takes turns."""


def line(owner: str, index: int = 0, *, batch: str = "w320", pixels: int = MUCH, budget: int = 0) -> Piece[str]:
    return Piece(owner, pixels, index, batch, budget)


def page(owner: str, pixels: int = 1000) -> Piece[str]:
    return Piece(owner, pixels)


def names(pieces: tuple[Piece[str], ...]) -> list[tuple[str, int]]:
    return [(piece.owner, piece.index) for piece in pieces]


def drain(waiting: Schedule[str]) -> list[list[tuple[str, int]]]:
    taken = []
    while pieces := waiting.take():
        waiting.done(pieces)
        taken.append(names(pieces))
    return taken


def test_what_came_first_goes_first_and_requests_take_turns() -> None:
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(), [line(A, i) for i in range(3)])
    waiting.add(Share(), [line(B, i) for i in range(3)])
    assert drain(waiting) == [[(A, 0)], [(B, 0)], [(A, 1)], [(B, 1)], [(A, 2)], [(B, 2)]]


def test_a_line_does_not_wait_for_a_book() -> None:
    waiting: Schedule[str] = Schedule()
    book: Share[str] = Share()
    waiting.add(book, [line(A, i) for i in range(100)])
    for _ in range(50):
        waiting.take()
    waiting.add(Share(), [page(B, 10)])
    assert names(waiting.take()) == [(B, 0)]


def crops(budget: int) -> list[str]:
    """What is done with three pages of one short line each that came at once; `budget` is that of a batch, a line has 100."""
    waiting: Schedule[str] = Schedule()
    shares: dict[str, Share[str]] = {name: Share() for name in (A, B, C)}
    for name, share in shares.items():
        waiting.add(share, [page(name)])
    done = []
    while pieces := waiting.take():
        if pieces[0].batch is None:
            waiting.add(shares[pieces[0].owner], [line(pieces[0].owner, pixels=100, budget=budget)])
        waiting.done(pieces)
        done.append(("find " if pieces[0].batch is None else "read ") + "".join(piece.owner for piece in pieces))
    return done


@pytest.mark.parametrize(
    ("budget", "want"),
    [
        pytest.param(100, ["find a", "read a", "find b", "read b", "find c", "read c"], id="a line fills a batch: none waits"),
        pytest.param(200, ["find a", "find b", "read ab", "find c", "read c"], id="two do"),
        pytest.param(1000, ["find a", "find b", "find c", "read abc"], id="as many as there are"),
    ],
)
def test_short_requests_go_to_their_end_in_the_order_in_which_they_came(budget: int, want: list[str]) -> None:
    assert crops(budget) == want


def test_short_requests_without_end_keep_no_book_waiting() -> None:
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(), [line(A, i) for i in range(100)])
    for _ in range(2):
        waiting.add(Share(), [page(B, MUCH // 8)])
    taken = []
    for _ in range(340):
        pieces = waiting.take()
        if pieces[0].owner == B:  # whoever is answered asks again
            waiting.add(Share(), [page(B, MUCH // 8)])
        waiting.done(pieces)
        taken.append(pieces[0].owner)
    assert abs(taken.count(A) - 20) <= 2, "a third of the pixels: one of 17 pieces"


def test_a_shorter_request_goes_before_what_came_a_little_earlier() -> None:
    waiting: Schedule[str] = Schedule()
    for owner, priority, pixels in ((A, Priority.NORMAL, 900), (B, Priority.NORMAL, 800), (C, Priority.HIGH, 900)):
        waiting.add(Share(priority), [page(owner, pixels)])
    assert drain(waiting) == [[(C, 0)], [(B, 0)], [(A, 0)]]


def test_lines_wait_for_some_pages_and_no_more() -> None:
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(), [line(A, pixels=100, budget=200)])
    for _ in range(100):
        waiting.add(Share(), [page(B)])
    assert [pieces[0].owner for pieces in iter(waiting.take, ())].index(A) == 2 * 16


def test_who_was_away_has_no_claim_to_what_others_were_given() -> None:
    waiting: Schedule[str] = Schedule()
    late: Share[str] = Share()
    waiting.add(Share(), [line(A, i) for i in range(100)])
    for _ in range(50):
        waiting.take()
    waiting.add(late, [line(B, i) for i in range(4)])
    assert [owner for [(owner, _)] in drain(waiting)[:6]] == [B, A, A, B, A, B]


@pytest.mark.parametrize(
    ("priority", "want"),
    [
        pytest.param(Priority.HIGH, 8, id="high: two of three"),
        pytest.param(Priority.NORMAL, 6, id="normal: half"),
        pytest.param(Priority.LOW, 2, id="low: one of five"),
    ],
)
def test_priorities_are_shares_of_the_engine(priority: Priority, want: int) -> None:
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(), [line(A, i) for i in range(50)])
    waiting.add(Share(priority), [line(B, i) for i in range(50)])
    first = list(itertools.chain.from_iterable(drain(waiting)))[:12]
    assert abs(sum(owner == B for owner, _ in first) - want) <= 1


def test_a_page_s_lines_go_before_its_request_s_next_page() -> None:
    waiting: Schedule[str] = Schedule()
    share: Share[str] = Share()
    waiting.add(share, [page(A), page(B)])
    assert names(waiting.take()) == [(A, 0)]
    waiting.add(share, [line(A, 0), line(A, 1)])
    assert drain(waiting) == [[(A, 0)], [(A, 1)], [(B, 0)]]


def test_lines_of_one_width_share_a_batch_whoever_s_they_are() -> None:
    some = functools.partial(line, A, pixels=100, budget=300)
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(), [some(0), some(1, batch="w640"), some(2)])
    waiting.add(Share(), [line(B, i, pixels=100, budget=300) for i in range(3)])
    assert drain(waiting) == [[(A, 0), (A, 2), (B, 0)], [(A, 1)], [(B, 1), (B, 2)]]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([32, 64])), max_size=30), st.integers(0, 300))
def test_every_line_is_taken_once_in_batches_of_one_width_within_the_budget(lines: list[tuple[str, int]], budget: int) -> None:
    waiting: Schedule[str] = Schedule()
    shares: dict[str, Share[str]] = {name: Share() for name in "abc"}
    for index, (owner, width) in enumerate(lines):
        waiting.add(shares[owner], [Piece(owner, width, index, width, budget)])
    taken = []
    while pieces := waiting.take():
        assert len({piece.batch for piece in pieces}) == 1
        assert len(pieces) == 1 or sum(piece.pixels for piece in pieces) <= budget
        taken.extend(piece.index for piece in pieces)
    assert sorted(taken) == list(range(len(lines)))


@pytest.mark.parametrize(
    ("streams", "want"),
    [
        pytest.param(1, [C, A, B], id="one stream: whatever is next"),
        pytest.param(2, [C, A], id="two: one of them for what is short"),
        pytest.param(3, [C, A, B], id="three: one of them for what is short"),
    ],
)
def test_a_stream_is_kept_from_long_pages(streams: int, want: list[str]) -> None:
    waiting: Schedule[str] = Schedule(streams)
    for owner, pixels in ((A, schedule.LONG), (B, schedule.LONG), (C, schedule.LONG - 1)):
        waiting.add(Share(), [page(owner, pixels)])
    at_work = []
    for _ in range(3):
        if pieces := waiting.take():
            at_work.append(pieces)
        if streams == 1:
            waiting.done(pieces)
    assert [pieces[0].owner for pieces in at_work] == want


def test_a_long_page_that_had_to_wait_goes_on_when_the_other_is_done() -> None:
    waiting: Schedule[str] = Schedule(2)
    for owner in (A, B):
        waiting.add(Share(), [page(owner, schedule.LONG)])
    first = waiting.take()
    assert waiting.take() == ()
    waiting.done(first)
    assert names(waiting.take()) == [(B, 0)]


def test_what_nobody_waits_for_is_dropped() -> None:
    waiting: Schedule[str] = Schedule()
    share: Share[str] = Share()
    waiting.add(share, [line(A, 0), page(A), page(B), line(B, 1)])
    waiting.drop(share, A)
    assert drain(waiting) == [[(B, 1)], [(B, 0)]]
    waiting.drop(share, B)
    assert waiting.take() == ()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([page(B, schedule.LONG)], id="a long page"),
        pytest.param([line(B, i, batch="w640") for i in range(9)], id="lines of a book"),
    ],
)
def test_lines_wait_for_nothing_that_takes_long(other: list[Piece[str]]) -> None:
    waiting: Schedule[str] = Schedule()
    book: Share[str] = Share()
    waiting.add(book, [line(B, 9, batch="w640"), *other])
    waiting.done(waiting.take())
    waiting.add(Share(), [line(A, pixels=100, budget=300)])
    assert names(waiting.take()) == [(A, 0)]


def served(waiting: Schedule[str], count: int) -> list[str]:
    """Whose the next pieces are."""
    taken = []
    for _ in range(count):
        pieces = waiting.take()
        waiting.done(pieces)
        taken.append(pieces[0].owner)
    return taken


def test_a_tenant_with_many_requests_gets_no_more_than_one_with_one() -> None:
    waiting: Schedule[str] = Schedule()
    for _ in range(30):
        waiting.add(Share(tenant="busy"), [line(A, i) for i in range(20)])
    waiting.add(Share(tenant="other"), [line(B, i) for i in range(100)])
    taken = served(waiting, 100)
    assert taken.count(A) == 50


@pytest.mark.parametrize("short", [pytest.param(True, id="of one line each"), pytest.param(False, id="of a page each")])
def test_a_tenants_request_goes_before_those_of_one_that_used_the_engine_all_the_time(short: bool) -> None:
    waiting: Schedule[str] = Schedule()
    for _ in range(200):
        waiting.add(Share(tenant="busy"), [line(A, pixels=MUCH // 8 if short else MUCH)])
    served(waiting, 50)
    waiting.add(Share(tenant="light"), [line(B, i) for i in range(20)])
    ahead = 50 * (MUCH // 8 if short else MUCH) // MUCH
    assert served(waiting, 20).count(B) >= min(20, ahead), "it gets what it left to the other"


def test_what_a_tenant_left_to_others_is_not_given_back_without_end() -> None:
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(tenant="busy"), [line(A, i, pixels=tenants.CREDIT // 4) for i in range(100)])
    served(waiting, 50)
    waiting.add(Share(tenant="light"), [line(B, i, pixels=tenants.CREDIT // 4) for i in range(100)])
    taken = served(waiting, 20)
    assert taken[:4] == [B] * 4
    assert taken[4:].count(A) == taken[4:].count(B) == 8


def test_lines_wait_for_no_page_of_a_tenant_that_was_given_more() -> None:
    waiting: Schedule[str] = Schedule()
    waiting.add(Share(tenant="busy"), [line(A, i) for i in range(10)])
    served(waiting, 10)
    waiting.add(Share(tenant="light"), [line(B, pixels=100, budget=1000)])
    waiting.add(Share(tenant="busy"), [page(A)])
    assert served(waiting, 2) == [B, A]


def test_tenants_share_a_batch() -> None:
    waiting: Schedule[str] = Schedule()
    for owner in (A, B):
        waiting.add(Share(tenant=owner), [line(owner, pixels=100, budget=200)])
    assert names(waiting.take()) == [(A, 0), (B, 0)]


def test_within_a_tenant_requests_take_turns_whatever_others_do() -> None:
    waiting: Schedule[str] = Schedule()
    for _ in range(50):
        waiting.add(Share(tenant="busy"), [line(A, i) for i in range(50)])
    waiting.add(Share(tenant="other"), [line(B, i) for i in range(50)])
    served(waiting, 60)
    waiting.add(Share(tenant="other"), [line(C, i) for i in range(20)])
    others = [owner for owner in served(waiting, 40) if owner != A]
    assert abs(others.count(B) - others.count(C)) <= 2
