"""A line that was read, cut into words with their boxes. Pure; `pipelines` asks where somebody wants words.

A recogniser tells for each character one column of the line's picture, eight pixels wide, in which it sees it. That tells
between which columns a word ends; where exactly, the picture does: in the widest stretch without ink between the two.
"""

import itertools
import statistics
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_runtime import recognition, results, spans

_REACH = 0.75
"""Of a strip's height: how far from its middle a line's first and last character may reach; ink further out is a rule."""
_INK = 0.35
"""Of the darkest stroke: what differs by more from the ground is ink."""
_MARGIN = 1 / 16
"""Of a strip's height, above and below, where other lines reach in."""


def cut(text: recognition.Text, strip: recognition.Strip, frame: NDArray[np.float32]) -> tuple[results.Word, ...]:
    """A line's words in the order of its text. `frame` has the strip's corners on the page, clockwise from its top left."""
    found, width = spans.split(text.text), int(strip.shape[1])
    marks = text.marks if len(text.marks) == len(text.text) else _even(text, width)
    seen = [[x for x, _ in marks[start:end]] for start, end in found]
    order = sorted(range(len(found)), key=lambda i: min(seen[i]))
    reach = _REACH * strip.shape[0]
    sides = dict(zip(order, _sides([(min(seen[i]), max(seen[i])) for i in order], inked(strip), reach), strict=True))
    return tuple(
        results.Word(
            text.text[start:end],
            statistics.fmean(sure for _, sure in marks[start:end]),
            _polygon(frame, sides[i][0] / width, sides[i][1] / width),
        )
        for i, (start, end) in enumerate(found)
    )


def inked(strip: recognition.Strip) -> NDArray[np.bool_]:
    """For each column of a line's picture whether there is ink in it."""
    margin = int(strip.shape[0] * _MARGIN)
    grey = strip[margin : strip.shape[0] - margin].mean(axis=2)
    contrast = np.abs(grey - np.median(grey))
    found: NDArray[np.bool_] = (contrast > _INK * np.quantile(contrast, 0.99)).any(axis=0)
    return found


def _even(text: recognition.Text, width: int) -> list[recognition.Mark]:
    """Characters as if all were of one width, where nobody says how wide they are."""
    pitch = width / max(len(text.text), 1)
    return [((i + 0.5) * pitch, text.confidence) for i in range(len(text.text))]


def _sides(seen: Sequence[tuple[float, float]], ink: NDArray[np.bool_], reach: float) -> list[tuple[float, float]]:
    """Left and right of each word, given its first and last character's middle, from left to right."""
    if not seen:
        return []
    inner = [_gap(ink, right, left) for (_, right), (left, _) in itertools.pairwise(seen)]
    lefts = [_first(ink, seen[0][0] - reach), *(left for _, left in inner)]
    rights = [*(right for right, _ in inner), len(ink) - _first(ink[::-1], len(ink) - seen[-1][1] - reach)]
    return list(zip(lefts, rights, strict=True))


def _first(ink: NDArray[np.bool_], start: float) -> float:
    """The first column with ink from one on; that one where there is none."""
    place = min(max(int(start), 0), len(ink) - 1)
    return float(place + int(ink[place:].argmax()))


def _gap(ink: NDArray[np.bool_], right: float, left: float) -> tuple[float, float]:
    """Where the word whose last character is seen at `right` ends, and the one seen from `left` on begins.

    A narrow character may be seen just beside its ink, so what is bare goes on to where ink is.
    """
    between = range(int(right), min(int(left) + 1, len(ink)))
    stretches = [list(group) for bare, group in itertools.groupby(between, key=lambda i: not ink[i]) if bare]
    if not stretches:
        return (right + left) / 2, (right + left) / 2
    widest = max(stretches, key=len)
    return widest[0] - _first(ink[: widest[0] + 1][::-1], 0) + 1, _first(ink, widest[-1])


def _polygon(frame: NDArray[np.float32], left: float, right: float) -> results.Polygon:
    """The part of a frame between two fractions of its width."""
    top, bottom = frame[1] - frame[0], frame[2] - frame[3]
    corners = frame[0] + left * top, frame[0] + right * top, frame[3] + right * bottom, frame[3] + left * bottom
    a, b, c, d = ((round(float(x)), round(float(y))) for x, y in corners)
    return a, b, c, d
