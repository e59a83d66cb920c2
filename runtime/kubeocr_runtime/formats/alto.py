"""ALTO 4.3: pages, blocks, lines and words with boxes in pixels. https://www.loc.gov/standards/alto/"""

from collections.abc import Iterator

from lxml import etree
from lxml.builder import ElementMaker

from kubeocr_contract import images, polygons
from kubeocr_runtime import results
from kubeocr_runtime.formats import content

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-3.xsd"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_MAKE = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE, "xsi": _INSTANCE})


def render(found: content.Content) -> bytes:
    """UTF-8. A table's HTML and a formula's LaTeX are left out: the format has no room for them. Their lines are there."""
    root = _MAKE.alto(_description(), _MAKE.Layout(*(_page(page, found) for page in found.pages)))
    root.set(f"{{{_INSTANCE}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _description() -> etree._Element:
    software = _MAKE.processingSoftware(_MAKE.softwareName("KubeOCR"), _MAKE.softwareVersion(images.PROJECT_VERSION))
    processing = _MAKE.Processing(_MAKE.processingCategory("contentGeneration"), software, ID="reading")
    return _MAKE.Description(_MAKE.MeasurementUnit("pixel"), processing)


def _page(page: results.PageResult, found: content.Content) -> etree._Element:
    size = {"WIDTH": str(page.width), "HEIGHT": str(page.height)}
    blocks = (each for number, block in enumerate(content.blocks(page), 1) for each in _block(page, number, block, found))
    space = _MAKE.PrintSpace(*blocks, HPOS="0", VPOS="0", **size)
    return _MAKE.Page(space, ID=f"p{page.number}", PHYSICAL_IMG_NR=str(page.number), PROCESSINGREFS="reading", **size)


def _block(page: results.PageResult, number: int, block: results.Block, found: content.Content) -> Iterator[etree._Element]:
    """A picture, and the text in it."""
    lines = [line for line in block.lines if line.words]
    if block.label in content.PICTURES:
        yield _MAKE.Illustration(ID=f"p{page.number}i{number}", TYPE=block.label, **_place(block.polygon))
    if lines:
        name = f"p{page.number}b{number}"
        told = {"LANG": found.language.id, **({"BASEDIRECTION": "rtl"} if found.is_right_to_left else {})}
        rows = (_line(f"{name}l{place}", line) for place, line in enumerate(lines, 1))
        yield _MAKE.TextBlock(*rows, ID=name, **_place(block.polygon), **told)


def _line(name: str, line: results.Line) -> etree._Element:
    return _MAKE.TextLine(*_shape(line.polygon), *_words(name, line), ID=name, **_place(line.polygon))


def _words(name: str, line: results.Line) -> Iterator[etree._Element]:
    spaced = list(content.spaced(line))
    for number, (word, is_spaced) in enumerate(spaced, 1):
        told = {"CONTENT": content.clean(word.text), "WC": f"{word.confidence:.4f}"}
        yield _MAKE.String(*_shape(word.polygon), ID=f"{name}w{number}", **_place(word.polygon), **told)
        if is_spaced and number < len(spaced):
            yield _MAKE.SP()


def _shape(polygon: results.Polygon) -> Iterator[etree._Element]:
    """Of what leans; anything else is its box."""
    left, top, right, bottom = polygons.around(polygon)
    if not set(polygon) <= {(left, top), (right, top), (right, bottom), (left, bottom)}:
        yield _MAKE.Shape(_MAKE.Polygon(POINTS=" ".join(f"{x},{y}" for x, y in polygon)))


def _place(polygon: results.Polygon) -> dict[str, str]:
    left, top, right, bottom = polygons.around(polygon)
    return {"HPOS": str(left), "VPOS": str(top), "WIDTH": str(right - left), "HEIGHT": str(bottom - top)}
