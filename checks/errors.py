"""Errors at a port: how many a second, and what share of its packets they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks import levels
from checks.seen import Seen
from duty.findings import Alike, Finding, Rule, Severity

FEWEST = 0.1
"""Errors a second from which their share counts: on a port that is hardly used one stray error is a large share."""


def all_well(rule: Rule, seen: Seen) -> Sequence[Alike] | None:
    """Return the findings where no port has errors to speak of; see ``levels.all_well``."""
    if rule.share is not None and any(max(column.values) >= FEWEST for column in seen.columns(rule)):
        return None
    return levels.all_well(rule, seen)


def judge(rule: Rule, seen: Seen) -> Iterator[Finding]:
    """Judge each port by its errors a second; critical is the share of its packets that they are.

    What was critical stays so until the share is half of that. Limits that a person set for a while are of the rate,
    and while they hold the share does not count.
    """
    parameter = rule.parameter.removesuffix("rate") + "share"
    for finding in levels.judge(rule, seen):
        if rule.share is None or (finding.value or 0) < FEWEST or rule.raised_at(finding.instance) is not None:
            yield finding
            continue
        share = seen.number(parameter, finding.instance)
        was = seen.severity(rule, finding.instance) is Severity.CRITICAL
        if (
            finding.severity < Severity.CRITICAL
            and share is not None
            and share >= (rule.share / 2 if was else rule.share)
        ):
            finding = replace(
                finding,
                severity=Severity.CRITICAL,
                reason="errors.share",
                parameter=parameter,
                value=share,
                unit="%",
                limit=rule.share,
            )
        yield finding
