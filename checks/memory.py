"""How much memory a server has left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks import levels
from checks.seen import Seen
from duty.findings import Finding, Rule, Severity


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge what is available (cache taken off): critical only while the machine swaps as well.

    Memory that is full and does its work is a warning; memory that is full and swaps stops the services on it. Where
    the swapping was not seen, what was critical stays so.
    """
    rates = [seen.number(f"swap_{way}_rate") for way in ("in", "out")]
    for finding in levels.judge(rule, seen):
        unseen = None in rates and seen.severity(rule, finding.instance) is Severity.CRITICAL
        swapping = unseen or any(rates)
        if finding.severity is not Severity.CRITICAL:
            yield finding if finding.severity is Severity.OK else replace(finding, reason="memory.low")
        elif swapping:
            yield replace(finding, reason="memory.swapping")
        else:
            limit = seen.limits(rule, finding.instance).warning
            yield replace(finding, severity=Severity.WARNING, reason="memory.low", limit=limit)
