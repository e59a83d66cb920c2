"""The lease against an API server in memory, over HTTP."""

import asyncio
import json

import pytest
from aiohttp import web
from kubernetes.aio import client as api

from kubeocr_contract import names
from kubeocr_operator import errors, leadership

QUICK = leadership.Timing(lease=3, renew=2, retry=1)


class Leases:
    """One Lease with optimistic locking; `broken` answers 503."""

    def __init__(self):
        self.lease, self.version, self.broken, self.verbs = None, 0, False, []

    async def answer(self, request):
        self.verbs.append({"GET": "get", "POST": "create", "PUT": "update"}[request.method])
        if self.broken:
            return web.json_response({"code": 503}, status=503)
        if request.method == "GET":
            return web.json_response(self.lease or {"code": 404}, status=200 if self.lease else 404)
        body = json.loads(await request.text())
        if request.method == "POST" and self.lease:
            return web.json_response({"code": 409}, status=409)
        if request.method == "PUT" and body["metadata"]["resourceVersion"] != str(self.version):
            return web.json_response({"code": 409}, status=409)
        self.version += 1
        self.lease = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}
        return web.json_response(self.lease)

    @property
    def holder(self):
        return self.lease["spec"]["holderIdentity"]


@pytest.fixture
async def leases(aiohttp_server):
    found = Leases()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", found.answer)
    found.url = str((await aiohttp_server(application)).make_url("")).rstrip("/")
    return found


@pytest.fixture
async def lease(leases):
    """Makes a replica's lease."""
    clients = []

    def make(identity="one", **options):
        configuration = api.Configuration()
        configuration.host = leases.url
        clients.append(api.ApiClient(configuration))
        return leadership.Lease(clients[-1], namespace="n", identity=identity, **{"timing": QUICK, **options})

    yield make
    for client in clients:
        await client.close()


async def test_work_is_done_under_the_lease_which_is_given_back(leases, lease):
    held = lease()
    seen = []

    async def work():
        seen.append((leases.holder, held.valid, held.reachable))

    await leadership.lead(held, work)
    assert seen == [("one", True, True)]
    assert leases.holder == ""
    assert not held.valid
    assert leases.lease["metadata"]["name"] == names.LEASE
    assert set(leases.verbs) == {"get", "create", "update"}


async def test_the_next_takes_over_at_once_when_it_was_given_back(leases, lease):
    order = []

    async def work(name):
        order.append((name, leases.holder))

    await leadership.lead(lease("one"), lambda: work("one"))
    async with asyncio.timeout(1):
        await leadership.lead(lease("two"), lambda: work("two"))
    assert order == [("one", "one"), ("two", "two")]


async def test_two_never_lead_at_once(lease):
    leading, most = 0, 0

    async def work():
        nonlocal leading, most
        leading += 1
        most = max(most, leading)
        await asyncio.sleep(1.5)
        leading -= 1

    async with asyncio.timeout(15):
        await asyncio.gather(leadership.lead(lease("one"), work), leadership.lead(lease("two"), work))
    assert most == 1


async def test_a_lease_that_cannot_be_renewed_ends_the_work(leases, lease, caplog):
    held = lease()
    ended = asyncio.Event()

    async def work():
        leases.broken = True
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with asyncio.timeout(15):
        with pytest.raises(errors.LeaseLost):
            await leadership.lead(held, work)
    assert ended.is_set()
    assert not held.valid
    assert "the lease is lost" in caplog.text


async def test_work_that_fails_says_so_and_gives_the_lease_back(leases, lease):
    async def work():
        raise errors.Refused("no")

    with pytest.raises(errors.Refused):
        await leadership.lead(lease(), work)
    assert leases.holder == ""


async def test_writing_stops_when_the_deadline_passes_even_while_the_process_sleeps(lease, clock):
    held = lease(clock=clock, timing=leadership.Timing())

    async def work():
        assert held.valid
        clock.seconds += leadership.Timing().renew
        assert not held.valid

    await leadership.lead(held, work)


async def test_a_server_that_is_not_there_is_waited_for_and_not_ready(lease, leases):
    held = lease()
    held.api_instance.api_client.configuration.host = "http://127.0.0.1:1"
    found, why = await held.get(names.LEASE, "n")
    assert not found
    assert "127.0.0.1" in why.reason
    assert not held.reachable
