"""What makes a searchable PDF: `python -m kubeocr_runtime.formats HEAP`, content in, PDF or error out. Started by `press`."""

import json
import pickle
import sys

from kubeocr_runtime import apart, errors
from kubeocr_runtime.formats import pdf
from kubeocr_runtime.pdfs import messages


def main(arguments: list[str]) -> None:
    """With at most so many bytes of its own."""
    heap = int(arguments[0])
    apart.bound(heap)
    found = pickle.load(sys.stdin.buffer)  # noqa: S301 (the server's own words; the file in them is bytes)
    try:
        made = pdf.render(found)
    except errors.OcrError as e:
        made = json.dumps(messages.refusal(e)).encode()
    except MemoryError:
        made = json.dumps(
            messages.refusal(errors.BrokenDocument(f"file: its PDF takes more than {heap >> 20} MiB to make"))
        ).encode()
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(sys.argv[1:])
