"""What PaddleOCR's own PPStructureV3 makes of pages. Runs where paddleocr 3.7 and onnxruntime are; imports nothing of ours.

    python reference.py MODELS_DIR [--orient-lines]

Reads a path a line from its standard input and answers each with a line of JSON: {"markdown", "tables", "seconds",
"cpu_seconds"}, as soon as it is read. `tables` are in the page's order, HTML each. A first line, {"ready": true}, says that the
models are loaded.

What runs is layout, lines, text, tables. Of PPStructureV3's defaults it goes without three: regions (PP-DocBlockLayout) and
formulas (PP-FormulaNet_plus-L), whose models Python packages do not carry, and the orientation of lines, which --orient-lines
brings back. The two classifiers of tables and the detectors of cells are not among the models either: a table's kind is not
asked for, and its cells are those of SLANet_plus.
"""

import contextlib
import json
import pathlib
import sys
import time

from paddleocr import PPStructureV3

_OFF = ("formula_recognition", "seal_recognition", "chart_recognition", "region_detection", "doc_unwarping")
_MODELS = {
    "layout_detection": "PicoDet_layout_1x",
    "text_detection": "PP-OCRv6_small_det",
    "text_recognition": "PP-OCRv6_small_rec",
    "textline_orientation": "PP-LCNet_x1_0_textline_ori",
    "doc_orientation_classify": "PP-LCNet_x1_0_doc_ori",
    "table_classification": "PP-LCNet_x1_0_table_cls",
    "table_orientation_classify": "PP-LCNet_x1_0_doc_ori",
    "wired_table_structure_recognition": "SLANet_plus",
    "wireless_table_structure_recognition": "SLANet_plus",
    "wired_table_cells_detection": "RT-DETR-L_wired_table_cell_det",
    "wireless_table_cells_detection": "RT-DETR-L_wireless_table_cell_det",
}


def opened(models: pathlib.Path) -> PPStructureV3:
    """The pipeline with every one of its models named: what is not, PaddleX would try to download."""
    named = {f"{part}_model_name": name for part, name in _MODELS.items()}
    placed = {f"{part}_model_dir": str(models / name) for part, name in _MODELS.items()}
    return PPStructureV3(engine="onnxruntime", **named, **placed, **{f"use_{part}": False for part in _OFF})


def read(pipeline: PPStructureV3, page: str, *, orient_lines: bool) -> dict:
    """A page, with what it took."""
    begin, used = time.perf_counter(), time.process_time()
    result = next(
        iter(
            pipeline.predict(
                page,
                use_doc_orientation_classify=False,
                use_textline_orientation=orient_lines,
                use_e2e_wired_table_rec_model=True,
                use_e2e_wireless_table_rec_model=True,
            )
        )
    )
    markdown = result.markdown["markdown_texts"]
    took = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - used}
    blocks = [(block.label, list(map(int, block.bbox)), block.content) for block in result["parsing_res_list"]]
    tables = [content for label, _, content in blocks if label == "table"]
    return {"markdown": markdown, "tables": tables, "blocks": blocks, **took}


def main(models: pathlib.Path, *options: str) -> None:
    """Answer until the input ends; what the libraries print goes to the standard error."""
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        pipeline = opened(models)
        print(json.dumps({"ready": True}), file=answers, flush=True)
        for line in sys.stdin:
            found = read(pipeline, line.strip(), orient_lines="--orient-lines" in options)
            print(json.dumps(found, ensure_ascii=False), file=answers, flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
