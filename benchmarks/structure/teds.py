"""How alike two tables are: TEDS of Zhong et al. (https://arxiv.org/abs/1911.10683), one less the edits that turn one's tree
into the other's, by the size of the larger. Edits are counted as K. Zhang and D. Shasha do (SIAM J. Computing 18, 1989).
"""

import dataclasses
import functools
from collections.abc import Sequence
from html import parser

from rapidfuzz.distance import Levenshtein

_PLAIN = frozenset({"html", "body", "thead", "tbody"})
"""Tags that say nothing about a table's cells."""


@dataclasses.dataclass(slots=True)
class Node:
    """An element of a table."""

    tag: str
    spans: tuple[str, ...] = ()
    text: str = ""
    children: list["Node"] = dataclasses.field(default_factory=list)


def similarity(ours: str, theirs: str) -> float:
    """From 0 to 1, of two tables in HTML."""
    a, b = _parsed(ours), _parsed(theirs)
    largest = max(len(_postorder(a)), len(_postorder(b)))
    return 1 - _distance(a, b) / largest


class _Reader(parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("root")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PLAIN:
            return
        spans = tuple(f"{key}={value}" for key, value in sorted(attrs) if key in {"colspan", "rowspan"})
        node = Node(tag, spans)
        self.open[-1].children.append(node)
        self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _PLAIN and len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data.strip()


def _parsed(html: str) -> Node:
    reader = _Reader()
    reader.feed(html)
    return reader.open[0]


def _postorder(node: Node) -> list[Node]:
    return [*(each for child in node.children for each in _postorder(child)), node]


def _leftmost(nodes: Sequence[Node]) -> list[int]:
    """For each node, in postorder, the index of the leftmost leaf below it."""
    index = {id(node): i for i, node in enumerate(nodes)}
    found: list[int] = []
    for node in nodes:
        found.append(found[index[id(node.children[0])]] if node.children else len(found))
    return found


def _distance(a: Node, b: Node) -> float:
    first, second = _postorder(a), _postorder(b)
    left, right = _leftmost(first), _leftmost(second)
    cost = functools.cache(lambda i, j: _change(first[i], second[j]))
    trees: dict[tuple[int, int], float] = {}
    for i in _keyroots(left):
        for j in _keyroots(right):
            _fill(trees, (i, left), (j, right), cost)
    return trees[len(first) - 1, len(second) - 1]


def _keyroots(leftmost: Sequence[int]) -> list[int]:
    return sorted({leaf: i for i, leaf in enumerate(leftmost)}.values())


def _fill(trees: dict[tuple[int, int], float], a: tuple[int, list[int]], b: tuple[int, list[int]], cost) -> None:
    """Distances of the subtrees whose leftmost leaves are those of two keyroots, by way of forests."""
    (i, left), (j, right) = a, b
    first, second = left[i], right[j]
    forest = {(first - 1, second - 1): 0.0}
    for x in range(first, i + 1):
        forest[x, second - 1] = forest[x - 1, second - 1] + 1
    for y in range(second, j + 1):
        forest[first - 1, y] = forest[first - 1, y - 1] + 1
    for x in range(first, i + 1):
        for y in range(second, j + 1):
            edits = min(forest[x - 1, y], forest[x, y - 1]) + 1
            if left[x] == first and right[y] == second:
                forest[x, y] = trees[x, y] = min(edits, forest[x - 1, y - 1] + cost(x, y))
            else:
                forest[x, y] = min(edits, forest[left[x] - 1, right[y] - 1] + trees[x, y])


def _change(a: Node, b: Node) -> float:
    if (a.tag, a.spans) != (b.tag, b.spans):
        return 1.0
    return 1 - Levenshtein.normalized_similarity(a.text, b.text)
