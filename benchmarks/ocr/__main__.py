"""How fast, how right and how large OCR systems are side by side: ours through HTTP, and the peers as their users run them.

    make bench-ocr ARGS='--documents FOLDER --chart chart.svg'

Peers are installed as they are needed, each into an environment of its own below ~/.cache/kubeocr/peers. All but tesseract read
with the same models, without line and page orientation. Each round measures every workload on every system in turn, all others
being paused, so that all meet the same noise; figures are medians over the rounds, ratios medians of each round's own.
Without --documents pages are drawn, which anyone can do; the targets are meant for linn.png and 8087_054.3B.tif.
The last line is JSON: figures, targets, whether they are met.
"""

import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[2])  # modules are `benchmarks.ocr.*` here, as in the tests

from benchmarks.ocr import story  # noqa: E402

if __name__ == "__main__":
    sys.exit(story.main(sys.argv[1:]))
