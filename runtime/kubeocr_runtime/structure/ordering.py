"""The order in which regions are read: what stands at the head first, the columns of the text, what stands at the foot.

The columns' order is that of `reading.blocks`. Pictures stand in the way of columns and in no column, so they come after what
they stand below; a caption comes beside what it is about.
"""

from collections.abc import Sequence

from kubeocr_runtime import structure
from kubeocr_runtime.reading import blocks, boxes
from kubeocr_runtime.reading.boxes import Box

_CAPTIONS = frozenset({"figure_title", "table_title", "chart_title", "figure_table_chart_title", "vision_footnote"})
_SLACK = 0.02
"""Regions overlap by so much of their smaller side without meaning anything."""


def order(labels: Sequence[str], placed: Sequence[Box]) -> list[int]:
    """Indices of regions in reading order; boxes begin on the left, whatever the script."""
    every = range(len(labels))
    edges = structure.HEADERS | structure.FOOTERS | structure.ASIDE
    body = [i for i in every if labels[i] not in edges]
    flowing = [i for i in body if labels[i] not in structure.PICTURES | _CAPTIONS]
    done = [flowing[i] for i in blocks.sequence([placed[i] for i in flowing], _slack([placed[i] for i in flowing]))]
    for picture in sorted((i for i in body if labels[i] in structure.PICTURES), key=lambda i: (placed[i].top, placed[i].left)):
        done.insert(_place(placed[picture], [placed[i] for i in done]), picture)
    for caption in sorted((i for i in body if labels[i] in _CAPTIONS), key=lambda i: (placed[i].top, placed[i].left)):
        done.insert(_beside(caption, done, labels, placed), caption)
    head, foot, aside = (
        sorted((i for i in every if labels[i] in kind), key=lambda i: (placed[i].top, placed[i].left))
        for kind in (structure.HEADERS, structure.FOOTERS, structure.ASIDE)
    )
    return [*head, *done, *foot, *aside]


def _slack(placed: Sequence[Box]) -> float:
    return min((_SLACK * min(box.width, box.height) for box in placed), default=0.0)


def _place(box: Box, ordered: Sequence[Box]) -> int:
    """Behind the last region that stands above and shares some width; in front of the first below, or at the end."""
    sharing = [i for i, other in enumerate(ordered) if boxes.shared_width(box, other) > 0]
    above = [i for i in sharing if ordered[i].middle < box.top]
    below = [i for i in sharing if ordered[i].middle > box.bottom]
    return above[-1] + 1 if above else below[0] if below else len(ordered)


def _beside(caption: int, ordered: Sequence[int], labels: Sequence[str], placed: Sequence[Box]) -> int:
    """Next to the nearest picture or table: before what it stands above, behind anything else."""
    box = placed[caption]
    shown = [at for at, i in enumerate(ordered) if labels[i] in structure.PICTURES | {structure.TABLE}]
    if not shown:
        return _place(box, [placed[i] for i in ordered])
    nearest = min(shown, key=lambda at: _gap(box, placed[ordered[at]]))
    return nearest if box.middle < placed[ordered[nearest]].top else nearest + 1


def _gap(a: Box, b: Box) -> float:
    return max(0.0, -boxes.shared_width(a, b)) + max(0.0, -boxes.shared_height(a, b))
