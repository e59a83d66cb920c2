"""What is to be reached, and whether it was. Pure."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from benchmarks.ocr import figures, systems

AT_LEAST, AT_MOST = "at_least", "at_most"
PAGES, CROPS = "pages-8", "crops-32"
_POINTS = 0.2
"""Per cent of a page's words that PaddleOCR may find and we not."""


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A bound of one figure, which is None where it was not measured."""

    kind: str
    """`at_least` or `at_most`."""
    bound: float
    value: Callable[[figures.Found], float | None]

    def judge(self, found: figures.Found) -> dict[str, object]:
        """As JSON. What was not measured is not met."""
        return verdict(self.kind, self.bound, self.value(found))


def verdict(kind: str, bound: float, value: float | None) -> dict[str, object]:
    """Whether a value is `at_least` or `at_most` the bound, as JSON; one that was not measured is not."""
    met = value is not None and (value >= bound if kind == AT_LEAST else value <= bound)
    return {kind: bound, "found": value, "met": met}


def judged(found: figures.Found) -> Mapping[str, dict[str, object]]:
    """Each target with what was found."""
    return {name: target.judge(found) for name, target in TARGETS.items()}


def _ratio(workload: str, system: str, others: Sequence[str]) -> Callable[[figures.Found], float | None]:
    return lambda found: figures.ratio(found.rounds, workload, system, others)


def _most(name: str) -> Callable[[figures.Found], float | None]:
    """The largest median that ours has of a figure, over the workloads."""

    def value(found: figures.Found) -> float | None:
        medians = figures.medians(found.rounds)
        return max((of[systems.OURS][name] for of in medians.values() if name in of.get(systems.OURS, {})), default=None)

    return value


def words_behind(found: figures.Found) -> float | None:
    """By how many points ours finds fewer words than PaddleOCR on the page where it is farthest behind."""
    ours, theirs = (found.documents.get(name) for name in (systems.OURS, systems.REFERENCE))
    if ours is None or theirs is None:
        return None
    return max(theirs[page]["words_percent"] - ours[page]["words_percent"] for page in theirs)


def http_share(found: figures.Found) -> float | None:
    """With one client, who waits for nobody else."""
    return figures.medians(found.rounds).get("pages-1", {}).get(systems.OURS, {}).get("http_share")


TARGETS: Mapping[str, Target] = {
    "pages_8_to_fastest_peer": Target(AT_LEAST, 2.0, _ratio(PAGES, systems.OURS, systems.PEERS)),
    "pages_8_to_fastest_peer_of_same_weights": Target(AT_LEAST, 2.0, _ratio(PAGES, systems.OURS, systems.SAME_WEIGHTS)),
    "pages_8_to_paddlex_serve": Target(AT_LEAST, 2.5, _ratio(PAGES, systems.OURS, [systems.SERVED])),
    "pages_8_exact_to_fastest_peer": Target(AT_LEAST, 1.15, _ratio(PAGES, systems.EXACT, systems.PEERS)),
    "pages_8_exact_to_fastest_float32_peer": Target(AT_LEAST, 1.15, _ratio(PAGES, systems.EXACT, systems.FLOAT32)),
    "pages_8_exact_to_bare_models": Target(AT_LEAST, 1 / 1.15, _ratio(PAGES, systems.EXACT, [systems.BARE])),
    "crops_32_to_paddlex_serve": Target(AT_LEAST, 5.0, _ratio(CROPS, systems.OURS, [systems.SERVED])),
    "start_seconds": Target(AT_MOST, 3.0, lambda found: found.starts.get(systems.OURS)),
    "rss_mib": Target(AT_MOST, 700, _most("rss_mib")),
    "words_behind_paddleocr_points": Target(AT_MOST, _POINTS, words_behind),
    "http_share": Target(AT_MOST, 0.05, http_share),
    "failed": Target(AT_MOST, 0, _most("failed")),
}
