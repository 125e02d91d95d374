"""One parameter over time as it was seen: runs of values, and between them what was not seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

Sample = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one reading, oldest first; between two ``runs`` it was not seen, so no line joins them."""

    parameter: str
    instance: str
    unit: str
    runs: tuple[tuple[Sample, ...], ...] = ()

    @property
    def samples(self) -> list[Sample]:
        return [sample for run in self.runs for sample in run]


def series(
    parameter: str,
    instance: str,
    unit: str,
    seen: Iterable[tuple[datetime, float | None]],
    longest: timedelta,
) -> Series:
    """Gather what was ``seen`` at each moment, oldest first, into runs.

    None is a look that did not show it, and a time without any look that is longer than ``longest`` is a gap as well.
    What is no number is not seen.
    """
    runs: list[list[Sample]] = []
    last: datetime | None = None
    for at, value in seen:
        shown = number(value)
        if shown is None:
            last = None
            continue
        if last is None or at - last > longest:
            runs.append([])
        runs[-1].append((at, shown))
        last = at
    return Series(parameter, instance, unit, tuple(tuple(run) for run in runs))


def number(value: float | None) -> float | None:
    """Return a finite number; a counter beyond what a float holds is as good as none for a plot."""
    try:
        return float(value) if value is not None and math.isfinite(value) else None
    except OverflowError:
        return None
