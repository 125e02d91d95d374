"""What a plot shows, in words, for who does not see it; and what of a series and of limits can be shown at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from duty.findings import Limits
from duty.series import Sample, Series, number
from exporters.words import Say, format_time, format_value


def describe(
    series: Series, since: datetime, until: datetime, *, say: Say, zone: ZoneInfo, limits: Limits | None = None
) -> str:
    """Say what a plot shows: the last value, the lowest, the highest, from when on, how often it was not seen."""
    samples = [sample for run in within(series, since, until) for sample in run]

    def said(value: float) -> str:
        return format_value(value, series.unit, say, series.parameter)

    words = [say("plot.nothing")]
    if samples:
        (at, last), values = samples[-1], [value for _, value in samples]
        words = [
            say("plot.last", value=said(last), clock=format_time(at, until, zone, say)),
            say("plot.range", lowest=said(min(values)), highest=said(max(values))),
            say("plot.since", clock=format_time(samples[0][0], until, zone, say)),
        ]
        if gaps := len(within(series, since, until)) - 1:
            words.append(say("plot.gaps", n=gaps))
    limits = drawable(limits)
    for grade, limit in (("warning", limits.warning), ("critical", limits.critical)) if limits else ():
        if limit is not None:
            value = format_value(limit, series.unit, say, series.parameter, limit=True)
            words.append(say(f"plot.{grade}", limit=value))
    return say("plot.stop").join(words)


def drawable(limits: Limits | None) -> Limits | None:
    """Leave out a limit that is no number, as a device may state one."""
    if limits is None:
        return None
    warning, critical = (None if limit is None else number(limit) for limit in (limits.warning, limits.critical))
    return replace(limits, warning=warning, critical=critical)


def within(series: Series, since: datetime, until: datetime) -> list[list[Sample]]:
    """Return the runs of a series as far as they lie between two moments."""
    kept = ([sample for sample in run if since <= sample[0] <= until] for run in series.runs)
    return [run for run in kept if run]
