"""Plots as SVG, drawn here: one parameter over time with its limits, its alerts, and gaps where nothing was seen.

Pure functions of values. What they return is escaped and well-formed, and looks by the classes of ``plot.css`` alone:
it needs no script, and the pages allow no style within them (docs/adr/0013).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from duty.findings import Limits, Severity
from duty.series import Sample, Series
from exporters.described import describe, drawable, within
from exporters.scales import bounds, time_ticks, value_ticks
from exporters.words import Say, format_value, say_what, shown

MOST_MARKS: Final = 30
"""Alerts drawn in one plot; the newest of them."""

SIGNS: Final = {Severity.WARNING: "!", Severity.CRITICAL: "×"}
OVER: Final = "✓"


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert that began, became worse or was ``over`` at a moment; ``text`` says it in a few words."""

    at: datetime
    severity: Severity
    text: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a plot in its own units, about the pixels of a telephone; a page scales it."""

    width: int = 360
    height: int = 160
    ticks: int = 5


NARROW: Final = Frame()
WIDE: Final = Frame(900, 260, 10)
_NO_TIME: Final = timedelta(0)
_LATE: Final = 2.5
LEFT, RIGHT, TOP, BOTTOM = 58, 66, 18, 32
MOST_BESIDE = 10
"""Letters that have room at the left of the axis."""
"""Room around the lines: for values, limits, the signs of alerts, and the time."""


@dataclass(frozen=True, slots=True)
class _Area:
    """Where the lines go, and which moment and value each place of it stands for."""

    left: float
    top: float
    width: float
    height: float
    since: datetime
    until: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        part = (at - self.since) / (self.until - self.since) if self.until > self.since else 0.0
        return round(self.left + self.width * min(max(part, 0.0), 1.0), 1)

    def y(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return round(self.top + self.height * (1 - min(max(part, 0.0), 1.0)), 1)

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


def plot(
    series: Series,
    since: datetime,
    until: datetime,
    *,
    say: Say,
    zone: ZoneInfo,
    limits: Limits | None = None,
    marks: Iterable[Mark] = (),
    frame: Frame = NARROW,
    name: str = "plot",
) -> str:
    """Draw a reading from ``since`` to ``until``. ``name`` is the plot's own on its page, of letters and hyphens."""
    runs = within(series, since, until)
    values = [value for run in runs for _, value in run]
    limits = drawable(limits)
    known = [limit for limit in (limits.warning, limits.critical) if limit is not None] if limits else []
    low, high = bounds(min([*values, *known], default=0.0), max([*values, *known], default=0.0), series.unit)
    size = frame.width - LEFT - RIGHT, frame.height - TOP - BOTTOM
    area = _Area(LEFT, TOP, *size, since, until, low, high)
    told = [mark for mark in marks if since <= mark.at <= until][-MOST_MARKS:]
    parts = [
        f'<svg class="plot" viewBox="0 0 {frame.width} {frame.height}" role="img" aria-labelledby="{name}-t {name}-d">',
        f'<title id="{name}-t">{_safe(say_what("parameter", series.parameter, series.instance, say))}</title>',
        f'<desc id="{name}-d">{_safe(describe(series, since, until, say=say, zone=zone, limits=limits), 900)}</desc>',
        *(_bands(area, limits) if limits else ()),
        *_unseen(area, runs),
        *_value_axis(area, series, say),
        *_time_axis(area, zone, say, frame.ticks),
        *(_limit_lines(area, limits, series, say) if limits else ()),
        *_lines(area, runs, "plot-line"),
        *(part for mark in told for part in _mark(area, mark)),
    ]
    if not values:
        middle = f'x="{area.left + area.width / 2:.1f}" y="{area.top + area.height / 2:.1f}"'
        parts.append(f'<text class="plot-none" {middle}>{_safe(say("plot.nothing"))}</text>')
    return "".join([*parts, "</svg>"])


def sparkline(series: Series, since: datetime, until: datetime, *, say: Say) -> str:
    """Draw the course of a reading alone, as small as a word; where it stands still, the line is level."""
    runs = within(series, since, until)
    values = [value for run in runs for _, value in run]
    lowest, highest = min(values, default=0.0), max(values, default=0.0)
    # A tremble of a tenth of a per cent is not to look like a mountain.
    least = 20.0 if series.unit == "%" else 1.0 if series.unit == "bool" else 0.1 * max(abs(lowest), abs(highest))
    low, high = bounds(lowest, highest, "Cel")
    room = max(0.0, least - (high - low)) / 2
    area = _Area(2, 2, 96, 20, since, until, low - room, high + room)
    said = [format_value(value, series.unit, say, series.parameter) for value in (lowest, highest)]
    title = say("plot.range", lowest=said[0], highest=said[1]) if values else say("plot.nothing")
    lines = "".join(_lines(area, runs, "spark-line"))
    return f'<svg class="spark" viewBox="0 0 100 24" role="img"><title>{_safe(title)}</title>{lines}</svg>'


def _lines(area: _Area, runs: Iterable[Sequence[Sample]], kind: str) -> Iterator[str]:
    """Draw each run by itself: nothing joins two, for between them it was not seen."""
    for run in runs:
        places = list(_thinned(area, run))
        if len(set(places)) == 1:
            x, y = places[0]
            yield f'<circle class="{kind}-dot" cx="{x}" cy="{y}" r="1.5"/>'
        else:
            yield f'<path class="{kind}" d="M{" L".join(f"{x},{y}" for x, y in places)}"/>'


def _thinned(area: _Area, run: Sequence[Sample]) -> Iterator[tuple[float, float]]:
    """Yield the places of a run; of many in one pixel the first, the lowest, the highest and the last, as they came."""
    column: list[tuple[float, float]] = []
    for at, value in run:
        place = (area.x(at), area.y(value))
        if column and int(place[0]) != int(column[0][0]):
            yield from _corners(column)
            column = []
        column.append(place)
    yield from _corners(column)


def _corners(column: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    if len(column) <= 4:
        yield from column
        return
    heights = [y for _, y in column]
    kept = {0, heights.index(min(heights)), heights.index(max(heights)), len(column) - 1}
    yield from (column[n] for n in sorted(kept))


def _unseen(area: _Area, runs: Sequence[Sequence[Sample]]) -> Iterator[str]:
    """Shade the times between two runs; one narrower than a line would not be noticed otherwise.

    Before the first and after the last value as well, where that is longer than a look that comes late.
    """
    if not runs:
        return
    apart = max((after[0] - before[0] for run in runs for before, after in pairwise(run)), default=_NO_TIME)
    first, last = runs[0][0][0], runs[-1][-1][0]
    gaps = [(before[-1][0], after[0][0]) for before, after in pairwise(runs)]
    if first - area.since > _LATE * apart:
        gaps.insert(0, (area.since, first))
    if area.until - last > _LATE * apart:
        gaps.append((last, area.until))
    edge = -1.0
    for begin, end in gaps:
        left, right = area.x(begin), area.x(end)
        if left >= edge:
            yield _rect("plot-unseen", left, area.top, min(max(right - left, 1.0), area.right - left), area.height)
            edge = left + 1.0


def _bands(area: _Area, limits: Limits) -> Iterator[str]:
    """Shade what is beyond the limits: a warning's as far as what is critical, that as far as the edge."""
    edge = area.bottom if limits.below else area.top
    first = None if limits.warning is None else area.y(limits.warning)
    last = None if limits.critical is None else area.y(limits.critical)
    if first is not None:
        yield _between("plot-band warning", area, first, edge if last is None else last)
    if last is not None:
        yield _between("plot-band critical", area, last, edge)


def _between(kind: str, area: _Area, one: float, other: float) -> str:
    return _rect(kind, area.left, min(one, other), area.width, abs(one - other))


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width:.1f}" height="{height:.1f}"/>'


def _limit_lines(area: _Area, limits: Limits, series: Series, say: Say) -> Iterator[str]:
    taken: float | None = None
    for severity, limit in ((Severity.CRITICAL, limits.critical), (Severity.WARNING, limits.warning)):
        if limit is None:
            continue
        y, grade = area.y(limit), severity.name.lower()
        yield f'<path class="plot-limit {grade}" d="M{area.left},{y} H{area.right}"/>'
        words = y + 3.5
        if taken is not None and abs(words - taken) < 12:
            # Two limits close together: the words of the warning give way, on the side where its line is.
            words = taken + (-12 if limits.below else 12)
        taken = words = min(max(words, 10.0), area.bottom + 8)
        said = format_value(limit, series.unit, say, series.parameter, limit=True)
        place = f'x="{area.right + 4}" y="{words:.1f}"'
        yield f'<text class="plot-limit-words {grade}" {place}>{SIGNS[severity]} {_safe(said, 14)}</text>'


def _value_axis(area: _Area, series: Series, say: Say) -> Iterator[str]:
    for value in value_ticks(area.low, area.high, series.unit, series.parameter):
        y = area.y(value)
        yield f'<path class="plot-grid" d="M{area.left},{y} H{area.right}"/>'
        said = format_value(value, series.unit, say, series.parameter, limit=True)
        if _wide(said) <= MOST_BESIDE:
            yield f'<text class="plot-value" x="{area.left - 5}" y="{y + 3.5:.1f}">{_safe(said, 14)}</text>'
        else:
            # Words for a state have no room beside the axis: within, the upper below its line and the lower above.
            place = f'x="{area.left + 4}" y="{y + (12 if y < area.bottom - 12 else -4):.1f}"'
            yield f'<text class="plot-word" {place}>{_safe(said, 40)}</text>'


def _wide(text: str) -> int:
    """Return how many letters' room a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _time_axis(area: _Area, zone: ZoneInfo, say: Say, most: int) -> Iterator[str]:
    yield f'<path class="plot-axis" d="M{area.left},{area.bottom} H{area.right}"/>'
    ticks = list(time_ticks(area.since, area.until, zone, most))
    only_days = all(midnight for _, midnight in ticks)
    for n, (at, midnight) in enumerate(ticks):
        x, local = area.x(at), at.astimezone(zone)
        yield f'<path class="plot-tick" d="M{x},{area.bottom} v4"/>'
        day = say("plot.day", month=say(f"month.{local.month}"), day=local.day)
        if not only_days:
            yield f'<text class="plot-time" x="{x}" y="{area.bottom + 14}">{local:%H:%M}</text>'
            # The date where it changes; and at the first tick, or the hours before it had none.
            if midnight or (n == 0 and not any(later for _, later in ticks[1:2])):
                yield f'<text class="plot-time" x="{x}" y="{area.bottom + 26}">{_safe(day)}</text>'
        else:
            yield f'<text class="plot-time" x="{x}" y="{area.bottom + 14}">{_safe(day)}</text>'


def _mark(area: _Area, mark: Mark) -> Iterator[str]:
    x, grade = area.x(mark.at), "over" if mark.over else mark.severity.name.lower()
    sign = OVER if mark.over else SIGNS.get(mark.severity, "i")
    yield f'<g class="plot-mark {grade}"><title>{_safe(mark.text, 120)}</title>'
    yield f'<path d="M{x},{area.top} V{area.bottom}"/><text x="{x}" y="{area.top - 5}">{sign}</text></g>'


def _safe(text: str, longest: int = 255) -> str:
    """Return a string that can stand in a document of XML, whatever a device has sent."""
    return escape(shown(text, longest))
