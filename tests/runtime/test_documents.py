"""Bytes become pages, whatever the format; what cannot be one is refused with its reason."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pypdfium2
import pytest
from reportlab.pdfgen import canvas

from kubeocr_contract import settings
from kubeocr_runtime import documents, errors

LIMITS = settings.Settings(megapixels=4, pages=5)


def read(data: bytes, limits: settings.Settings = LIMITS) -> list[documents.Page]:
    document = documents.open_document(data, limits)
    try:
        return [document.page(index) for index in range(document.pages)]
    finally:
        document.close()


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        pytest.param("PNG", "RGB", id="png"),
        pytest.param("PNG", "RGBA", id="png-alpha"),
        pytest.param("PNG", "LA", id="png-grey-alpha"),
        pytest.param("PNG", "P", id="png-palette"),
        pytest.param("PNG", "1", id="png-bilevel"),
        pytest.param("PNG", "I;16", id="png-16-bit"),
        pytest.param("JPEG", "RGB", id="jpeg"),
        pytest.param("JPEG", "L", id="jpeg-grey"),
        pytest.param("JPEG", "CMYK", id="jpeg-cmyk"),
        pytest.param("GIF", "P", id="gif"),
        pytest.param("BMP", "RGB", id="bmp"),
        pytest.param("TIFF", "RGB", id="tiff"),
        pytest.param("TIFF", "1", id="tiff-bilevel"),
        pytest.param("TIFF", "F", id="tiff-float"),
        pytest.param("WEBP", "RGB", id="webp"),
    ],
)
def test_every_format_gives_the_same_picture(picture, form: str, mode: str) -> None:
    source = picture("PNG", mode="RGB")
    if mode in {"I;16", "F"}:
        grey = np.asarray(PIL.Image.open(io.BytesIO(source)).convert("L"))
        deep = grey.astype(np.uint16) * 257 if mode == "I;16" else grey.astype(np.float32)
        buffer = io.BytesIO()
        PIL.Image.fromarray(deep).save(buffer, form)
        data = buffer.getvalue()
    else:
        data = picture(form, mode=mode)
    (page,) = read(data)
    assert page.image.shape == (40, 60, 3)
    assert page.image.dtype == np.uint8
    assert page.image[10, 10].max() < 40
    assert page.image[30, 50].min() > 215


def test_colours_are_blue_green_red() -> None:
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (4, 4), (255, 0, 0)).save(buffer, "PNG")
    assert read(buffer.getvalue())[0].image[0, 0].tolist() == [0, 0, 255]


def test_what_is_transparent_is_paper() -> None:
    buffer = io.BytesIO()
    PIL.Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(buffer, "PNG")
    assert read(buffer.getvalue())[0].image.min() == 255


def test_exif_orientation_is_honoured(picture) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    (page,) = read(picture("JPEG", exif=exif.tobytes()))
    assert page.image.shape == (60, 40, 3)
    assert page.image[10, 30].max() < 40


def test_every_frame_of_a_tiff_is_a_page_and_of_a_gif_the_first(picture) -> None:
    frames = [PIL.Image.new("RGB", (8 + n, 8), "white") for n in range(3)]
    widths = {}
    for form in ("TIFF", "GIF"):
        buffer = io.BytesIO()
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:])
        widths[form] = [(page.number, page.image.shape[1]) for page in read(buffer.getvalue())]
    assert widths["TIFF"] == [(1, 8), (2, 9), (3, 10)]
    assert [number for number, _ in widths["GIF"]] == [1]


def test_every_page_of_a_pdf_at_200_dots_an_inch(pdf) -> None:
    pages = read(pdf(3, size=(72, 144)))
    assert [(page.number, page.image.shape) for page in pages] == [(n, (400, 200, 3)) for n in (1, 2, 3)]
    assert pages[0].image.min() < 128


def test_a_large_pdf_page_is_rendered_at_less(pdf) -> None:
    (page,) = read(pdf(1, size=(7200, 7200)))
    assert 3_900_000 < page.image.shape[0] * page.image.shape[1] <= 4_010_000


def _png_of_declared_size(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        pytest.param(b"", errors.InvalidField, "it is empty", id="empty"),
        pytest.param(b"hello", errors.UnsupportedMedia, "neither an image", id="text"),
        pytest.param(b"PK\x03\x04" + bytes(40), errors.UnsupportedMedia, "neither an image", id="zip"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(20), errors.BrokenDocument, "the PNG cannot be decoded", id="broken-png"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(20), errors.BrokenDocument, "the JPEG cannot be decoded", id="broken-jpeg"),
        pytest.param(b"%PDF-1.7\nnothing", errors.BrokenDocument, "the PDF cannot be opened", id="broken-pdf"),
        pytest.param(_png_of_declared_size(65_500, 100), errors.TooLarge, "65500 x 100 pixels", id="too-wide"),
        pytest.param(_png_of_declared_size(65_500, 10), errors.TooLarge, "no side may be over 32000", id="too-long-a-side"),
        pytest.param(_png_of_declared_size(30_000, 30_000), errors.TooLarge, "more than 4 megapixels", id="bomb"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, error: type[errors.OcrError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        read(data)
    assert caught.value.message.startswith("file: ")
    assert "object at" not in caught.value.message


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_a_file_that_is_cut_off_is_broken(picture, form: str) -> None:
    with pytest.raises(errors.BrokenDocument):
        read(picture(form, size=(300, 300))[:-120])


def test_an_encrypted_pdf_is_told_apart(pdf) -> None:
    with pytest.raises(errors.EncryptedDocument, match="asks for a password"):
        read(pdf(1, encrypt="secret"))


def test_too_many_pages(pdf) -> None:
    with pytest.raises(errors.TooLarge, match="more than 5 pages"):
        read(pdf(6))


@pytest.mark.parametrize(
    "form", [pytest.param("PNG", id="png"), pytest.param("TIFF", id="tiff"), pytest.param("PDF", id="pdf")]
)
def test_pixels_are_known_before_decoding(picture, form: str) -> None:
    document = documents.open_document(picture(form, size=(144, 72)), LIMITS)
    told = document.pixels(0)
    image = document.page(0).image
    document.close()
    assert image.shape[0] * image.shape[1] == told


def test_a_closed_document_is_broken_and_no_crash(pdf, picture) -> None:
    for data in (pdf(1), picture()):
        document = documents.open_document(data, LIMITS)
        document.close()
        with pytest.raises(errors.BrokenDocument):
            document.page(0)


def test_what_was_filled_into_a_form_is_drawn() -> None:
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=(144, 72))
    paper.acroForm.textfield(name="amount", value="1234", x=10, y=10, width=120, height=50, fontSize=36, borderWidth=0)
    paper.showPage()
    paper.save()
    (page,) = read(buffer.getvalue())
    ink = page.image[60:140, 40:300].min(axis=2) < 100
    assert ink.sum() > 500


def test_a_pdf_without_pages_is_broken_whatever_came_before_it(pdf) -> None:
    empty = pypdfium2.PdfDocument.new()
    buffer = io.BytesIO()
    empty.save(buffer)
    empty.close()
    with pytest.raises(errors.EncryptedDocument):
        read(pdf(1, encrypt="secret"))
    with pytest.raises(errors.BrokenDocument, match="no pages"):
        read(buffer.getvalue())


def test_frames_are_counted_no_further_than_they_are_read() -> None:
    frames = [PIL.Image.new("1", (1, 1)) for _ in range(7)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    with pytest.raises(errors.TooLarge, match="more than 5 pages"):
        read(buffer.getvalue())
    assert len(read(buffer.getvalue(), settings.Settings(pages=7))) == 7
