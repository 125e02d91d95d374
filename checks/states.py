"""A state that the device names: a fan that failed, a service that does not run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks import levels
from checks.seen import Seen
from duty.findings import Finding, Rule, Severity


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge states by their number: ``bool`` is bad at 0, ``health`` at 1 (warning) and 2 (critical).

    The limits say which number is how bad; only the words differ from a value that is too high.
    """
    for finding in levels.judge(rule, seen):
        yield finding if finding.severity is Severity.OK else replace(finding, reason="states.bad", limit=None)
