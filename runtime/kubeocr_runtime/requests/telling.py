"""A job as the API's callers are told of it: where it stands in line, for how long, and what came of it."""

import json
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import jobs, ocr_server
from kubeocr_runtime.jobs import estimates, ledger, orders
from kubeocr_runtime.requests import reception

_RESULT = b'"result": '
_NO_RESULT = _RESULT + b"null"
"""Within a text its quotes would be escaped, so it stands in no other place."""


async def standing(at: reception.Reception, job: orders.Job, pace: ledger.Pace | None = None) -> jobs.Request:
    """Without its result; the pace is asked for where it is needed and not given."""
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


async def body(at: reception.Reception, job: orders.Job, told: Mapping[str, Any]) -> bytes:
    """JSON of what is told, with the result where there is one. Raises `errors.RequestGone` where that is not kept any more.

    A book's result has tens of megabytes: it goes in as it was kept, as to parse and write it would hold up everybody.
    """
    written = json.dumps(told).encode()
    if job.state != jobs.COMPLETED:
        return written
    return written.replace(_NO_RESULT, _RESULT + await _result(at, job), 1)


async def _result(at: reception.Reception, job: orders.Job) -> bytes:
    """JSON on one line."""
    if job.order.route == ocr_server.CONVERT:  # its result is a file of whatever format
        told = {"session_id": job.order.id, "check_status_url": f"{ocr_server.CONVERT_STATUS}/{job.order.id}"}
        return json.dumps(told).encode()
    return await at.desk.result(job)
