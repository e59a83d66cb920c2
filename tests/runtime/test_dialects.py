"""Each path has the errors of the API that it belongs to."""

import pytest

from kubeocr_runtime import dialects, errors

OURS = {"detail": "lang: no", "code": "invalid_field", "field": "lang"}
OPENAI = {"error": {"message": "lang: no", "type": "invalid_request_error", "param": "lang", "code": "invalid_field"}}
THEIRS = {"error": {"code": "VALIDATION_ERROR", "message": "lang: no", "details": {"field": "lang", "issue": "lang: no"}}}


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        pytest.param("/ocr/ppocrv6", 422, OURS, id="PaddleOCR's"),
        pytest.param("/v1/chat/completions", 400, OPENAI, id="OpenAI's"),
        pytest.param("/api/v1/chat/completions", 400, OPENAI, id="OpenAI's under the OCR server's path"),
        pytest.param("/api/v1/models/x", 400, OPENAI, id="models too"),
        pytest.param("/api/v1/ocr", 422, THEIRS, id="the OCR server's"),
        pytest.param("/api/v1/nothing", 422, THEIRS, id="whether there is a route or not"),
        pytest.param("/api/v2/ocr", 422, OURS, id="another version's"),
    ],
)
def test_errors_by_path(path: str, status: int, body: dict) -> None:
    assert dialects.told(path, 422, "invalid_field", "lang: no", {"field": "lang"}) == (status, body)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        pytest.param(errors.InvalidBody("x"), 400, "INVALID_REQUEST", id="no JSON"),
        pytest.param(errors.InvalidParameter("x"), 400, "INVALID_PARAMETER", id="the query"),
        pytest.param(errors.InvalidBase64("x"), 400, "INVALID_BASE64", id="the encoding"),
        pytest.param(errors.TooLarge("x"), 413, "TOO_LARGE", id="size"),
        pytest.param(errors.UnsupportedMedia("x"), 422, "VALIDATION_ERROR", id="the kind of file"),
        pytest.param(errors.BrokenDocument("x"), 422, "BROKEN_DOCUMENT", id="the file"),
        pytest.param(errors.RequestNotFound("x"), 404, "REQUEST_NOT_FOUND", id="no such request"),
        pytest.param(errors.QueueUnavailable("x"), 503, "QUEUE_UNAVAILABLE", id="the queue is away"),
        pytest.param(errors.DeadlineExceeded("x"), 503, "DEADLINE_EXCEEDED", id="time"),
        pytest.param(errors.Internal("x"), 500, "INTERNAL_ERROR", id="ours"),
    ],
)
def test_the_ocr_servers_statuses(error: errors.OcrError, status: int, code: str) -> None:
    told, body = dialects.told("/api/v1/ocr", error.status, error.code, error.message, error.details)
    assert (told, body["error"]["code"]) == (status, code)


def test_an_error_that_was_written_down_is_the_same_again() -> None:
    error = errors.again("broken_document", "page 2: broken", {"page": 2, "headers": "no header"})
    assert (type(error), error.message, error.details["page"]) == (errors.BrokenDocument, "page 2: broken", 2)
    assert error.headers == {}
    assert isinstance(errors.again("of a later release", "x", {}), errors.Internal)
