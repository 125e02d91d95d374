"""One look against all the rules of its target."""

from __future__ import annotations

from collections.abc import Iterable

from checks import ALL_WELL, CHECKS
from checks.seen import Seen
from duty.findings import Alike, Findings, Rule, by_likeness


def judge(seen: Seen, rules: Iterable[Rule]) -> Findings:
    """Return what every rule finds. Only readings that have limits are judged; a gap gives no finding."""
    return Findings(group for rule in rules for group in _judged(rule, seen))


def _judged(rule: Rule, seen: Seen) -> Iterable[Alike]:
    well = ALL_WELL[rule.kind](rule, seen) if rule.kind in ALL_WELL else None
    return by_likeness(CHECKS[rule.kind](rule, seen)) if well is None else well
