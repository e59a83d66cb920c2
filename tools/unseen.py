"""Draws runtime/kubeocr_runtime/formats/unseen.ttf, the font of the text that lies under a searchable PDF's pages: `python
tools/unseen.py`.

Its one glyph is half as wide as it is high, so that a word is as large as its box says, and a stroke without a width, which
paints nothing: PDFium takes a word of one letter for nothing where the letter has no extent at all.
"""

import pathlib

from fontTools import fontBuilder
from fontTools.pens import ttGlyphPen

FILE = pathlib.Path(__file__).parents[1] / "runtime/kubeocr_runtime/formats/unseen.ttf"
UNITS, ASCENT, DESCENT = 1000, 750, -250
WIDTH = UNITS // 2
NAMES = [".notdef", "unseen"]


def main() -> None:
    """Two glyphs: a file needs the first, `.notdef`, whatever else it has."""
    pen = ttGlyphPen.TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((WIDTH, ASCENT))
    pen.closePath()
    stroke = pen.glyph()
    font = fontBuilder.FontBuilder(UNITS, isTTF=True)
    font.setupGlyphOrder(NAMES)
    font.setupCharacterMap({0x20: NAMES[1]})
    font.setupGlyf(dict.fromkeys(NAMES, stroke))
    font.setupHorizontalMetrics(dict.fromkeys(NAMES, (WIDTH, 0)))
    font.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    font.setupNameTable({"familyName": "Unseen", "styleName": "Regular"})
    font.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    font.setupPost(keepGlyphNames=False)
    font.updateHead(created=0, modified=0)
    font.font.recalcTimestamp = False
    font.save(FILE)


if __name__ == "__main__":
    main()
