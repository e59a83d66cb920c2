"""PDFs as PDFium has them: their pages' sizes, pictures and own text.

`__main__` is a process that does nothing else, for hostile files to hang or crash: it loads no engine and no numpy, so that it
is small and there at once. `renderers` starts it and speaks to it in `messages`. `sizes`, `layers` and `trust` are pure.
"""
