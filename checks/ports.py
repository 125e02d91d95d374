"""A port that was up and is down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checks.seen import Seen
from duty.findings import Alike, Finding, Rule, Severity


def all_well(rule: Rule, seen: Seen) -> Sequence[Alike] | None:
    """Return the findings where every port is up."""
    columns = seen.columns(rule)
    if rule.match != "*" or not all(all(column.values) for column in columns):
        return None
    return [Alike(rule.name, Severity.OK, "", c.parameter, c.unit, None, c.instances, c.values) for c in columns]


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge ports that ought to be up: those that were up before and that nobody switched off.

    An uplink, a circuit or a key port that went down is a fault until it is up or switched off. An access port that
    went down is recorded once: 48-port access switches would ring all night otherwise.
    """
    for reading in seen.readings(rule):
        before = seen.before(rule, reading.instance)
        port = seen.target.port(reading.instance)
        severity, reason = Severity.OK, ""
        if not reading.value and before is not None and seen.number("port_enabled", reading.instance) != 0:
            if port is not None and port.matters:
                # Looks that are not confirmed yet keep counting, so "was up" outlives the first look that saw it down.
                if before.value or before.severity >= Severity.WARNING or before.criticals:
                    severity, reason = Severity.CRITICAL, "ports.down"
            elif before.value:
                severity, reason = Severity.NOTE, "ports.went_down"
        yield Finding(
            rule.name, reading.instance, severity, reason, reading.parameter, reading.value, reading.unit, None
        )
