"""How long a certificate still lasts, measured by its own life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks.levels import level
from checks.seen import Seen
from duty.findings import Finding, Limits, Rule, Severity

WARNED_AT = 1 / 3
CRITICAL_AT = 1 / 6
"""The part of its life that is left. One for 47 days is renewed each month: 30 days would be a warning for good, and
7 days a failure for good where it lives for 6."""


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge what is left of each certificate: by the limits, or by its life where that is shorter.

    Limits that a person set for a while stand as they are. One that has expired gives no finding here: that is a check
    of its own (``certificate_expired``), and what was found before stays until a new certificate is seen.
    """
    for reading in seen.readings(rule):
        if reading.value <= 0:
            continue
        limits = rule.raised_at(reading.instance) or _of_its_life(
            rule.limits, seen.number("certificate_life", reading.instance)
        )
        severity, limit = level(reading.value, limits, seen.severity(rule, reading.instance))
        reason = "certificate.ends" if severity >= Severity.WARNING else ""
        yield Finding(
            rule.name, reading.instance, severity, reason, reading.parameter, reading.value, reading.unit, limit
        )


def _of_its_life(limits: Limits, life: float | None) -> Limits:
    if life is None or life <= 0:
        return limits
    return replace(
        limits,
        warning=None if limits.warning is None else min(limits.warning, WARNED_AT * life),
        critical=None if limits.critical is None else min(limits.critical, CRITICAL_AT * life),
    )
