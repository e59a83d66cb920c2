"""Our Markdown and tables against PPStructureV3's, and the seconds that both take for a page, by turns in one run.

    make bench-structure ARGS='--documents FOLDER --peer-models FOLDER'

--peer-models is a folder of models in PaddleX's own layout: all that reference.py names. --python (or KUBEOCR_PADDLEOCR_PYTHON)
is the python of an environment made by `pip install 'paddleocr[doc-parser]==3.7.0' onnxruntime`. Both read with the same
weights, and run the same parts: those whose models are to be had (reference.py). Ours is as the image has it, in 8-bit integers
where the CPU is made for them; --precision fp32 is as exact as PPStructureV3.

Similarity is 1 less the edits by the length of the longer text; white space counts once, and where a picture is to be found
does not count. The last line is JSON: figures, targets, whether they are met.
"""

import pathlib
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[2])  # modules are `benchmarks.structure.*` here, as in the tests

from benchmarks.structure import story  # noqa: E402

if __name__ == "__main__":
    sys.exit(story.main(sys.argv[1:]))
