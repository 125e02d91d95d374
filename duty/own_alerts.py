"""What is wrong with the watch itself (a channel, the roster, a site out of reach), as changes like any other's.

There are no looks here: something is wrong, well, or not known at the moment. What is not known changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert
from duty.findings import Finding, Severity
from duty.fold import Key, Transition
from duty.people import ROSTERED, Post
from duty.roster import RosterGap

CUT_OFF: Final = "cut_off"
CHANNEL: Final = "channel"
PEER: Final = "peer"
PAGES: Final = "pages"
SETTINGS: Final = "settings"
HANDOVER: Final = "handover"
ROSTER: Final[Mapping[Post, str]] = {post: f"roster_{post.value}" for post in ROSTERED}

CHECKS: Final = (CUT_OFF, CHANNEL, PEER, PAGES, SETTINGS, HANDOVER, *ROSTER.values())
"""The checks of the watch itself; the first part of their key is a site or the agent, not a target."""

GAP_MOMENT: Final = "%Y-%m-%d %H:%M"
"""How a gap's begin stands in its instance: by the site's clock, and the same in every language."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong now by key, and of which keys or checks nothing can be said at the moment."""

    wrong: Mapping[Key, Finding] = field(default_factory=dict)
    unknown: Set[Key] = frozenset()
    unknown_checks: Set[str] = frozenset()

    def known(self, key: Key) -> bool:
        """Say whether it is known how this is."""
        return key not in self.unknown and key[1] not in self.unknown_checks


def own_changes(opened: Iterable[Alert], condition: Condition, now: datetime) -> list[Transition]:
    """Return what has changed since the open alerts were as they are: what is wrong and new, and what is well again."""
    there = {alert.key: alert for alert in opened if alert.key[1] in CHECKS}
    changes = [
        Transition(key, now, Severity.OK, finding.severity, finding)
        for key, finding in condition.wrong.items()
        if key not in there
    ]
    for key, alert in there.items():
        found = condition.wrong.get(key)
        if found is None and condition.known(key):
            well = replace(alert.finding, severity=Severity.OK)
            changes.append(Transition(key, now, alert.severity, Severity.OK, well))
        elif found is not None and found.severity is not alert.severity:
            changes.append(Transition(key, now, alert.severity, found.severity, found))
    return changes


def gap_finding(gap: RosterGap, zone: ZoneInfo) -> tuple[Key, Finding]:
    """Return a time in which nobody holds a post as what is wrong."""
    check, begin = ROSTER[gap.post], f"{gap.begin.astimezone(zone):{GAP_MOMENT}}"
    length = (gap.end - gap.begin).total_seconds()
    return (gap.site, check, begin), Finding(check, begin, Severity.WARNING, "roster.gap", "", length, "s")


def gap_of(alert: Alert, zone: ZoneInfo) -> RosterGap | None:
    """Return the time that an alert about the roster is about; None where it is about something else."""
    post = next((post for post, check in ROSTER.items() if check == alert.key[1]), None)
    if post is None or alert.finding.value is None:
        return None
    begin = datetime.strptime(alert.key[2], GAP_MOMENT).replace(tzinfo=zone)
    return RosterGap(alert.key[0], post, begin, begin + timedelta(seconds=alert.finding.value))
