"""A job as the API's callers are told of it: where it stands in line, for how long, and what came of it."""

import asyncio
import dataclasses
import json
from typing import Any

from kubeocr_contract import jobs, ocr_server
from kubeocr_runtime.jobs import estimates, ledger, orders
from kubeocr_runtime.requests import reception


async def whole(at: reception.Reception, job: orders.Job) -> jobs.Request:
    """With its result. Raises `errors.RequestGone` where that is not kept any more, `errors.QueueUnavailable`."""
    return await with_result(at, job, await standing(at, job))


async def standing(at: reception.Reception, job: orders.Job, pace: ledger.Pace | None = None) -> jobs.Request:
    """Without; the pace is asked for where it is needed and not given."""
    place, seconds = 0, 0.0
    if not job.over:
        pace = pace or await at.jobs.pace()
        place = await at.jobs.position(None, job.order.id) if job.state == jobs.QUEUED else 0
        seconds = estimates.wait_seconds(place, pace) if place else estimates.rest_seconds(job, pace, at.clock())
    fault = job.fault
    return jobs.Request(
        id=job.order.id,
        status=job.state,
        created=job.created,
        started=job.started,
        ended=job.ended,
        position=place,
        wait=seconds,
        pages=job.pages,
        pages_done=job.pages_done,
        error=ocr_server.fault(fault.code, fault.message, fault.details) if fault else None,
        reason=job.reason,
    )


async def with_result(at: reception.Reception, job: orders.Job, told: jobs.Request) -> jobs.Request:
    """As it stands, and what came of it. Raises `errors.RequestGone` where that is not kept any more."""
    return dataclasses.replace(told, result=await _result(at, job)) if job.state == jobs.COMPLETED else told


async def _result(at: reception.Reception, job: orders.Job) -> Any:
    if job.order.route == ocr_server.CONVERT:  # its result is a file of whatever format
        return {"session_id": job.order.id, "check_status_url": f"{ocr_server.CONVERT_STATUS}/{job.order.id}"}
    return await asyncio.to_thread(json.loads, await at.desk.result(job))
