"""When alerts are an incident, and how grave: rules that can be read (policy 4.4a, 4.4b)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from duty.alerts import Alert
from duty.findings import Severity
from duty.fold import REACH
from duty.incidents import Grade, Incident, IncidentClass
from duty.own_alerts import CUT_OFF
from duty.targets import Target, behind

JOINS_WITHIN: Final = timedelta(minutes=30)
"""Failures of one site and class that begin so close together are taken for one incident."""
LEAST_SILENT: Final = 3
"""A share of a site counts from so many targets on: one of two that does not answer is no half of a data centre."""


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """Which alerts are an incident. All that is said must hold; patterns are shell patterns.

    ``lasting``: so long since the alert opened. ``also``: other checks with an open alert at the same target.
    ``below``: the value is under this. ``uplink``: the alert is of an uplink, a circuit or a key port. ``share``: so
    many per cent of the site's targets do not answer. ``pair``: both targets of a redundant pair are concerned.
    """

    name: str
    kind: IncidentClass
    grade: Grade
    checks: tuple[str, ...] = ("*",)
    instances: tuple[str, ...] = ("*",)
    targets: tuple[str, ...] = ("*",)
    sites: tuple[str, ...] = ("*",)
    severity: Severity = Severity.CRITICAL
    key: bool = False
    uplink: bool = False
    pair: bool = False
    lasting: timedelta = timedelta(0)
    also: tuple[str, ...] = ()
    below: float | None = None
    share: float | None = None

    def fits(self, alert: Alert, target: Target | None) -> bool:
        """Say whether an alert is of those that the rule is about, whatever else must hold."""
        name, check, instance = alert.key
        finding = alert.finding
        port = target.port(instance) if target is not None else None
        return (
            alert.severity >= self.severity
            and _any(check, self.checks)
            and _any(name, self.targets)
            and _any(alert.site, self.sites)
            # What a sensor is called differs by who named it.
            and _any(f"{instance} {alert.said}".strip().lower(), self.instances)
            and (not self.key or alert.key_equipment)
            and (not self.uplink or (port is not None and port.matters))
            and (self.below is None or (finding.value is not None and finding.value < self.below))
        )


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule found: the alerts that make it true, the first target among them, and since when."""

    rule: IncidentRule
    site: str
    target: str
    alerts: tuple[int, ...]
    began: datetime


@dataclass(frozen=True, slots=True)
class _Site:
    """What is wrong at one site, by target and check."""

    name: str
    alerts: Sequence[Alert]
    open_checks: Mapping[str, set[str]]
    silent: frozenset[str] = field(default_factory=frozenset)
    of: int = 0

    @property
    def share(self) -> float:
        """How many per cent of its targets do not answer."""
        return 100 * len(self.silent) / self.of if self.of else 0.0


def cases(
    alerts: Iterable[Alert], rules: Sequence[IncidentRule], targets: Mapping[str, Target], now: datetime
) -> list[Case]:
    """Return what the rules make of the open alerts, the gravest and first written first.

    The caller leaves out what is silenced: somebody has said that it is no incident. What is well for the moment does
    not count, for it may be over.
    """
    here = [alert for alert in alerts if alert.open and alert.calm_since is None]
    if not here:
        return []
    order = sorted(rules, key=lambda rule: rule.grade is not Grade.MAJOR)
    sites = [_site(name, here, targets) for name in sorted({alert.site for alert in here})]
    return [case for rule in order for site in sites for case in _cases(rule, site, targets, now)]


def _site(name: str, alerts: Sequence[Alert], targets: Mapping[str, Target]) -> _Site:
    of_site = [alert for alert in alerts if alert.site == name]
    own = {target.name for target in targets.values() if target.site == name}
    checks: dict[str, set[str]] = {}
    silent: set[str] = set()
    for alert in of_site:
        checks.setdefault(alert.key[0], set()).add(alert.key[1])
        if alert.key[1] == REACH and alert.key[0] in own:
            # What stands behind it raises no alert and cannot be reached either.
            silent |= {alert.key[0], *behind(alert.key[0], targets)}
        elif alert.key[1] == CUT_OFF:
            silent |= own
    return _Site(name, of_site, checks, frozenset(silent & own), len(own))


def _cases(rule: IncidentRule, site: _Site, targets: Mapping[str, Target], now: datetime) -> Iterator[Case]:
    if rule.share is not None and (site.share < rule.share or len(site.silent) < LEAST_SILENT):
        return
    fitting = [
        alert
        for alert in site.alerts
        if rule.fits(alert, targets.get(alert.key[0]))
        and now - alert.opened >= rule.lasting
        and set(rule.also) <= site.open_checks[alert.key[0]]
    ]
    groups: dict[str, list[Alert]] = {}
    for alert in fitting:
        if rule.share is not None:
            groups.setdefault("", []).append(alert)
        elif not rule.pair:
            groups.setdefault(alert.key[0], []).append(alert)
    if rule.pair:
        groups = _pairs(fitting, targets)
    for group in groups.values():
        first = min(group, key=lambda alert: (alert.opened, alert.number))
        yield Case(rule, site.name, first.key[0], tuple(a.number for a in group), first.opened)


def _pairs(alerts: Sequence[Alert], targets: Mapping[str, Target]) -> dict[str, list[Alert]]:
    """Return the alerts of pairs of which both are concerned, by the two names."""
    by_target: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_target.setdefault(alert.key[0], []).append(alert)
    pairs: dict[str, list[Alert]] = {}
    for name in by_target:
        target = targets.get(name)
        other = target.redundant_with if target is not None else ""
        if other in by_target:
            one, two = sorted((name, other))
            pairs[f"{one}\0{two}"] = [*by_target[one], *by_target[two]]
    return pairs


@dataclass(frozen=True, slots=True)
class Sorted:
    """Where a case belongs: to an incident that is open (``incident``), or to a new one (None).

    ``joins`` are its alerts that belong to none yet, ``raises`` tells that the incident becomes major by it.
    """

    case: Case
    incident: int | None
    joins: tuple[int, ...]
    raises: bool = False


def sort_in(
    found: Iterable[Case],
    opened: Sequence[Incident],
    joined: Mapping[int, int],
    targets: Mapping[str, Target],
) -> list[Sorted]:
    """Say for each case which incident it is of, in the order of the cases; only what changes something is returned.

    ``joined`` has the incident of each alert that belongs to one, handled or not: an alert that outlasts its incident
    opens no other. A case that belongs to one sorted in before it is left for the next time.
    """
    by_number = {incident.number: incident for incident in opened}
    changes: list[Sorted] = []
    fresh: list[Case] = []
    for case in found:
        loose = tuple(number for number in case.alerts if number not in joined)
        home = next((by_number[joined[n]] for n in case.alerts if joined.get(n) in by_number), None)
        if home is None and not loose:
            continue
        home = home or next((incident for incident in opened if _related(case, incident, targets)), None)
        if home is None:
            if not any(
                _close(case, other.site, other.rule.kind, other.target, other.began, targets) for other in fresh
            ):
                fresh.append(case)
                changes.append(Sorted(case, None, loose))
            continue
        raises = case.rule.grade is Grade.MAJOR and not home.major and not home.overruled_by
        if loose or raises:
            changes.append(Sorted(case, home.number, loose, raises))
    return changes


def _related(case: Case, incident: Incident, targets: Mapping[str, Target]) -> bool:
    return not incident.rehearsal and _close(
        case, incident.site, incident.kind, incident.target, incident.began, targets
    )


def _close(
    case: Case, site: str, kind: IncidentClass, target: str, began: datetime, targets: Mapping[str, Target]
) -> bool:
    """Say whether a case is of the same cause as far as can be seen: the same site and class, and near or close."""
    if (case.site, case.rule.kind) != (site, kind):
        return False
    if abs(case.began - began) <= JOINS_WITHIN or case.target == target:
        return True
    one, other = targets.get(case.target), targets.get(target)
    if one is None or other is None:
        return False
    return (
        case.target in (*other.depends_on, other.redundant_with)
        or target in (*one.depends_on, one.redundant_with)
        or bool(set(one.depends_on) & set(other.depends_on))
    )


SHIPPED: Final = (
    IncidentRule(
        "core_down", IncidentClass.NETWORK, Grade.MAJOR, checks=(REACH,), key=True, lasting=timedelta(minutes=5)
    ),
    IncidentRule(
        "uplink_down", IncidentClass.NETWORK, Grade.MAJOR, checks=("port",), uplink=True, lasting=timedelta(minutes=5)
    ),
    IncidentRule("site_share", IncidentClass.NETWORK, Grade.MAJOR, checks=(REACH, CUT_OFF), share=20),
    IncidentRule("pair_down", IncidentClass.NETWORK, Grade.MAJOR, checks=(REACH,), pair=True),
    IncidentRule(
        "battery_short",
        IncidentClass.NETWORK,
        Grade.MAJOR,
        checks=("battery_left",),
        severity=Severity.WARNING,
        also=("battery",),
        below=900,
    ),
    IncidentRule(
        "fire_water_intrusion",
        IncidentClass.SECURITY,
        Grade.MAJOR,
        checks=("part",),
        instances=(
            *("*smoke*", "fire", "fire *", "* fire", "* fire *", "*leak*", "*flood*", "*intrusion*"),
            *("*烟*", "*火*", "*水浸*", "*漏水*", "*入侵*"),
        ),
        severity=Severity.WARNING,
    ),
    IncidentRule("key_failing", IncidentClass.NETWORK, Grade.GENERAL, key=True, lasting=timedelta(minutes=30)),
)
"""What is in force where the settings say nothing: the policy names no rule, so these are ours to be overruled."""
