"""The readings of many looks as Prometheus text, metric by metric: there may be a million of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import pos
from typing import Final

from duty.readings import Reading, by_column
from exporters.metric_names import METRICS, Metric, label

LARGEST: Final = 1e300
"""Readings beyond this are no measurements; the bound also keeps out NaN and the infinities."""

TOGETHER: Final = 50
"""Targets whose lines are one piece of the text: as much as a processor's cache holds."""

_HEAD: Final = "\0"
"""Stands in a stencil for the metric and the target's labels; no label holds it."""

Parts = tuple[str, ...]
"""Instances, in the order of their readings."""

Values = tuple[int | float, ...]


class Rows:
    """A column for each metric and target: what can be shown, and in ``left_out`` how many cannot, by reason.

    A column is its numbers and a stencil that has the text between them. The ports of a switch are the same in each of
    its metrics, and those of its neighbour often too, so there are few stencils.
    """

    def __init__(self) -> None:
        self.left_out = {"unknown_parameter": 0, "not_a_number": 0, "twice": 0}
        self._columns: dict[str, list[tuple[str, str, Values]]] = {name: [] for name in METRICS}
        self._stencils = _Stencils()

    def add(self, target: str, site: str, readings: Iterable[Reading]) -> None:
        """Take what one look has read."""
        head = f'{{target="{label(target)}",site="{label(site)}"'
        found: dict[str, tuple[Parts, Values]] = {}
        for column in by_column(readings):
            # Two columns of one parameter, as of two widths, are one here.
            parts, values = found.get(column.parameter, ((), ()))
            found[column.parameter] = (parts + column.instances, values + column.values)
        for parameter, (parts, values) in found.items():
            if parameter not in METRICS:
                self.left_out["unknown_parameter"] += len(values)
                continue
            values = tuple(map(pos, values))  # turns True into 1
            if not self._stencils[parts] or not _measured(values):
                parts, values = self._sift(parts, values)
            if values:
                self._columns[parameter].append((head, self._stencils[parts], values))

    def _sift(self, parts: Parts, values: Values) -> tuple[Parts, Values]:
        shown: dict[str, tuple[str, int | float]] = {}
        for part, value in zip(parts, values, strict=True):
            if not -LARGEST < value < LARGEST:
                self.left_out["not_a_number"] += 1
            elif label(part) in shown:
                self.left_out["twice"] += 1
            else:
                shown[label(part)] = (part, value)
        return tuple(part for part, _ in shown.values()), tuple(value for _, value in shown.values())

    def text(self) -> Iterator[str]:
        """Yield the lines of one metric after the other, those of ``TOGETHER`` targets at a time."""
        for parameter, columns in self._columns.items():
            if columns:
                metric = METRICS[parameter]
                yield f"# HELP {metric.name} {metric.help}\n# TYPE {metric.name} {metric.kind}\n"
                for first in range(0, len(columns), TOGETHER):
                    yield "".join([_lines(metric, *column) for column in columns[first : first + TOGETHER]])


class _Stencils(dict[Parts, str]):
    """The lines of some parts, ``%r`` for each value; empty where two parts have one name when cleaned."""

    def __missing__(self, parts: Parts) -> str:
        names = [label(part) for part in parts]
        lines = [_line(name) for name in names] if len(set(names)) == len(names) else []
        self[parts] = stencil = "".join(lines)
        return stencil


def _measured(values: Values) -> bool:
    """Say whether all are measurements, by one sum: what is no number, or beyond all bounds, makes the sum so too."""
    try:
        return sum(map(abs, values)) < LARGEST
    except OverflowError:  # an integer beyond every float
        return False


def _lines(metric: Metric, head: str, stencil: str, values: Values) -> str:
    # Division makes a float; undivided, a counter stays exact up to 2^64.
    if metric.divisor != 1:
        values = tuple([value / metric.divisor for value in values])
    return (stencil % values).replace(_HEAD, metric.name + head)


def _line(name: str) -> str:
    rest = f',part="{name}"}} ' if name else "} "
    return _HEAD + rest.replace("%", "%%") + "%r\n"
