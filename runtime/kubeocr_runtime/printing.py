"""A document that was read, answered in a format other than JSON: routes that have formats end here."""

from collections.abc import Sequence

from aiohttp import hdrs, web

from kubeocr_contract import outputs
from kubeocr_runtime import readers, services, visits, wishes
from kubeocr_runtime.formats import content


async def answer(known: services.Services, task: visits.Task, reads: Sequence[readers.Read]) -> web.Response:
    """In the format that was wished for. Raises `errors.OcrError`."""
    found = content.Content(tuple(read.result for read in reads), wishes.language(task.wish, reads), task.file)
    return _printed(task.wish.output, await known.printer.printed(task.wish.output, found))


def _printed(output: outputs.Output, made: bytes) -> web.Response:
    """What a browser shows of it may do nothing, and load nothing but its own pictures."""
    name = f'{"inline" if output.name != "docx" else "attachment"}; filename="document{output.suffix}"'
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
    told = {hdrs.CONTENT_TYPE: output.content_type, hdrs.CONTENT_DISPOSITION: name, "Content-Security-Policy": policy}
    return web.Response(body=made, headers={**told, "X-Content-Type-Options": "nosniff"})
