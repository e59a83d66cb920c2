"""Which format is asked for, by whatever a request has."""

import pytest

from kubeocr_contract import outputs, wire
from kubeocr_runtime import errors
from kubeocr_runtime.formats import asking

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "want"),
    [
        pytest.param("*/*", "json", id="anything"),
        pytest.param("application/json, text/plain, */*", "json", id="axios"),
        pytest.param(BROWSER, "html", id="a-browsers-form"),
        pytest.param("text/plain, */*", "text", id="what-is-named-before-a-wildcard"),
        pytest.param("application/pdf;q=0.5, text/markdown;q=0.7", "markdown", id="by-weight"),
        pytest.param("text/*", "text", id="any-text"),
        pytest.param("application/*", "json", id="anything-of-a-kind"),
        pytest.param("APPLICATION/PDF", "pdf", id="in-any-case"),
        pytest.param("application/pdf;q=0, */*;q=0.1", "json", id="anything-else"),
        pytest.param("application/xml", "alto", id="xml"),
        pytest.param("text/html;level=1;q=0.4", "html", id="with-parameters"),
        pytest.param("application/pdf;q=nonsense", "pdf", id="a-weight-that-is-none"),
        *(pytest.param(each.media, name, id=name) for name, each in outputs.OUTPUTS.items()),
    ],
)
def test_by_accept(accept: str, want: str) -> None:
    assert asking.asked({}, [accept]) == {"format": want}


@pytest.mark.parametrize("accept", [[], [""], ["  "], [";;,,="], ["application/x-ndjson;q=0"]])
def test_nothing_asked_for_is_nothing_said(accept: list[str]) -> None:
    assert asking.asked({}, accept) == {}


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "*/*;q=0", "audio/*"])
def test_what_nobody_makes_is_refused_with_what_is_made(accept: str) -> None:
    with pytest.raises(errors.NotAcceptable, match="application/pdf") as refused:
        asking.asked({}, [accept])
    assert {each.media for each in outputs.OUTPUTS.values()} < set(refused.value.details["allowed"])


def test_several_headers_are_one() -> None:
    assert asking.asked({}, ["image/png", "application/pdf"]) == {"format": "pdf"}


def test_the_query_goes_before_accept() -> None:
    assert asking.asked({"format": "tsv"}, ["application/pdf"]) == {"format": "tsv"}


def test_a_format_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(errors.InvalidField, match=r"format: 'rtf' is not one of json, text, markdown") as refused:
        asking.output({"format": "rtf"})
    assert refused.value.details["allowed"] == list(outputs.OUTPUTS)


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({"format": "pdf"}, wire.AUTO, id="a-page-with-text-is-not-given-it-twice"),
        pytest.param({"format": "pdf", "text_layer": "never"}, wire.NEVER, id="unless-somebody-wants-it"),
        pytest.param({"format": "tsv"}, None, id="what-is-no-pdf-says-nothing-of-it"),
    ],
)
def test_what_a_format_means_for_other_fields(fields: dict[str, str], want: str | None) -> None:
    assert asking.completed(fields, asking.output(fields)).get(wire.TEXT_LAYER_FIELD) == want


@pytest.mark.parametrize("name", sorted(set(outputs.OUTPUTS) - {"json"}))
def test_only_json_comes_page_by_page(name: str) -> None:
    asking.refuse_by_page(outputs.OUTPUTS["json"])
    with pytest.raises(errors.InvalidField, match="it can only be json"):
        asking.refuse_by_page(outputs.OUTPUTS[name])
