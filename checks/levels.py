"""A value against its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.seen import Seen
from duty.findings import Alike, Finding, Limits, Rule, Severity


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge each reading by the limits in force for it."""
    for reading in seen.readings(rule):
        limits = seen.limits(rule, reading.instance)
        severity, limit = level(reading.value, limits, Severity.CRITICAL)
        if severity is not Severity.OK:
            # How bad it was before matters only where it is not well by any measure, and nearly all is.
            severity, limit = level(reading.value, limits, seen.severity(rule, reading.instance))
        reason = "" if severity is Severity.OK else "levels.low" if limits.below else "levels.high"
        yield Finding(
            rule.name, reading.instance, severity, reason, reading.parameter, reading.value, reading.unit, limit
        )


def all_well(rule: Rule, seen: Seen) -> Sequence[Alike] | None:
    """Return the findings where the worst of each column is well by any measure; None where some value is not."""
    limits, well = seen.common_limits(rule), []
    if limits is None:
        return None
    for column in seen.columns(rule):
        worst = min(column.values) if limits.below else max(column.values)
        severity, limit = level(worst, limits, Severity.CRITICAL)
        if severity is not Severity.OK:
            return None
        well.append(
            Alike(rule.name, severity, "", column.parameter, column.unit, limit, column.instances, column.values)
        )
    return well


def level(value: float, limits: Limits, before: Severity = Severity.OK) -> tuple[Severity, float | None]:
    """Say how bad a value is, knowing how bad it was ``before``, and which limit it reached.

    What has been bad must come back by ``limits.gap`` to be well again: a value that sways about its limit should not
    wake the technician every hour.
    """
    # Mirror "low is bad" onto "high is bad", so that there is one rule to get right.
    sign = -1 if limits.below else 1
    high, critical, warning = sign * value, limits.critical, limits.warning
    if critical is not None and high >= sign * critical - (limits.gap if before >= Severity.CRITICAL else 0.0):
        return Severity.CRITICAL, critical
    if warning is not None and high >= sign * warning - (limits.gap if before >= Severity.WARNING else 0.0):
        return Severity.WARNING, warning
    return Severity.OK, critical if warning is None else warning
