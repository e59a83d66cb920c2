"""Searchable PDFs as PDFium reads them: nothing is seen of the text, and it is where it stands on the page."""

import dataclasses
import html
import io
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pikepdf
import PIL.Image
import pypdfium2
import pytest
import read_pages
from fontTools import ttLib
from reportlab.pdfgen import canvas

from kubeocr_contract import languages, polygons, settings
from kubeocr_runtime import documents, errors, pipelines, results
from kubeocr_runtime.formats import content, pdf, underlay

PIXELS = 2
GOLDEN = pathlib.Path(__file__).parents[1] / "golden"


def drawn(size: tuple[int, int] = (600, 400), mode: str = "RGB", form: str = "PNG", **save: object) -> bytes:
    image = PIL.Image.new("RGB", size, "white")
    image.paste((200, 30, 60), (40, 40, 300, 60))
    out = io.BytesIO()
    image.convert(mode).save(out, form, **save)
    return out.getvalue()


def paper(rotate: int = 0, *, crop: bool = False, pages: int = 1, encrypt: str | None = None) -> bytes:
    out = io.BytesIO()
    made = canvas.Canvas(out, pagesize=(432, 288), encrypt=encrypt)
    for _ in range(pages):
        made.setPageRotation(rotate)
        if crop:
            made.setCropBox((72, 36, 360, 252))
        made.scale(2, 2)  # and not taken back: what is drawn afterwards is larger
        made.setFillColorRGB(0.8, 0.1, 0.2)
        made.rect(60, 60, 40, 20, fill=1)
        made.showPage()
    made.save()
    return out.getvalue()


def of(file: bytes, page: results.PageResult = read_pages.FOUND.pages[0]) -> content.Content:
    """As if the file's one page had been read so."""
    image = documents.open_document(file, settings.Settings()).page(0).image
    page = dataclasses.replace(page, width=image.shape[1], height=image.shape[0])
    return content.Content((page,), languages.find("en"), file)


def words(page: results.PageResult) -> list[results.Word]:
    return [word for line in page.lines for word in line.words]


def read(made: bytes, index: int = 0) -> list[results.Word]:
    """What PDFium finds in it."""
    layer = documents.open_document(made, settings.Settings()).layer(index)
    return [word for line in layer.lines for word in line.words] if layer else []


def assert_same(found: list[results.Word], want: list[results.Word], scale: float = 1.0) -> None:
    assert [word.text for word in found] == [word.text for word in want]
    for mine, theirs in zip(found, want, strict=True):
        assert np.abs(np.array(mine.polygon) - np.array(theirs.polygon) * scale).max() <= PIXELS, mine.text


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(drawn(), id="png"),
        pytest.param(drawn(mode="L"), id="grey"),
        pytest.param(drawn(mode="P"), id="palette"),
        pytest.param(drawn(mode="RGBA"), id="transparent"),
        pytest.param(drawn(form="JPEG"), id="jpeg"),
        pytest.param(drawn(form="JPEG", mode="CMYK"), id="cmyk"),
        pytest.param(drawn(form="GIF", mode="P"), id="gif"),
        pytest.param(drawn(form="WEBP"), id="webp"),
        pytest.param(read_pages.tiff((600, 400), 1), id="fax"),
        pytest.param(paper(), id="pdf"),
        pytest.param(paper(90), id="pdf-turned"),
        pytest.param(paper(180), id="pdf-on-its-head"),
        pytest.param(paper(270), id="pdf-turned-back"),
        pytest.param(paper(crop=True), id="pdf-cut"),
        pytest.param(paper(90, crop=True), id="pdf-cut-and-turned"),
    ],
)
def test_the_page_looks_as_it_did_and_every_word_is_where_it_stands(file: bytes) -> None:
    found = of(file)
    made = pdf.render(found)
    assert_same(read(made), words(found.pages[0]))
    before, after = (documents.open_document(each, settings.Settings()).page(0).image for each in (file, made))
    assert before.shape == after.shape
    assert np.abs(before.astype(int) - after).max() <= (
        3 if b"JFIF" in file[:20] else 0
    )  # PDFium decodes JPEG a little otherwise


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_words_of_a_page_that_lies_on_its_side(turn: int) -> None:
    width, height, page = 600, 400, read_pages.FOUND.pages[0]
    for _ in range(turn // 90):
        page = _turned(page, height)
        width, height = height, width
    found = of(drawn((width, height)), dataclasses.replace(page, angle=turn))
    by_text = {word.text: word for word in read(pdf.render(found))}
    for word in words(found.pages[0]):
        assert np.abs(np.array(by_text[word.text].polygon) - word.polygon).max() <= PIXELS


def _turned(page: results.PageResult, height: int) -> results.PageResult:
    def around(polygon: results.Polygon) -> results.Polygon:
        a, b, c, d = ((height - y, x) for x, y in polygon)
        return a, b, c, d

    def line(one: results.Line) -> results.Line:
        inside = tuple(dataclasses.replace(word, polygon=around(word.polygon)) for word in one.words)
        return dataclasses.replace(one, polygon=around(one.polygon), words=inside)

    return dataclasses.replace(page, rows=tuple(tuple(map(line, row)) for row in page.rows))


def test_right_to_left_text_is_found_as_it_is_read() -> None:
    text = pypdfium2.PdfDocument(pdf.render(read_pages.HEBREW))[0].get_textpage()
    assert text.get_text_range() == "שלום עולם 12.5"
    assert_same(sorted(read(pdf.render(read_pages.HEBREW)), key=lambda w: -w.polygon[0][0]), words(read_pages.HEBREW.pages[0]))


@pytest.mark.parametrize("text", ["Ωμέγα", "使用", "𠮷野家", "é̂", "€½", "ภาษา"])
def test_any_letter_comes_back(text: str) -> None:
    page = results.PageResult(1, 600, 400, 0, ((read_pages.line(text, 50, 40, pitch=20),),))
    assert pypdfium2.PdfDocument(pdf.render(of(drawn(), page)))[0].get_textpage().get_text_range() == text


def test_each_frame_is_a_page() -> None:
    made = pdf.render(read_pages.FOUND)
    assert documents.open_document(made, settings.Settings()).pages == 2
    for index, page in enumerate(read_pages.FOUND.pages):
        assert_same(read(made, index), words(page))


def test_a_jpeg_is_kept_to_the_last_bit() -> None:
    file = drawn(form="JPEG", quality=60)
    assert file in pdf.render(of(file))


def test_a_photo_that_lies_on_its_side_is_turned() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    found = of(drawn((400, 600), form="JPEG", exif=exif))
    assert (found.pages[0].width, found.pages[0].height) == (600, 400)
    assert_same(
        read(pdf.render(found)), words(found.pages[0]), scale=200 / 72
    )  # a JPEG that says nothing is of 72 dpi to Pillow


def test_a_picture_is_as_large_on_paper_as_it_says() -> None:
    for dpi, want in ((300, 144), (72, 600), (1, 216), (1e6, 216)):
        made = pikepdf.open(io.BytesIO(pdf.render(of(drawn(form="TIFF", dpi=(dpi, dpi))))))
        assert float(made.pages[0].mediabox[2]) == pytest.approx(want, abs=0.01)


def test_a_page_whose_own_text_was_taken_stays_as_it_is() -> None:
    found = of(paper(pages=1))
    own = dataclasses.replace(found, pages=(dataclasses.replace(found.pages[0], own_text=True),))
    assert read(pdf.render(own)) == []
    assert b"Unseen" not in pdf.render(own)


@pytest.mark.parametrize("file", [pytest.param(drawn(), id="a-scan"), pytest.param(paper(90), id="a-page-of-a-pdf")])
def test_what_was_read_before_is_found_once(file: bytes) -> None:
    once = pdf.render(of(file))
    found = of(once)
    twice = pdf.render(found)
    assert_same(read(twice), words(found.pages[0]))
    before, after = (documents.open_document(each, settings.Settings()).page(0).image for each in (once, twice))
    assert (before == after).all()
    assert len(twice) < len(once) + 2000, "what is not needed any more went too"


def test_text_that_cannot_be_taken_out_keeps_its_letters() -> None:
    """Its font has the name that ours would have."""
    with pikepdf.open(io.BytesIO(pdf.render(of(drawn())))) as file:
        page = file.pages[0]
        page.contents_add(file.make_stream(b"/Gone gs"), prepend=True)
        out = io.BytesIO()
        file.save(out)
    other = results.PageResult(1, 600, 400, 0, ((read_pages.line("Zebra", 50, 200, pitch=20),),))
    want = [word.text for word in words(of(drawn()).pages[0])]
    assert sorted(word.text for word in read(pdf.render(of(out.getvalue(), other)))) == sorted([*want, "Zebra"])


def test_resources_of_the_whole_file_stay_within_reach() -> None:
    with pikepdf.open(io.BytesIO(paper())) as file:
        page = file.pages[0].obj
        file.Root.Pages.Resources = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary(Half=pikepdf.Dictionary(ca=0.5)))
        del page.Resources
        page.Contents = file.make_stream(b"/Half gs 1 0 0 rg 60 60 40 20 re f")
        out = io.BytesIO()
        file.save(out)
    found = of(out.getvalue())
    before, after = (
        documents.open_document(each, settings.Settings()).page(0).image for each in (found.file, pdf.render(found))
    )
    assert (before != 255).any()
    assert (before == after).all()


@pytest.mark.parametrize(
    ("file", "error"),
    [
        pytest.param(b"%PDF-1.4 and nothing else", errors.BrokenDocument, id="broken"),
        pytest.param(paper(pages=2), errors.BrokenDocument, id="other-pages-than-were-read"),
        pytest.param(paper(encrypt="secret"), errors.EncryptedDocument, id="encrypted"),
    ],
)
def test_what_is_no_pdf_to_qpdf_is_refused(file: bytes, error: type[errors.OcrError]) -> None:
    with pytest.raises(error, match=r"^file: "):
        pdf.render(dataclasses.replace(read_pages.HEBREW, file=file))


def test_a_password_is_spoken_of_as_where_pages_are_drawn() -> None:
    locked = paper(encrypt="secret")
    for open_it in (lambda: pdf.render(dataclasses.replace(read_pages.HEBREW, file=locked)), lambda: of(locked)):
        with pytest.raises(errors.EncryptedDocument, match="asks for a password; send one that opens without"):
            open_it()


def test_the_font_is_as_large_as_the_text_takes_it_for() -> None:
    font = ttLib.TTFont(pathlib.Path(pdf.__file__).with_name("unseen.ttf"))
    units = font["head"].unitsPerEm
    assert {width for width, _ in font["hmtx"].metrics.values()} == {underlay.WIDTH * units}
    assert (font["hhea"].descent, font["hhea"].ascent) == (-underlay.DESCENT * units, (1 - underlay.DESCENT) * units)


def test_the_font_paints_nothing_even_where_it_is_told_to(monkeypatch) -> None:
    drawn_by = underlay.stream
    monkeypatch.setattr(underlay, "stream", lambda *given: drawn_by(*given).replace(b"3 Tr", b"0 Tr"))
    page = documents.open_document(pdf.render(of(drawn(mode="L"))), settings.Settings()).page(0)
    assert (page.image == documents.open_document(drawn(mode="L"), settings.Settings()).page(0).image).all()


def boxes(made: bytes) -> list[tuple[str, content.Box]]:
    """The words of a first page as PDFium's letters have them, in pixels of a page drawn at 200 dpi."""
    page = pypdfium2.PdfDocument(made)[0]
    text, height, found = page.get_textpage(), page.get_height(), [("", [])]
    for index in range(text.count_chars()):
        letter = text.get_text_range(index, 1)
        if letter.isspace():
            found.append(("", []))
        else:
            left, bottom, right, top = text.get_charbox(index, loose=True)
            place = [round(value * 200 / 72) for value in (left, height - top, right, height - bottom)]
            found[-1] = (found[-1][0] + letter, [*found[-1][1], place])
    return [(word, content.around(places)) for word, places in found if word]


def of_poppler(made: bytes, file: pathlib.Path) -> list[tuple[str, content.Box]]:
    """The same as pdftotext has them."""
    file.write_bytes(made)
    told = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True).stdout
    pattern = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
    places = ((html.unescape(word), place) for *place, word in re.findall(pattern, told))
    return [(word, tuple(round(float(value) * 200 / 72) for value in place)) for word, place in places]


@pytest.mark.models
@pytest.mark.parametrize("name", ["columns.png", "receipt.png", "letter.png"])
def test_every_word_of_a_real_page_is_found_within_two_pixels(name: str, tmp_path: pathlib.Path) -> None:
    pipeline = pipelines.Pipelines.open(settings.Settings(models_dir="", device="cpu"))
    reader = pipeline.store.reader(languages.find("en"), "PP-OCRv6")
    file = (GOLDEN / name).read_bytes()
    page = documents.open_document(file, settings.Settings()).page(0)
    result = pipeline.read(page, pipelines.ReadOptions(reader=reader, words=True))
    made = pdf.render(content.Content((result,), languages.find("en"), file))
    readers = [boxes(made)] + ([of_poppler(made, tmp_path / "made.pdf")] if shutil.which("pdftotext") else [])
    for found in readers:
        for word in words(result):
            want = polygons.around(word.polygon)
            assert [text for text, place in found if np.abs(np.subtract(place, want)).max() <= PIXELS] == [word.text], want
