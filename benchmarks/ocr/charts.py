"""A run as an SVG picture: a panel a workload, a bar a system. Pure; the same figures are the same bytes.

Readable on light and on dark: what shows it says which, by `prefers-color-scheme`.
"""

import html
from collections.abc import Mapping

_WIDTH, _NAMES, _VALUES = 760, 190, 190
_BAR, _GAP, _HEAD = 18, 8, 34
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .head { font-weight: 600 } .note { fill: #59636e }
.peer { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .note { fill: #9198a1 } .peer { fill: #656c76 } .ours { fill: #4493f8 }
}"""


def chart(panels: Mapping[str, Mapping[str, float]], notes: Mapping[str, Mapping[str, str]]) -> str:
    """Of each workload each system's rate as a bar, and what stands behind it."""
    parts, top = [], 12
    for name, bars in panels.items():
        parts += [_text(0, top + 16, name, "head"), *_bars(bars, notes.get(name, {}), top + _HEAD)]
        top += _HEAD + len(bars) * (_BAR + _GAP) + 12
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 0 {_WIDTH + 24} {top}" role="img">'
    return "\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>", ""])


def _bars(bars: Mapping[str, float], notes: Mapping[str, str], top: int) -> list[str]:
    longest = max(bars.values(), default=0) or 1
    found = []
    for row, (name, value) in enumerate(bars.items()):
        y, width = top + row * (_BAR + _GAP), value / longest * (_WIDTH - _NAMES - _VALUES)
        kind = "ours" if name.startswith("ours") else "peer"
        found += [
            _text(0, y + 14, name, "name"),
            f'<rect class="{kind}" x="{_NAMES}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2"/>',
            _text(_NAMES + width + 8, y + 14, notes.get(name, f"{value:.3g}"), "note"),
        ]
    return found


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{html.escape(words)}</text>'
