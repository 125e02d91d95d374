"""When something will be full, if it goes on as it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from checks.levels import level
from checks.seen import Samples, Seen
from duty.findings import Finding, Rule, Severity

SHORTEST = timedelta(minutes=30)
"""A trend needs a past of this length, or a single large file would be an alarm."""

FEWEST = 6
"""A trend needs this many samples."""

FULL = 100.0


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge the seconds that are left until each reading reaches 100 %; ``rule.floor`` is where it begins to count.

    Without enough of a past there is no finding: unknown is neither well nor bad.
    """
    for reading in seen.readings(rule):
        samples = seen.history.get((reading.parameter, reading.instance), ())
        if len(samples) < FEWEST or samples[-1][0] - samples[0][0] < SHORTEST:
            continue
        left = time_left(samples)
        warning_from, critical_from = rule.floor
        # Not those that the device states: they are of the reading, and these are of the time that is left.
        own = rule.raised_at(reading.instance) or rule.limits
        limits = replace(
            own,
            warning=own.warning if reading.value >= warning_from else None,
            critical=own.critical if reading.value >= critical_from else None,
        )
        severity, limit = Severity.OK, own.warning
        if left is not None:
            severity, limit = level(left, limits, seen.severity(rule, reading.instance))
        reason = "trend.full" if severity >= Severity.WARNING else ""
        yield Finding(rule.name, reading.instance, severity, reason, rule.parameter, left, "s", limit)


def time_left(samples: Samples) -> float | None:
    """Return the seconds until a line through the samples reaches 100 %, or None where it does not rise.

    The line is that of least squares, and starts at the last sample: what counts is the pace, not the past level.
    """
    start = samples[0][0]
    times = [(at - start).total_seconds() for at, _ in samples]
    values = [value for _, value in samples]
    middle_time, middle_value = sum(times) / len(times), sum(values) / len(values)
    spread = sum((t - middle_time) ** 2 for t in times)
    if not spread:
        return None
    pairs = zip(times, values, strict=True)
    pace = sum((t - middle_time) * (v - middle_value) for t, v in pairs) / spread
    return max(0.0, (FULL - values[-1]) / pace) if pace > 1e-9 else None
