"""A request that reads, from its first byte to its pages: the order here is the order in which it meets its bounds.

Every route that reads a document comes through here, whatever it answers with.
"""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

from aiohttp import web

from kubeocr_runtime import admission, callers, decoding, errands, schedule, services, turns, uploads, wishes

Asked = TypeVar("Asked")
Parse = Callable[[Mapping[str, str]], tuple[wishes.Wish, Asked]]
"""A form's fields as what they ask for: of the reading, and of the route. Raises `errors.OcrError`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Visit:
    """A request that may read."""

    request: web.Request
    services: services.Services

    @classmethod
    def of(cls, request: web.Request) -> "Visit":
        """Raises `errors.TooLarge` for what is declared to be, and `errors.Unavailable` while models load."""
        known = request.app[services.SERVICES]
        uploads.refuse_if_declared_too_large(request, known.file_bytes)
        services.refuse_while_loading(known)
        return cls(request, known)


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """What it asks for."""

    document: decoding.Opened
    file: bytes
    """What it was opened from."""
    wish: wishes.Wish
    job: turns.Job


@contextlib.asynccontextmanager
async def let_in(visit: Visit) -> AsyncIterator[admission.Ticket]:
    """A request's place in the queue, as long as its time lasts."""
    known = visit.services
    expected = uploads.expected(visit.request, known.file_bytes)
    with known.entrance.admit(visit.request[callers.CALLER], known.settings.request_timeout_seconds, expected) as ticket:
        async with ticket.deadline.kept():
            yield ticket


@contextlib.asynccontextmanager
async def opened(visit: Visit, ticket: admission.Ticket, parse: Parse[Asked]) -> AsyncIterator[tuple[Task, Asked]]:
    """The document of a request's form, and what its route is asked for, while its file may stay in memory."""
    known, limit = visit.services, visit.services.file_bytes
    async with known.uploads.take(uploads.expected(visit.request, limit)) as held:
        form = await uploads.receive(visit.request, limit)
        held.shrink(len(form.file))
        wish, asked = parse(form.fields)
        ticket.deadline.shorten(wishes.seconds(form.fields, known.settings.request_timeout_seconds))
        async with document(known, ticket, form.file, wish) as task:
            yield task, asked


@contextlib.asynccontextmanager
async def document(known: services.Services, ticket: admission.Ticket, file: bytes, wish: wishes.Wish) -> AsyncIterator[Task]:
    """A file of whatever came, as pages in the queue."""
    async with known.turns.decoder.opened(file, known.settings, wish.text_layer) as pages:
        first = await known.turns.first_pixels(pages)
        ticket.take(pages.pages, first, len(file))
        share = errands.Share(schedule.Priority[wish.priority.upper()], ticket.tenant)
        with ticket.allowance.pages(pages.pages, unread=lambda: ticket.left):
            yield Task(pages, file, wish, turns.Job(wish.options, share, ticket, first))
