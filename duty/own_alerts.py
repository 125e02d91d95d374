"""What is wrong with the watch itself (a channel, the roster, a site out of reach), as changes like any other's.

There are no looks here: something is wrong, well, or not known at the moment. What is not known changes nothing. How
bad each trouble is, whether it may wake somebody and when it is told stands in one table, ``TERMS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert
from duty.findings import Finding, Severity
from duty.fold import Key, Transition
from duty.people import ROSTERED, Post
from duty.roster import RosterGap

CUT_OFF: Final = "cut_off"
CHANNEL: Final = "channel"
PEER: Final = "other_agent"
"""Not "peer", which is a neighbour of a routing protocol."""
RECORD: Final = "record"
SPACE: Final = "space"
OUTBOX: Final = "outbox"
WATCH: Final = "watch"
ROUND: Final = "round"
CLOCK_STEP: Final = "clock_step"
TRAPS: Final = "traps"
PAGES: Final = "pages"
SETTINGS: Final = "settings"
HANDOVER: Final = "handover"
ROSTER: Final[Mapping[Post, str]] = {post: f"roster_{post.value}" for post in ROSTERED}


@dataclass(frozen=True, slots=True)
class Terms:
    """How bad a trouble of the watch is, whether it may wake somebody, and how long it must have lasted to be told.

    That is ``after``, and so many intervals of the watch (``watches``) where these are longer.
    """

    check: str
    severity: Severity
    wakes: bool
    after: timedelta = timedelta(0)
    watches: int = 0

    def lasting(self, every: timedelta = timedelta(0)) -> timedelta:
        """Return how long it must have lasted, where the watch looks ``every`` so long."""
        return max(self.after, self.watches * every)


_S, _MIN = timedelta(seconds=1), timedelta(minutes=1)
TERMS: Final = (
    Terms(CUT_OFF, Severity.CRITICAL, wakes=True, watches=2),
    Terms(PEER, Severity.CRITICAL, wakes=True),  # after its own ``within`` of the settings
    Terms(RECORD, Severity.CRITICAL, wakes=True, after=2 * _MIN),
    Terms(SPACE, Severity.CRITICAL, wakes=True),
    Terms(SPACE, Severity.WARNING, wakes=False),
    Terms(OUTBOX, Severity.CRITICAL, wakes=True, after=10 * _MIN),
    Terms(WATCH, Severity.CRITICAL, wakes=True, after=90 * _S, watches=3),
    Terms(ROUND, Severity.CRITICAL, wakes=True, after=5 * _MIN),  # neither begun nor written down as missed
    Terms(ROUND, Severity.WARNING, wakes=False),  # written down as missed
    Terms(CLOCK_STEP, Severity.CRITICAL, wakes=True),
    Terms(CHANNEL, Severity.WARNING, wakes=False, after=2 * _MIN),
    Terms(TRAPS, Severity.WARNING, wakes=False, after=1 * _MIN),
    Terms(PAGES, Severity.WARNING, wakes=False),
    Terms(SETTINGS, Severity.WARNING, wakes=False),
    Terms(HANDOVER, Severity.WARNING, wakes=False),  # after what the settings allow for signing
    *(Terms(check, Severity.WARNING, wakes=False) for check in ROSTER.values()),
)
"""Worst first: the terms of a check are the first of its lines, unless a severity is named."""

CHECKS: Final = tuple(dict.fromkeys(terms.check for terms in TERMS))
"""The checks of the watch itself; the first part of their key is a site or the agent, not a target."""

STEP: Final = timedelta(seconds=60)
"""A clock that was set by more makes the times of the record doubtful."""
STEP_LASTS: Final = timedelta(hours=1)
"""So long after the last step the clock counts as steady again."""
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


def terms(check: str, severity: Severity | None = None) -> Terms:
    """Return the terms of a check, at a severity where it has several."""
    return next(each for each in TERMS if each.check == check and severity in (None, each.severity))


def may_wake(check: str, severity: Severity) -> bool:
    """Say whether a trouble of the watch may wake somebody."""
    return any(each.wakes for each in TERMS if (each.check, each.severity) == (check, severity))


def trouble(check: str, reason: str, instance: str = "", severity: Severity | None = None, **measured: Any) -> Finding:
    """Return a trouble of the watch as what is wrong, as bad as the table says."""
    return Finding(check, instance, terms(check, severity).severity, reason, **measured)


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
    return (gap.site, check, begin), trouble(check, "roster.gap", begin, value=length, unit="s")


def gap_of(alert: Alert, zone: ZoneInfo) -> RosterGap | None:
    """Return the time that an alert about the roster is about; None where it is about something else."""
    post = next((post for post, check in ROSTER.items() if check == alert.key[1]), None)
    if post is None or alert.finding.value is None:
        return None
    begin = datetime.strptime(alert.key[2], GAP_MOMENT).replace(tzinfo=zone)
    return RosterGap(alert.key[0], post, begin, begin + timedelta(seconds=alert.finding.value))
