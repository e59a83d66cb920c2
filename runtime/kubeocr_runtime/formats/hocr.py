"""hOCR 1.2 as XHTML: pages, blocks, lines and words with boxes. https://kba.github.io/hocr-spec/1.2/"""

import math

from lxml import etree
from lxml.builder import ElementMaker

from kubeocr_contract import images, polygons
from kubeocr_runtime import results
from kubeocr_runtime.formats import content

XHTML = "http://www.w3.org/1999/xhtml"
_DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
_CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrp_wconf ocrp_lang"
_LEANS = 0.5
"""Degrees from which on a line says that it leans."""
_MAKE = ElementMaker(namespace=XHTML, nsmap={None: XHTML})


def render(found: content.Content) -> bytes:
    """UTF-8."""
    direction = {"dir": "rtl"} if found.is_right_to_left else {}
    head = _MAKE.head(
        _MAKE.title("OCR"),
        _MAKE.meta({"http-equiv": "Content-Type"}, content="text/html; charset=utf-8"),
        _MAKE.meta(name="ocr-system", content=f"KubeOCR {images.PROJECT_VERSION}"),
        _MAKE.meta(name="ocr-number-of-pages", content=str(len(found.pages))),
        _MAKE.meta(name="ocr-langs", content=found.language.id),
        _MAKE.meta(name="ocr-capabilities", content=_CAPABILITIES),
    )
    root = _MAKE.html(head, _MAKE.body(*map(_page, found.pages)), lang=found.language.id, **direction)
    root.set("{http://www.w3.org/XML/1998/namespace}lang", found.language.id)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", doctype=_DOCTYPE, pretty_print=True)


def _page(page: results.PageResult) -> etree._Element:
    box = (0, 0, page.width, page.height)
    areas = [_area(page, number, block) for number, block in enumerate(content.blocks(page), 1)]
    return _of("div", "ocr_page", f"page_{page.number}", f"{_bbox(box)}; ppageno {page.number - 1}", *areas)


def _area(page: results.PageResult, number: int, block: results.Block) -> etree._Element:
    name, box = f"{page.number}_{number}", _bbox(polygons.around(block.polygon))
    kind = "ocr_photo" if block.label in content.PICTURES else "ocr_carea"
    lines = [_line(f"{name}_{place}", line) for place, line in enumerate(block.lines, 1)]
    paragraph = [_of("p", "ocr_par", f"par_{name}", box, *lines)] if lines else []
    return _of("div", kind, f"block_{name}", box, *paragraph)


def _line(name: str, line: results.Line) -> etree._Element:
    told = [_bbox(polygons.around(line.polygon))]
    if abs(angle := _angle(line.polygon)) >= _LEANS:
        told.append(f"textangle {angle:.1f}")
    words = []
    for number, (word, is_spaced) in enumerate(content.spaced(line), 1):
        where = f"{_bbox(polygons.around(word.polygon))}; x_wconf {round(word.confidence * 100)}"
        words.append(_of("span", "ocrx_word", f"word_{name}_{number}", where, content.clean(word.text)))
        words[-1].tail = " " if is_spaced else None
    return _of("span", "ocr_line", f"line_{name}", "; ".join(told), *words)


def _of(tag: str, kind: str, name: str, title: str, *children: etree._Element | str) -> etree._Element:
    attributes = {"class": kind, "id": name, "title": title}
    return _MAKE(tag, attributes, *children)


def _angle(polygon: results.Polygon) -> float:
    """Degrees counter-clockwise."""
    (left, top), (right, bottom), *_ = polygon
    return -math.degrees(math.atan2(bottom - top, right - left))


def _bbox(box: content.Box) -> str:
    return "bbox {} {} {} {}".format(*box)
