"""Clients that tell that they are there, and how long requests may take."""

from typing import NoReturn

from aiohttp import web

from kubeocr_contract import jobs, ocr_server
from kubeocr_runtime import bodies, callers, errors, uploads
from kubeocr_runtime.jobs import ledger
from kubeocr_runtime.requests import clients, ordering, reception

_BODY_BYTES = 64 * 1024
_CLIENT = "/{client_id}"
_AT_ONCE = 500
_UNFINISHED = frozenset({jobs.QUEUED, jobs.PROCESSING})


def routes() -> list[web.RouteDef]:
    """All of them."""
    return [
        web.get(ocr_server.TIMEOUTS, show_timeouts),
        web.post(ocr_server.UPDATE_TIMEOUTS, change_timeouts),
        web.post(ocr_server.HEARTBEAT, hear),
        web.get(ocr_server.CLIENT + _CLIENT, show_client),
        web.post(ocr_server.DISCONNECT + _CLIENT, disconnect),
    ]


async def show_timeouts(request: web.Request) -> web.Response:
    """GET."""
    return web.json_response(request.app[reception.RECEPTION].timeouts.json())


async def change_timeouts(request: web.Request) -> web.Response:
    """POST of those that are to be others from now on; an admin's."""
    reception.refuse_all_but_admins(request)
    at = request.app[reception.RECEPTION]
    at.timeouts = at.timeouts.changed(bodies.parse(await uploads.receive_body(request, _BODY_BYTES)))
    told = {"message": "Timeout settings updated successfully", "new_settings": at.timeouts.json()}
    return web.json_response(told)


async def hear(request: web.Request) -> web.Response:
    """POST of a client's word that it is there."""
    at = request.app[reception.RECEPTION]
    name = ordering.client(bodies.parse(await uploads.receive_body(request, _BODY_BYTES)))
    if not name:
        raise errors.InvalidField(f"{ocr_server.CLIENT_ID}: is missing", field=ocr_server.CLIENT_ID)
    now = at.clock()
    at.heard.hear(_key(request), name, now)
    healthy = (await at.jobs.pace()).slots > 0
    told = {"status": "alive", "server_time": jobs.moment(now), "queue_status": ocr_server.health(healthy=healthy)}
    return web.json_response(told)


async def show_client(request: web.Request) -> web.Response:
    """GET of one: what was heard of it, and how many requests it has."""
    at, name = request.app[reception.RECEPTION], _name(request)
    heard = at.heard.find(_key(request), name)
    total = await _count(request, name, frozenset(jobs.STATES))
    if heard is None and not total:
        _unknown(name)
    active = await _count(request, name, _UNFINISHED)
    return web.json_response(clients.told(name, heard, active, total, at.clock()))


async def disconnect(request: web.Request) -> web.Response:
    """POST: it has gone, and what of its requests waits is cancelled; what is processed goes on."""
    at, name = request.app[reception.RECEPTION], _name(request)
    if at.heard.find(_key(request), name) is None and not await _count(request, name, frozenset(jobs.STATES)):
        _unknown(name)
    waiting = ledger.Query(states=frozenset({jobs.QUEUED}), client=name, limit=_AT_ONCE)
    count = 0
    while found := (await at.jobs.select(reception.owner(request), waiting)).jobs:
        for job in found:
            ended = await at.desk.cancel(reception.owner(request), job.order.id, f"client {name} disconnected")
            count += ended.state == jobs.CANCELLED
    now = at.clock()
    at.heard.leave(_key(request), name, now)
    told = {"client_id": name, "status": clients.DISCONNECTED, "disconnected_at": jobs.moment(now)}
    return web.json_response({**told, "cleaned_requests": count, "message": "Client disconnected successfully"})


def _name(request: web.Request) -> str:
    """Of the path. Raises `errors.ClientNotFound` for what nobody may be called."""
    name = request.match_info["client_id"]
    if not ordering.is_client(name):
        _unknown(name)
    return name


async def _count(request: web.Request, name: str, states: frozenset[str]) -> int:
    query = ledger.Query(states=states, client=name, limit=1)
    return (await request.app[reception.RECEPTION].jobs.select(reception.owner(request), query)).total


def _key(request: web.Request) -> str:
    return request[callers.CALLER].key.name


def _unknown(name: str) -> NoReturn:
    raise errors.ClientNotFound(f"no client {name[:128]!r} was heard of here", client_id=name[:128])
