"""Bars as SVG: one for each day of a month, so that a bad day is seen before it is read.

As plots are: pure, escaped, and looking by the classes of ``plot.css`` alone. The figures stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final

from exporters.scales import value_ticks
from exporters.words import Say, shown

WIDTH, HEIGHT = 360, 130
LEFT, RIGHT, TOP, BOTTOM = 44, 6, 10, 22
EVERY: Final = 5
"""Days between two dates under the bars."""
MOST_BARS: Final = 31


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: ``parts`` from the ground up, each with its grade (critical, warning, lost); and in words."""

    day: date
    parts: tuple[tuple[str, float], ...]
    text: str

    @property
    def height(self) -> float:
        return sum(value for _, value in self.parts)


def bars(what: str, days: Sequence[Bar], *, say: Say, name: str) -> str:
    """Draw a bar for each day. ``name`` is the picture's own on its page, of letters and hyphens."""
    shown_days = days[:MOST_BARS]
    highest = max((bar.height for bar in shown_days), default=0.0)
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    top = max(highest, 1.0)
    step = room / max(len(shown_days), 1)
    head = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">'
    parts = [head, f'<title id="{name}-t">{_safe(what)}</title>']
    parts.append(f'<desc id="{name}-d">{_safe(_described(what, shown_days, say))}</desc>')
    for value in value_ticks(0.0, top, "1"):
        if value != int(value):
            continue
        y = round(TOP + tall * (1 - value / top), 1)
        parts.append(f'<path class="plot-grid" d="M{LEFT},{y} H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="plot-value" x="{LEFT - 5}" y="{y + 3.5:.1f}">{value:,.0f}</text>')
    parts.append(f'<path class="plot-axis" d="M{LEFT},{TOP + tall} H{WIDTH - RIGHT}"/>')
    for place, bar in enumerate(shown_days):
        x = LEFT + place * step
        parts += _drawn(bar, x, step, top, tall)
        if place == 0 or bar.day.day % EVERY == 0:
            middle = f'x="{x + step / 2:.1f}" y="{HEIGHT - 9}"'
            parts.append(f'<text class="plot-time" {middle}>{bar.day.day}</text>')
    return "".join([*parts, "</svg>"])


def _drawn(bar: Bar, x: float, step: float, top: float, tall: float) -> Iterator[str]:
    if not bar.height:
        return
    yield f"<g><title>{_safe(bar.text)}</title>"
    ground = TOP + tall
    for grade, value in bar.parts:
        # What there is at all is seen, be it small beside the highest.
        height = max(tall * value / top, 1.0) if value else 0.0
        ground -= height
        box = f'x="{x + step * 0.15:.1f}" y="{ground:.1f}" width="{step * 0.7:.1f}" height="{height:.1f}"'
        yield f'<rect class="plot-bar {grade}" {box}/>'
    yield "</g>"


def _described(what: str, days: Sequence[Bar], say: Say) -> str:
    most = max(days, key=lambda bar: bar.height, default=None)
    if most is None or not most.height:
        return say("monthly.plot_none", what=what)
    return say("monthly.plot_said", what=what, n=len(days), day=most.day.isoformat(), most=f"{most.height:,.0f}")


def _safe(text: str) -> str:
    return escape(shown(text, 300))
