"""Everything that can be wrong with a request, each with its code and HTTP status. `app` renders them, in one place."""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

from kubeocr_contract import wire

LOCKED = "file: the PDF asks for a password; send one that opens without"
"""What is said of it wherever a file is opened."""


class OcrError(Exception):
    """What a client is told. `details` are further keys of the body, `headers` those of the response."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(self, message: str, *, headers: Mapping[str, str] | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.headers = dict(headers or {})
        self.details = details


class InvalidParameter(OcrError):
    """What stands behind `?`, or in a header, may not be so."""

    status, code = 400, "invalid_parameter"


class Unauthorized(OcrError):
    """No API key that is one of this service's."""

    status, code = 401, "unauthorized"


class Forbidden(OcrError):
    """An API key of this service, but not one that may do this."""

    status, code = 403, "forbidden"


class ModelNotFound(OcrError):
    """A chat asks for a model that is not here."""

    status, code = 404, "model_not_found"


class RequestNotFound(OcrError):
    """No running request and no job goes by the name, or it is another key's."""

    status, code = 404, "request_not_found"


class ClientNotFound(OcrError):
    """Nobody calls itself so, as far as is known here, or another key's client does."""

    status, code = 404, "client_not_found"


class LogNotFound(OcrError):
    """No such log is kept, or none at all."""

    status, code = 404, "log_not_found"


class NotAcceptable(OcrError):
    """The request's Accept names nothing that an answer may be."""

    status, code = 406, "not_acceptable"


class UploadStalled(OcrError):
    """The client stopped sending in the middle of its form."""

    status, code = 408, "upload_stalled"


class Cancelled(OcrError):
    """Someone asked for the request's end."""

    status, code = 409, wire.CANCELLED


class DuplicateRequest(OcrError):
    """A request of the same name still runs."""

    status, code = 409, "duplicate_request"


class RequestOver(OcrError):
    """The job has ended, so nothing of it can be changed."""

    status, code = 409, "request_over"


class NotReady(OcrError):
    """The job has no result yet."""

    status, code = 409, "not_ready"


class IdempotencyConflict(OcrError):
    """Another job was ordered under the same idempotency key."""

    status, code = 409, "idempotency_conflict"


class RequestGone(OcrError):
    """The job was over for longer than results are kept."""

    status, code = 410, "request_gone"


class TooLarge(OcrError):
    """More bytes, pixels or pages than the limits of this service allow."""

    status, code = 413, "too_large"


class UnsupportedMedia(OcrError):
    """The file is neither an image nor a PDF."""

    status, code = 415, "unsupported_media_type"


class InvalidField(OcrError):
    """A form field that is missing or holds what it may not."""

    status, code = 422, "invalid_field"


class InvalidBody(InvalidField):
    """A body that is not JSON, or not an object."""

    status, code = 400, "invalid_body"


class InvalidImageUrl(OcrError):
    """An image that is sent as a URL, which is no data URL."""

    status, code = 422, "invalid_image_url"


class InvalidBase64(OcrError):
    """A data URL whose data is broken, or nothing."""

    status, code = 422, "invalid_base64"


class UnknownLanguage(OcrError):
    """No language goes by the name that was sent, or the version at hand does not read it."""

    status, code = 422, "unknown_language"


class LanguageNotCarried(OcrError):
    """A known language whose models are not in this image."""

    status, code = 422, "language_not_carried"


class PipelineNotCarried(OcrError):
    """What was asked for needs a model that is not in this image."""

    status, code = 422, "pipeline_not_carried"


class BrokenDocument(OcrError):
    """An image or PDF that cannot be decoded."""

    status, code = 422, "broken_document"


class EncryptedDocument(OcrError):
    """A PDF that wants a password."""

    status, code = 422, "encrypted_document"


class Overloaded(OcrError):
    """As many pages, pixels or bytes wait as may wait."""

    status, code = 429, "overloaded"


class QuotaExceeded(OcrError):
    """The request's API key may not ask for so much."""

    status, code = 429, "quota_exceeded"


class Internal(OcrError):
    """What nobody foresaw."""

    status, code = 500, "internal"


class BadLlmAnswer(OcrError):
    """A language model answered, twice, with something that cannot be used."""

    status, code = 502, "llm_bad_answer"


class LlmUnavailable(OcrError):
    """There is no language model to ask, or it does not answer."""

    status, code = 503, "llm_unavailable"


class Unavailable(OcrError):
    """Models are still loading, or the pod is about to end."""

    status, code = 503, "unavailable"


class QueueUnavailable(OcrError):
    """Where jobs or their files are kept does not answer."""

    status, code = 503, "queue_unavailable"


class DeadlineExceeded(OcrError):
    """The request took longer than a request may."""

    status, code = 504, "deadline_exceeded"


def again(code: str, message: str, details: Mapping[str, object]) -> OcrError:
    """An error that was written down, as it was; `Internal` where none has the code any more."""
    error = _BY_CODE.get(code, Internal)(message)
    error.details = dict(details)
    return error


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when to come again, in whole seconds and at least one."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def _below(kind: type[OcrError]) -> Iterator[type[OcrError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


_BY_CODE = {each.code: each for each in _below(OcrError)}
