import dataclasses

import pytest

from kubeocr_contract import models as catalogue
from kubeocr_contract import settings, structured
from kubeocr_runtime import errors, structure
from kubeocr_runtime.structure import asked

MARKDOWN, JSON = (asked.route(path, settings.Settings()) for path in (structured.MARKDOWN, structured.JSON))


@pytest.fixture
def store():
    """A `readers.Store` with what the wheels have."""

    class Store:
        have = catalogue.WHEELS

        def carried(self):
            return self.have

        def reader(self, language, version, size=None):
            return catalogue.choose(language, version, size or "small", self.have)

    return Store()


@pytest.fixture
def parse(reader, store):
    return lambda route=MARKDOWN, **fields: asked.parse(route, fields, store, reader)


@pytest.mark.parametrize(
    ("fields", "want", "images"),
    [
        pytest.param({}, structure.Wish(), "inline", id="nothing said"),
        pytest.param({"use_table_recognition": "False"}, structure.Wish(tables=False), "inline", id="no tables"),
        pytest.param({"images": "none"}, structure.Wish(pictures=False), "none", id="no pictures"),
        pytest.param({"images": "zip"}, structure.Wish(), "zip", id="pictures in a file of their own"),
    ],
)
def test_fields(parse, fields, want, images) -> None:
    found = parse(**fields)
    assert (found.wish.options.layout, found.images) == (want, images)
    assert found.flags["use_table_recognition"] == want.tables


def test_text_is_read_with_the_service_s_own_version(parse) -> None:
    chosen = settings.Settings(model_version="PP-OCRv5")
    found = parse(asked.route(structured.JSON, chosen), lang="ch")
    assert found.wish.options.reader.recogniser == "PP-OCRv5_mobile_rec"
    assert found.models == {"layout": "PicoDet_layout_1x", "table": "SLANet_plus"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param(
            {"use_formula_recognition": "true"}, "use_formula_recognition: no release runs PP-FormulaNet_plus-L", id="formulas"
        ),
        pytest.param(
            {"use_seal_recognition": "1"}, "use_seal_recognition: no release runs PP-OCRv4_server_seal_det", id="seals"
        ),
        pytest.param({"use_chart_recognition": "yes"}, "use_chart_recognition: no release runs PP-Chart2Table", id="charts"),
        pytest.param({"use_table_recognition": "maybe"}, "'maybe' is neither true nor false", id="no flag"),
        pytest.param({"images": "jpeg"}, "images: 'jpeg' is not one of inline, zip, none", id="images"),
        pytest.param(
            {"text_layer": "auto"}, "text_layer: a page's regions are found by how it looks; leave it never", id="text layer"
        ),
        pytest.param({"use_doc_unwarping": "true"}, "use_doc_unwarping", id="what every route refuses"),
    ],
)
def test_what_cannot_be_done_is_refused(parse, fields, words) -> None:
    with pytest.raises(errors.InvalidField, match=words):
        parse(**fields)


def test_json_comes_in_no_zip_file(parse) -> None:
    with pytest.raises(errors.InvalidField, match="images: 'zip' is not one of inline, none"):
        parse(JSON, images="zip")


def test_an_image_without_a_layout_model(parse, store) -> None:
    store.have = catalogue.WHEELS - catalogue.STRUCTURE
    with pytest.raises(errors.PipelineNotCarried, match=r"regions is here .*`kubeocr models bake --source wheels --out DIR`"):
        parse()


def test_without_a_table_model_tables_are_pictures(parse, store) -> None:
    store.have = catalogue.WHEELS - {catalogue.TABLES}
    found = parse(use_table_recognition="true")
    assert found.wish.options.layout == structure.Wish(tables=False)
    assert found.flags["use_table_recognition"] is False
    assert found.models == {"layout": "PicoDet_layout_1x"}


def test_every_flag_of_the_api_is_told(parse) -> None:
    assert set(parse().flags) >= {"use_doc_preprocessor", "use_doc_unwarping", *structured.UNREAD_FIELDS}
    assert dataclasses.asdict(parse().wish.options)["layout"] == {"tables": True, "pictures": True}
