"""A searchable PDF: a file's own pages, and under them their text, which nobody sees and whoever searches finds.

A server has it made in a process of its own (`press`): the file is a stranger's, and qpdf is no safer than any other reader of
PDFs.
"""

import io
import itertools
import math
import pathlib
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import PIL.Image
from pikepdf import Array, Dictionary, Name

from kubeocr_contract import settings
from kubeocr_runtime import documents, errors
from kubeocr_runtime.documents import pictures
from kubeocr_runtime.formats import beneath, content, underlay
from kubeocr_runtime.pdfs import sizes

_FONT = pathlib.Path(__file__).with_name("unseen.ttf")
_POINTS = 72
_DPI = range(50, 2401)
"""What a picture may say of itself and be believed."""
_DEVICES = {"1": ("/DeviceGray", 1), "L": ("/DeviceGray", 8), "RGB": ("/DeviceRGB", 8)}


def render(found: content.Content) -> bytes:
    """Raises `errors.BrokenDocument`, `EncryptedDocument` where qpdf makes nothing of a PDF."""
    if documents.told(found.file) == documents.PDF:
        try:
            with pikepdf.open(io.BytesIO(found.file)) as file:
                return _written(file, found)
        except pikepdf.PasswordError:
            raise errors.EncryptedDocument(errors.LOCKED) from None
        except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, KeyError, RuntimeError) as e:
            raise errors.BrokenDocument(f"file: no searchable PDF can be made of it: {e}") from None
    with pikepdf.new() as file:
        for picture in _pictures(found):
            _add(file, picture, found.file)
        return _written(file, found)


def _written(file: pikepdf.Pdf, found: content.Content) -> bytes:
    letters = underlay.Letters()
    font = file.make_indirect(Dictionary(Type=Name.Font))
    for page, result in zip(file.pages, found.pages, strict=True):
        if result.lines and not result.own_text:
            name = _make_room(file, page)
            _lay(file, page, underlay.stream(result, _sheet(page.obj), letters, name), (name, font))
    if letters.numbers:
        _describe(file, font, letters)
    out = io.BytesIO()
    file.save(out, deterministic_id=True)
    return out.getvalue()


def _make_room(file: pikepdf.Pdf, page: pikepdf.Page) -> str:
    """Takes out hidden text that the page has already. Returns a name for the font that none of the text that is left has."""
    resources = _inherited(page.obj, Name.Resources, Dictionary())
    taken = () if beneath.clear(file, page, resources) else set(resources.get(Name.Font, Dictionary()).keys())
    names = (f"/{underlay.FONT}{number or ''}" for number in itertools.count())
    return next(name for name in names if name not in taken)


def _lay(file: pikepdf.Pdf, page: pikepdf.Page, drawn: bytes, font: tuple[str, Any]) -> None:
    """Before all that the page draws: there nothing has changed where and how things are drawn."""
    own = _inherited(page.obj, Name.Resources, Dictionary())
    resources = Dictionary(own)
    resources.Font = Dictionary(own.get(Name.Font, Dictionary()))
    name, described = font
    resources.Font[name] = described
    page.obj.Resources = resources
    page.contents_add(file.make_stream(drawn), prepend=True)


def _describe(file: pikepdf.Pdf, font: Any, letters: underlay.Letters) -> None:
    """A font of one glyph, in which every letter is that one (ISO 32000-1, 9.7)."""
    program, wide = _FONT.read_bytes(), round(underlay.WIDTH * 1000)
    descent = -round(underlay.DESCENT * 1000)
    name = Name("/AAAAAA+Unseen")
    about = Dictionary(
        Type=Name.FontDescriptor, FontName=name, Flags=4, FontBBox=Array([0, descent, wide, 1000 + descent]), ItalicAngle=0,
        Ascent=1000 + descent, Descent=descent, CapHeight=1000 + descent, StemV=80,
        FontFile2=file.make_stream(program, Length1=len(program)),
    )  # fmt: skip
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=name, FontDescriptor=file.make_indirect(about), DW=wide,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        CIDToGIDMap=file.make_stream(b"\0\0" + b"\0\1" * len(letters.numbers)),
    )  # fmt: skip
    font.update(
        Dictionary(
            Subtype=Name.Type0, BaseFont=name, Encoding=Name("/Identity-H"),
            DescendantFonts=Array([file.make_indirect(descendant)]), ToUnicode=file.make_stream(letters.to_unicode()),
        )
    )  # fmt: skip


def _sheet(page: Any) -> underlay.Sheet:
    """What is shown is the crop box as far as it is on the sheet."""
    sheet = _box(_inherited(page, Name.MediaBox, [0, 0, 612, 792]))
    crop = _box(_inherited(page, Name.CropBox, list(sheet)))
    left, bottom = max(sheet[0], crop[0]), max(sheet[1], crop[1])
    right, top = min(sheet[2], crop[2]), min(sheet[3], crop[3])
    shown = (left, bottom, right, top) if left < right and bottom < top else sheet
    return underlay.Sheet(*shown, rotate=int(_inherited(page, Name.Rotate, 0)) // 90 * 90 % 360)


def _box(told: Any) -> tuple[float, float, float, float]:
    a, b, c, d = (float(value) for value in told)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _inherited(page: Any, name: Name, default: Any) -> Any:
    """A page's own, or that of the groups that it is in (ISO 32000-1, 7.7.3.4)."""
    for _ in range(100):
        if name in page:
            return page[name]
        if Name.Parent not in page:
            break
        page = page.Parent
    return default


def _pictures(found: content.Content) -> Iterator[PIL.Image.Image]:
    """As they are shown. They have been read, so they are within the service's limits, whatever these are."""
    most = max(page.width * page.height for page in found.pages)
    limits = settings.Settings(pages=len(found.pages), megapixels=math.ceil(most / 1_000_000))
    picture = pictures.Picture(found.file, documents.told(found.file), limits)
    try:
        for page in found.pages:
            yield picture.shown(page.number - 1)
    finally:
        picture.close()


def _add(file: pikepdf.Pdf, picture: PIL.Image.Image, data: bytes) -> None:
    """A page of a picture's size on paper."""
    across, down = picture.info.get("dpi", (0, 0))
    width = picture.width / float(across if round(across) in _DPI else sizes.DPI) * _POINTS
    height = picture.height / float(down if round(down) in _DPI else sizes.DPI) * _POINTS
    page = file.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(Page=_image(file, picture, data)))
    page.obj.Contents = file.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q\n".encode())


def _image(file: pikepdf.Pdf, picture: PIL.Image.Image, data: bytes) -> pikepdf.Stream:
    """A JPEG goes in as it is; what is not is packed without loss."""
    colours, bits = _DEVICES[picture.mode]
    about: dict[str, Any] = {
        "Type": Name.XObject, "Subtype": Name.Image, "Width": picture.width, "Height": picture.height,
        "ColorSpace": Name(colours), "BitsPerComponent": bits,
    }  # fmt: skip
    if picture.format == "JPEG":
        return file.make_stream(data, **about, Filter=Name.DCTDecode)
    return file.make_stream(zlib.compress(picture.tobytes()), **about, Filter=Name.FlateDecode)
