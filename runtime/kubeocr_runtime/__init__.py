"""The OCR runtime: documents over HTTP in, text and boxes out."""
