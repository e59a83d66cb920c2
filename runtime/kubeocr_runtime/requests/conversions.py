"""The routes that convert: a file in, its session's status, and the result for as long as it is kept."""

import dataclasses
import uuid

from aiohttp import hdrs, web

from kubeocr_contract import jobs, ocr_server, outputs
from kubeocr_runtime import callers, documents, errors, services, uploads
from kubeocr_runtime.jobs import ledger, orders
from kubeocr_runtime.requests import (
    conversion_works,
    converting,
    links,
    ordering,
    queries,
    reception,
    taking,
    telling,
    waiting,
)

_MEDIA = {
    "PDF": "application/pdf", "PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "BMP": "image/bmp",
    "TIFF": "image/tiff", "WEBP": "image/webp",
}  # fmt: skip
_NAME = "converted"
_NAME_LENGTH = 255


def routes() -> list[web.RouteDef]:
    """All of them."""
    return [
        web.post(ocr_server.CONVERT, convert, expect_handler=uploads.wait_to_be_asked),
        web.get(ocr_server.CONVERT_STATUS + "/{session_id}", tell),
        web.get(ocr_server.DOWNLOAD + "/{session_id}/{filename}", download),
    ]


async def convert(request: web.Request) -> web.Response:
    """POST of a form with a file: it is queued, and asked for by its session."""
    known, at = request.app[services.SERVICES], request.app[reception.RECEPTION]
    key = ordering.idempotency_key(request.headers)
    uploads.refuse_if_declared_too_large(request, known.file_bytes)
    with taking.let_in(request):
        async with known.uploads.take(uploads.expected(request, known.file_bytes)) as held:
            form = await uploads.receive(request, known.file_bytes)
            held.shrink(len(form.file))
            media = _MEDIA[_kind(form.file)]
            asked = ordering.Asked(file=form.file, fields=converting.fields(form.fields), seconds=at.timeouts.worker_timeout)
            conversion_works.parses(known)[ocr_server.CONVERT](known, asked.fields)
            made = ordering.order(asked, ocr_server.CONVERT, request[callers.CALLER].key.name, key, at.timeouts)
            added = await at.desk.add(dataclasses.replace(made, id=str(uuid.uuid4())), form.file)
    name = form.fields.get("filename") or form.name or f"document.{media.rpartition('/')[2]}"
    return web.json_response(ocr_server.converting(added.job.order.id, name[:_NAME_LENGTH], media))


async def tell(request: web.Request) -> web.Response:
    """GET of where a conversion stands."""
    at = request.app[reception.RECEPTION]
    job = await _find(request, reception.owner(request))
    seconds = queries.whole(request.query, "wait", 0, (0, 3600))
    job = await waiting.until(request, job, lambda found: found.over, min(seconds, waiting.MOST_SECONDS))
    told = await telling.standing(at, job)
    expires = _expires(request, job)
    path = f"{ocr_server.DOWNLOAD}/{job.order.id}/{_filename(job)}" if job.state == jobs.COMPLETED else None
    url = links.signed(path, expires, request.app[services.SERVICES].settings) if path and expires else path
    return web.json_response(ocr_server.conversion(told, url, expires), headers={hdrs.CACHE_CONTROL: "no-store"})


async def download(request: web.Request) -> web.Response:
    """GET of the result, with an API key or by a signed link."""
    at = request.app[reception.RECEPTION]
    signed = callers.CALLER not in request
    job = await _find(request, None if signed else reception.owner(request))
    if request.match_info["filename"] != _filename(job):
        raise errors.RequestNotFound(f"the conversion has no such file; it is {_filename(job)}")
    if job.state != jobs.COMPLETED:
        raise errors.NotReady(f"the conversion is {job.state}", request_id=job.order.id, state=job.state)
    output = _output(job)
    headers = {
        hdrs.CONTENT_TYPE: output.content_type,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{_filename(job)}"',
        hdrs.CACHE_CONTROL: "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.Response(body=await at.desk.result(job), headers=headers)


async def _find(request: web.Request, owner: ledger.Owner) -> orders.Job:
    """Raises `errors.RequestNotFound`, `errors.RequestGone`."""
    session = request.match_info["session_id"]
    job = await request.app[reception.RECEPTION].jobs.find(owner, session) if orders.is_id(session) else None
    if job is None or job.order.route != ocr_server.CONVERT:
        raise orders.never_known(session)
    return job


def _kind(file: bytes) -> str:
    try:
        return documents.told(file)
    except errors.UnsupportedMedia as e:
        raise errors.UnsupportedMedia(
            f"{e.message}; Office files, HTML and plain text are not converted by this service: print them to PDF",
            field="file",
            allowed=sorted(_MEDIA.values()),
        ) from None


def _output(job: orders.Job) -> outputs.Output:
    return outputs.OUTPUTS[job.order.fields[outputs.FORMAT_FIELD]]


def _filename(job: orders.Job) -> str:
    return f"{_NAME}{_output(job).suffix}"


def _expires(request: web.Request, job: orders.Job) -> float | None:
    keeps = request.app[services.SERVICES].settings.queue_retention_seconds
    return job.ended + keeps if job.ended is not None else None
