"""Files that are made to do harm, each small: they swell, never end, refer to themselves, claim what is not there."""

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import PIL.Image

FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 200 200]"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % x for x in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(body))
    return body + table + end


def stream(entries: bytes, data: bytes) -> bytes:
    """An object with data."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def page(content: bytes, resources: bytes = b"", more: Sequence[bytes] = (), box: bytes = b"[0 0 200 200]") -> bytes:
    """A PDF of one page; `more` are objects from 5 on."""
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << %s >> >>" % (box, resources)
    return pdf([CATALOG, ONE_PAGE, leaf, stream(b"", content), *more])


def endless() -> bytes:
    """A page with 400 million tiles, each of which PDFium draws."""
    tile = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.01 /YStep 0.01 /Resources << >>"
    return page(b"/Pattern cs /P scn 0 0 200 200 re f", b"/Pattern << /P 5 0 R >>", [stream(tile, b"0 0 1 1 re f")])


def endless_in(pages: int, bad: int) -> bytes:
    """As many pages with a square, but that one (from 0) never ends."""
    tile = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.01 /YStep 0.01 /Resources << >>"
    drawn = [b"/Pattern cs /P scn 0 0 200 200 re f" if n == bad else b"0 0 50 50 re f" for n in range(pages)]
    return _book(drawn, b"/Pattern << /P 3 0 R >>", stream(tile, b"0 0 1 1 re f"))


@functools.cache
def crash_in(pages: int, bad: int) -> bytes:
    """As many pages with a square, but that one (from 0) takes more memory than there is."""
    many = b"".join(_bomb([b"0 0 1 1 re f\n" * 100_000] * 400))
    books = [b"0 0 50 50 re f"] * pages
    return _book(books, b"", stream(b"/Filter [/FlateDecode /FlateDecode]", many), bad)


def forms_in_forms(levels: int = 14, each: int = 10) -> bytes:
    """A form that draws ten forms that draw ten forms …"""
    forms = [
        stream(FORM + b" /Resources << /XObject << /X %d 0 R >> >>" % (6 + n), b"/X Do " * each) for n in range(levels - 1)
    ]
    return page(b"/X Do", b"/XObject << /X 5 0 R >>", [*forms, stream(FORM, b"0 0 1 1 re f")])


def form_in_itself() -> bytes:
    """A form that draws itself, and a square."""
    form = stream(FORM + b" /Resources << /XObject << /X 5 0 R >> >>", b"/X Do 0 0 50 50 re f")
    return page(b"/X Do", b"/XObject << /X 5 0 R >>", [form])


def tree_in_itself() -> bytes:
    """Pages whose parent is among their kids."""
    return pdf([CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 3 >>"])


def tree_without_leaves() -> bytes:
    """Two nodes that have each other for kids, and no count."""
    return pdf([CATALOG, b"<< /Type /Pages /Kids [3 0 R] >>", b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R >>"])


def claimed_pages(count: int) -> bytes:
    """One page, and the claim that there are so many."""
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"
    return pdf([CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count %d >>" % count, leaf])


def claimed_objects() -> bytes:
    """A table that claims 99,999,999 objects and has none."""
    return b"%PDF-1.7\nxref\n0 99999999\ntrailer\n<< /Size 99999999 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def table_in_itself() -> bytes:
    """A cross-reference table that comes before itself."""
    plain = page(b"0 0 50 50 re f")
    place = plain[plain.rindex(b"startxref") + 10 :].split()[0]
    return plain.replace(b"/Size", b"/Prev " + place + b" /Size")


def nested_arrays(depth: int = 200_000) -> bytes:
    """A page with an array in an array in an array …"""
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /X " + b"[" * depth + b"]" * depth + b" >>"
    return pdf([CATALOG, ONE_PAGE, leaf])


@functools.cache
def flate_bomb(side: int = 30_000) -> bytes:
    """A picture of 900 million bytes of zeros in 2 KB: deflated twice."""
    chunk = bytes(side * 1000)
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray" % (side, side)
    picture = stream(entries + b" /Filter [/FlateDecode /FlateDecode]", b"".join(_bomb([chunk] * (side // 1000))))
    return page(b"200 0 0 200 0 0 cm /I Do", b"/XObject << /I 5 0 R >>", [picture])


def jpeg2000_bomb(side: int = 60_000) -> bytes:
    """A picture of 64 pixels that claims to be of 3.6 billion."""
    buffer = io.BytesIO()
    PIL.Image.new("L", (64, 64), 128).save(buffer, "JPEG2000")
    data = bytearray(buffer.getvalue())
    size = data.index(b"\xff\x51") + 6
    struct.pack_into(">II", data, size, side, side)
    struct.pack_into(">II", data, size + 16, side, side)
    struct.pack_into(">II", data, data.index(b"ihdr") + 4, side, side)
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8" % (side, side)
    picture = stream(entries + b" /Filter /JPXDecode", bytes(data))
    return page(b"200 0 0 200 0 0 cm /I Do", b"/XObject << /I 5 0 R >>", [picture])


def scripted(action: bytes) -> bytes:
    """A page with a form field, and scripts wherever a PDF may have them; `action` is the script."""
    script = b"<< /Type /Action /S /JavaScript /JS (%s) >>" % action
    catalog = (
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /AA << /WC 6 0 R /DP 6 0 R >> /AcroForm << /Fields [5 0 R] "
        b"/DA (/F 12 Tf) /DR << /Font << /F 7 0 R >> >> /CO [5 0 R] >> /Names << /JavaScript << /Names [(run) 6 0 R] >> >> >>"
    )
    leaf = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Annots [5 0 R] /AA << /O 6 0 R /C 6 0 R >> >>"
    )
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (total) /V (untouched) /Rect [20 20 180 60] /P 3 0 R /DA (/F 12 Tf 0 g) "
        b"/AA << /C 6 0 R /F 6 0 R /PO 6 0 R /PV 6 0 R >> >>"
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdf([catalog, ONE_PAGE, leaf, stream(b"", b"0 100 50 50 re f"), field, script, font])


def png(width: int, height: int, rows: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG whose head claims this size."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def png_with_words(size: int = 200_000_000) -> bytes:
    """A PNG with a comment that unpacks to as many bytes."""
    return png(4, 4, bytes(13 * 4), _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9)))


def jpeg(width: int, height: int) -> bytes:
    """A JPEG whose head claims this size."""
    buffer = io.BytesIO()
    PIL.Image.new("L", (16, 16)).save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, height, width)
    return bytes(data)


def gif(width: int, height: int) -> bytes:
    """A GIF whose head claims this size."""
    buffer = io.BytesIO()
    PIL.Image.new("P", (4, 4)).save(buffer, "GIF")
    data = bytearray(buffer.getvalue())
    struct.pack_into("<HH", data, 6, width, height)
    return bytes(data)


def tiff(width: int, height: int, *, loops: bool = False) -> bytes:
    """A TIFF of one bit a pixel whose head claims this size; or whose second frame is its first."""
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 1), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8)]
    entries += [(277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, max(width // 8, 1) * height)]
    start = 8 + 64
    head = b"II*\0" + struct.pack("<I", start) + bytes(64)
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return head + table + struct.pack("<I", start if loops else 0)


def zipped(size: int = 50_000_000) -> bytes:
    """A zip of zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page", bytes(size))
    return buffer.getvalue()


def _book(contents: Sequence[bytes], resources: bytes, third: bytes, swapped: int | None = None) -> bytes:
    """Pages of these contents; object 3 is shared, and is the contents of the page `swapped`."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(contents)))
    objects = [CATALOG, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents)), third]
    for n, content in enumerate(contents):
        own = 3 if n == swapped else 5 + 2 * n
        leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents %d 0 R /Resources << %s >> >>" % (
            own,
            resources,
        )
        objects += [leaf, stream(b"", content)]
    return pdf(objects)


def _bomb(chunks: Sequence[bytes]) -> list[bytes]:
    """Deflated twice: zeros that are deflated are mostly zeros."""
    inner, outer = zlib.compressobj(9), zlib.compressobj(9)
    packed = [outer.compress(inner.compress(chunk)) for chunk in chunks]
    return [*packed, outer.compress(inner.flush()), outer.flush()]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
