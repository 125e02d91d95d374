"""One look against all the rules of its target."""

from __future__ import annotations

from collections.abc import Iterable

from checks import CHECKS
from checks.seen import Seen
from duty.findings import Finding, Rule


def judge(seen: Seen, rules: Iterable[Rule]) -> list[Finding]:
    """Return what every rule finds. Only readings that have limits are judged; a gap gives no finding."""
    return [finding for rule in rules for finding in CHECKS[rule.kind](rule, seen)]
