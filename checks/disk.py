"""How full a disk is; a very large one also by what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks import levels
from checks.seen import Seen
from duty.findings import Finding, Limits, Rule, Severity

LARGE = 2e12
"""Bytes above which per cent alone says too little: 5 % of 20 TB is no fault."""

LEFT_ON_LARGE = Limits(warning=100e9, critical=20e9, gap=5e9, below=True)
"""Bytes left on a very large disk."""


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge each disk by per cent; a very large one is only as bad as its free bytes say too."""
    for finding in levels.judge(rule, seen):
        size = seen.number("disk_size", finding.instance)
        free = seen.number("disk_free", finding.instance)
        if finding.severity >= Severity.WARNING and size is not None and free is not None and size > LARGE:
            left, _ = levels.level(free, LEFT_ON_LARGE, seen.severity(rule, finding.instance))
            severity = min(finding.severity, left)
            yield replace(finding, severity=severity, reason="disk.full" if severity >= Severity.WARNING else "")
        else:
            yield finding if finding.severity is Severity.OK else replace(finding, reason="disk.full")
