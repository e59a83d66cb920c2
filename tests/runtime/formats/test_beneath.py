"""Hidden text under a page that another OCR has been over: taken out, and nothing that is seen changes."""

import io

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from kubeocr_contract import settings
from kubeocr_runtime import documents
from kubeocr_runtime.formats import beneath

SQUARE = b"1 0 0 rg 20 20 30 30 re f "


def painting(file: pikepdf.Pdf) -> pikepdf.Object:
    """A font whose letter `a` is a square, drawn in whatever mode (ISO 32000-1, 9.3.6)."""
    return file.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type3, FontBBox=Array([0, 0, 1, 1]), FontMatrix=Array([1, 0, 0, 1, 0, 0]),
            FirstChar=97, LastChar=97, Widths=Array([1]), CharProcs=Dictionary(a=file.make_stream(b"1 0 d0 0 0 1 1 re f")),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([97, Name.a])),
        )
    )  # fmt: skip


def made(content: bytes, *forms: bytes, own_fonts: bool = True) -> bytes:
    """A PDF of one page, with forms F0, F1… that it may draw."""
    with pikepdf.new() as file:
        page = file.add_blank_page(page_size=(200, 100))
        page.obj.Contents = file.make_stream(content)
        fonts = Dictionary(A=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica), T=painting(file))
        states = Dictionary(G=Dictionary(Font=Array([fonts.A, 12])), H=Dictionary(ca=0.5))
        page.obj.Resources = Dictionary(Font=fonts, ExtGState=states, XObject=Dictionary())
        for number, form in enumerate(forms):
            told = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 100]))
            if own_fonts:
                told.Resources = Dictionary(Font=fonts)
            page.obj.Resources.XObject[f"/F{number}"] = file.make_stream(form, told)
        out = io.BytesIO()
        file.save(out)
        return out.getvalue()


def cleared(given: bytes) -> tuple[bool, bytes]:
    with pikepdf.open(io.BytesIO(given)) as file:
        page = file.pages[0]
        is_clear = beneath.clear(file, page, page.obj.Resources)
        out = io.BytesIO()
        file.save(out)
        return is_clear, out.getvalue()


def text(file: bytes) -> str:
    return pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range().strip()


def looks_alike(one: bytes, other: bytes) -> bool:
    first, second = (documents.open_document(each, settings.Settings()).page(0).image for each in (one, other))
    return bool((first == second).all())


@pytest.mark.parametrize(
    ("content", "forms", "left"),
    [
        pytest.param(b"BT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj ET " + SQUARE, (), "", id="a-layer"),
        pytest.param(b"BT 3 Tr /A 12 Tf 20 60 Td [(hid) -20 (den)] TJ ET", (), "", id="in-pieces"),
        pytest.param(b"BT 3 Tr /A 12 Tf 14 TL 20 60 Td (hidden) ' 1 2 (too) \" ET", (), "", id="line-by-line"),
        pytest.param(b"BT /A 12 Tf 20 60 Td (seen) Tj ET BT 3 Tr 20 20 Td (hidden) Tj ET", (), "seen", id="beside-seen"),
        pytest.param(b"BT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj 0 Tr 0 -20 Td (seen) Tj ET", (), "seen", id="in-one-text-object"),
        pytest.param(b"q 3 Tr Q BT /A 12 Tf 20 60 Td (seen) Tj ET", (), "seen", id="mode-that-was-taken-back"),
        pytest.param(b"3 Tr q 0 Tr Q BT /A 12 Tf 20 60 Td (hidden) Tj ET", (), "", id="mode-that-came-back"),
        pytest.param(b"BT 3 Tr /A 12 Tf /H gs 20 60 Td (hidden) Tj ET", (), "", id="with-another-state"),
        pytest.param(SQUARE + b"/F0 Do", (b"BT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj ET",), "", id="in-a-form"),
        pytest.param(b"3 Tr /F0 Do", (b"BT /A 12 Tf 20 60 Td (hidden) Tj ET",), "", id="in-a-form-that-is-drawn-so"),
        pytest.param(b"/F0 Do", (b"BT /A 12 Tf 20 60 Td (seen) Tj ET",), "seen", id="a-form-that-is-seen"),
        pytest.param(b"/F0 Do /F0 Do", (b"BT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj ET",), "", id="a-form-twice"),
        pytest.param(SQUARE, (), "", id="no-text"),
    ],
)  # fmt: skip
def test_hidden_text_goes_and_nothing_else(content: bytes, forms: tuple[bytes, ...], left: str) -> None:
    before = made(content, *forms)
    is_clear, after = cleared(before)
    assert (is_clear, text(after)) == (True, left)
    assert looks_alike(before, after)


@pytest.mark.parametrize(
    ("content", "forms", "left"),
    [
        pytest.param(b"BT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj 0 Tr (seen) Tj ET", (), "hiddenseen", id="text-that-follows-it"),
        pytest.param(b"3 Tr /F0 Do 0 Tr /F0 Do", (b"BT /A 12 Tf 20 60 Td (x) Tj ET",), "x", id="a-form-both-ways"),
        pytest.param(b"BT 3 Tr /Gone gs /A 12 Tf 20 60 Td (hidden) Tj ET", (), "hidden", id="a-state-that-is-not-there"),
        pytest.param(b"% " + b"x" * 2**19 + b"\nBT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj ET", (), "hidden", id="too-much"),
    ],
)
def test_where_it_is_not_sure_the_page_stays_as_it_is(content: bytes, forms: tuple[bytes, ...], left: str) -> None:
    before = made(content, *forms)
    is_clear, after = cleared(before)
    assert (is_clear, left in text(after)) == (False, True)
    assert looks_alike(before, after)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"BT 3 Tr /T 20 Tf 20 60 Td (a) Tj ET", id="a-font-that-paints-in-any-mode"),
        pytest.param(b"BT /A 12 Tf 3 Tr /G gs 20 60 Td (a) Tj ET", id="a-font-by-another-name"),
        pytest.param(b"BT 7 Tr /A 30 Tf 20 20 Td (a) Tj ET " + SQUARE, id="text-that-cuts-out"),
    ],
)
def test_what_may_paint_is_kept(content: bytes) -> None:
    before = made(content)
    is_clear, after = cleared(before)
    assert (is_clear, text(after)) == (True, "a")
    assert looks_alike(before, after)


def test_forms_within_forms_end_somewhere() -> None:
    with pikepdf.open(io.BytesIO(made(b"/F0 Do", b"/F0 Do"))) as file:
        form = file.pages[0].obj.Resources.XObject.F0
        form.Resources = Dictionary(XObject=Dictionary(F0=form))
        assert not beneath.clear(file, file.pages[0], file.pages[0].obj.Resources)


def test_forms_that_draw_many_forms_are_not_followed_for_long() -> None:
    """Five levels of forty forms: a hundred million, if each were read wherever it is drawn."""
    with pikepdf.open(io.BytesIO(made(b"/F0 Do", b"/F0 Do"))) as file:
        page, form = file.pages[0], None
        for _ in range(5):
            form = file.make_stream(
                b" ".join(b"/F%d Do" % number for number in range(40)),
                Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 100])),
            )
            drawn = Dictionary({f"/F{number}": page.obj.Resources.XObject.F0 for number in range(40)})
            form.Resources = Dictionary(XObject=drawn)
            page.obj.Resources.XObject.F0 = form
        assert not beneath.clear(file, page, page.obj.Resources)


def test_others_have_their_form_as_it_was() -> None:
    with pikepdf.open(io.BytesIO(made(b"/F0 Do", b"BT 3 Tr /A 12 Tf 20 60 Td (hidden) Tj ET"))) as file:
        file.pages.append(file.pages[0])
        assert beneath.clear(file, file.pages[0], file.pages[0].obj.Resources)
        out = io.BytesIO()
        file.save(out)
    first, second = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out.getvalue()))
    assert (first, second) == ("", "hidden")
