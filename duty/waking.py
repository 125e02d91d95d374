"""What may ring somebody between 22:00 and 07:00; all else waits in the list and for the morning (FORMS part B)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from duty.findings import Finding, Rule, Severity
from duty.targets import Target

MORNING = time(9, 0)
"""When those come who can make room; what will be full before that cannot wait for them."""


def may_wake(finding: Finding, rule: Rule, target: Target, at: datetime, zone: str) -> bool:
    """Say whether a failure may wake somebody: critical on key equipment, or something will be full before 09:00.

    The light of an access port wakes nobody.
    """
    if not rule.wakes:
        return False
    if rule.kind == "trend" and finding.value is not None:
        return at + timedelta(seconds=finding.value) < _next_morning(at, zone)
    if rule.kind == "optics" and not ((port := target.port(finding.instance)) and port.matters):
        return False
    return finding.severity is Severity.CRITICAL and target.key


def _next_morning(at: datetime, zone: str) -> datetime:
    local = at.astimezone(ZoneInfo(zone))
    morning = datetime.combine(local.date(), MORNING, ZoneInfo(zone))
    return morning if morning > local else datetime.combine(local.date() + timedelta(days=1), MORNING, ZoneInfo(zone))
