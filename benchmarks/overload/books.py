"""PDFs, drawn."""

import io

from reportlab.lib import pagesizes
from reportlab.pdfgen import canvas

from benchmarks.ocr import drawing


def book(pages: int, lines: int) -> bytes:
    """A PDF of so many pages, each with other lines of text."""
    buffer = io.BytesIO()
    pdf = canvas.Canvas(buffer, pagesize=pagesizes.A4, invariant=1)
    height = pagesizes.A4[1]
    for number in range(pages):
        for row, text in enumerate(drawing.lines(lines, seed=number)):
            pdf.drawString(40, height - 60 - 16 * row, text[:80])
        pdf.showPage()
    pdf.save()
    return buffer.getvalue()
