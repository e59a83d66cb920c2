"""How much time a request has, and who may end it."""

import asyncio
from collections.abc import Callable

import pytest

from kubeocr_runtime import callers, deadlines, errors

ME = callers.Caller("a-book", "site")


async def last(deadline: deadlines.Deadline, begun: Callable[[], object] = lambda: None) -> None:
    """A request that takes longer than any has."""
    async with deadline.kept():
        begun()
        await asyncio.sleep(30)


@pytest.mark.parametrize(
    ("seconds", "shorter", "words"),
    [
        pytest.param(0, None, "not done within 0 s", id="the service's"),
        pytest.param(60, 0, "not done within 0 s", id="the client's"),
        pytest.param(0, 60, "not done within 0 s", id="a client's that is longer"),
    ],
)
async def test_a_request_has_its_time(seconds: int, shorter: int | None, words: str) -> None:
    deadline = deadlines.Deadline(seconds)
    with pytest.raises(errors.DeadlineExceeded, match=words):
        await last(deadline, lambda: shorter is None or deadline.shorten(shorter))


async def test_what_takes_too_long_inside_is_not_the_requests_own_time() -> None:
    with pytest.raises(TimeoutError):
        async with deadlines.Deadline(60).kept():
            raise TimeoutError


async def test_the_first_reason_to_end_counts() -> None:
    deadline = deadlines.Deadline(60)

    def end() -> None:
        deadline.end(errors.Cancelled("first"))
        deadline.end(errors.Unavailable("second"))
        deadline.shorten(1)

    with pytest.raises(errors.Cancelled, match="first"):
        await last(deadline, end)


async def test_what_has_not_begun_ends_as_it_begins() -> None:
    deadline = deadlines.Deadline(60)
    deadline.end(errors.Cancelled("early"))
    with pytest.raises(errors.Cancelled, match="early"):
        await last(deadline)


async def test_what_is_over_is_not_ended() -> None:
    deadline = deadlines.Deadline(60)
    async with deadline.kept():
        pass
    deadline.end(errors.Cancelled("late"))


async def test_a_running_request_is_cancelled_by_its_name() -> None:
    running = deadlines.Running()
    with running.entered(ME, 60) as deadline:
        with pytest.raises(errors.Cancelled, match="manual") as caught:
            await last(deadline, lambda: running.cancel(ME, "manual"))
        assert caught.value.details == {"reason": "manual"}


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(callers.Caller("another", "site"), id="another name"),
        pytest.param(callers.Caller("a-book", "guest"), id="another key"),
        pytest.param(callers.Caller("a-book"), id="no key"),
    ],
)
async def test_nobody_else_finds_it_or_is_hindered_by_it(who: callers.Caller) -> None:
    running = deadlines.Running()
    with running.entered(ME, 60):
        with pytest.raises(errors.RequestNotFound):
            running.cancel(who, "manual")
        with running.entered(who, 60):
            running.cancel(who, "manual")


async def test_a_name_is_of_one_running_request() -> None:
    running = deadlines.Running()
    with running.entered(ME, 60), pytest.raises(errors.DuplicateRequest, match="a-book"), running.entered(ME, 60):
        pass
    with running.entered(ME, 60):
        pass
    with pytest.raises(errors.RequestNotFound):
        running.cancel(ME, "manual")
