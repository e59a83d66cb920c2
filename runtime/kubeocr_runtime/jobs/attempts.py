"""One attempt at a job, from its document to its result: what `runner` does with each claim."""

import contextlib
import dataclasses
from collections.abc import Mapping

from kubeocr_contract import wire
from kubeocr_runtime import admission, callers, errors, incidents, keys, quotas, services, turns, visits
from kubeocr_runtime.jobs import holds, kept, ledger, orders, store, tasks

_PRIORITY = "low"
"""Of a job that names none: who waits for an answer goes first."""
_EVERYTHING = admission.Load(2**31, 2**62, 2**62)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """What all attempts of a pod share."""

    jobs: ledger.Ledger
    files: store.Store
    known: services.Services
    parses: Mapping[str, tasks.Parse]
    entrance: admission.Admission
    """Of their own, with room for every job that is claimed: none takes a request's place."""
    memory: admission.Budget
    """Bytes of documents in memory: a largest one, or more smaller ones."""

    @classmethod
    def of(
        cls, where: tuple[ledger.Ledger, store.Store], known: services.Services, parses: Mapping[str, tasks.Parse]
    ) -> "Attempts":
        """On the parts of a running service."""
        entrance = admission.Admission(_EVERYTHING, known.entrance.rate, accounts=known.entrance.accounts)
        memory = admission.Budget(known.file_bytes)
        return cls(jobs=where[0], files=where[1], known=known, parses=parses, entrance=entrance, memory=memory)

    async def make(self, hold: holds.Hold) -> None:
        """One attempt; its ledger is told what came of it. What is left of a job that is over is deleted, whoever ended it.

        Raises `errors.QueueUnavailable`, `errors.RequestGone`.
        """
        try:
            async with hold.kept():
                job = await self._told(hold, await self._ending(hold))
        except holds.Stopped:
            if hold.handed_back:
                with contextlib.suppress(ledger.LeaseLost):
                    await self.jobs.give_back(hold.claim)
                return
            job = await self.jobs.find(None, hold.claim.job.order.id)
        if job.over:
            await self.files.drop(job.order.id, keep=job.result)

    async def _told(self, hold: holds.Hold, ending: ledger.Ending | orders.Fault) -> orders.Job:
        if isinstance(ending, ledger.Ending):
            return await hold.insist(lambda: self.jobs.end(hold.claim, ending))
        return await hold.insist(lambda: self.jobs.give_back(hold.claim, ending))

    async def _ending(self, hold: holds.Hold) -> ledger.Ending | orders.Fault:
        """How the job ends; a fault: it is worth another try."""
        try:
            return ledger.Ending.completed(await self._result(hold))
        except ledger.LeaseLost:
            raise
        except errors.DeadlineExceeded as e:
            return ledger.Ending.late(orders.Fault.of(e))
        except Exception as e:  # noqa: BLE001  whatever it is, the job's client is told of it
            error = incidents.told(e, f"job={hold.claim.job.order.id}")
            fault = orders.Fault.of(error)
            return ledger.Ending.failed(fault) if _is_the_document_s(error) else fault

    async def _result(self, hold: holds.Hold) -> str:
        """The document read, page by page, and its result kept; the result's name."""
        order = hold.claim.job.order
        name = f"{order.id}.{hold.claim.token}"  # an attempt that was lost may not have left yet
        async with self.memory.take(order.size):
            file = await hold.insist(lambda: self.files.get(order.id, order.file))
            with self.entrance.admit(callers.Caller(name, self._key(order.owner)), int(order.run_seconds), len(file)) as ticket:
                async with ticket.deadline.kept():
                    task = self._task(order)
                    names = await self._read(hold, ticket, file, task)
                    pages = [await self._kept(hold, names[page]) for page in sorted(names)]
                    result = await task.answer(pages, file)
                    name = f"result-{hold.claim.token}{task.wish.output.suffix}"
                    await hold.insist(lambda: self.files.put(order.id, name, result))
                    return name

    def _key(self, owner: str) -> keys.Key:
        """Its pages are counted where its requests' are; what limits requests was asked when the order came."""
        key = self.known.keys.named(owner) if self.known.keys else keys.NONE
        return dataclasses.replace(key, quota=quotas.Quota(pages_per_day=key.quota.pages_per_day))

    def _task(self, order: orders.Order) -> tasks.Task:
        """Raises `errors.OcrError`: of a release that knows the route no more, too."""
        parse = self.parses.get(order.route)
        if parse is None:
            raise errors.InvalidField(f"route: no job is done for {order.route!r} here", field="route")
        return parse(self.known, order.fields)

    async def _read(self, hold: holds.Hold, ticket: admission.Ticket, file: bytes, task: tasks.Task) -> dict[int, str]:
        """Page -> its name in the store, those of earlier attempts too."""
        order, names = hold.claim.job.order, dict(hold.claim.done)
        asks = wire.PRIORITY_FIELD in order.fields
        wish = task.wish if asks else dataclasses.replace(task.wish, priority=_PRIORITY)

        async def keep(outcome: turns.Outcome) -> None:
            page = self._accepted(hold, task, outcome)
            names[page.page] = f"page-{page.page}-{hold.claim.token}"
            await hold.insist(lambda: self.files.put(order.id, names[page.page], kept.to_bytes(page)))
            await hold.insist(lambda: self.jobs.checkpoint(hold.claim, page.page, names[page.page]))

        async with visits.document(self.known, ticket, file, wish) as opened:
            await hold.insist(lambda: self.jobs.begin(hold.claim, opened.document.pages))
            job = dataclasses.replace(opened.job, skip=frozenset(names))
            await self.known.turns.deliver(opened.document, job, keep)
        return names

    def _accepted(self, hold: holds.Hold, task: tasks.Task, outcome: turns.Outcome) -> kept.Kept:
        """A page as it is kept. Raises its error, unless the document may go on without the page."""
        if not isinstance(outcome, turns.Failure):
            return kept.Kept(outcome.result.number, outcome)
        job = hold.claim.job
        for_good = _is_the_document_s(outcome.error) or job.attempts >= job.order.attempts
        if task.whole or not for_good:
            raise outcome.error
        return kept.Kept(outcome.page, fault=orders.Fault.of(outcome.error))

    async def _kept(self, hold: holds.Hold, name: str) -> kept.Kept:
        return kept.from_bytes(await hold.insist(lambda: self.files.get(hold.claim.job.order.id, name)))


def _is_the_document_s(error: errors.OcrError) -> bool:
    """Whether another attempt would end likewise: it is wrong with what was sent, not with us or the moment."""
    return error.status < 500 and not isinstance(error, errors.Overloaded)
