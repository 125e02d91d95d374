"""When alerts are an incident, and how grave: rules that can be read (policy 4.4a, 4.4b)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from duty.alerts import Alert
from duty.findings import Severity
from duty.fold import REACH
from duty.incidents import Grade, IncidentClass
from duty.own_alerts import CUT_OFF
from duty.targets import Target, all_behind

LEAST_SILENT: Final = 3
"""A share of a site counts from so many targets on: one of two that does not answer is no half of a data centre."""


@dataclass(frozen=True, slots=True)
class IncidentRule:
    """Which alerts are an incident. All that is said must hold; patterns are shell patterns.

    ``lasting``: so long since the alert opened. ``also``: other checks with an open alert at the same target.
    ``below``: the value was this or less when the alert became as bad as it is. ``uplink``: the alert is of an uplink,
    a circuit or a key port. ``share``: so many per cent of the site's targets do not answer. ``pair``: both targets of
    a redundant pair are concerned.
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
            and any(_any(text.lower(), self.instances) for text in (instance, alert.said))
            and (not self.key or alert.key_equipment)
            and (not self.uplink or (port is not None and port.matters))
            and (self.below is None or (finding.value is not None and finding.value <= self.below))
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
    silent: int
    of: int

    def loses(self, share: float) -> bool:
        """Say whether so many per cent of its targets do not answer."""
        return self.silent >= LEAST_SILENT and 100 * self.silent >= share * self.of


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
    here.sort(key=_age)
    order = sorted(rules, key=lambda rule: rule.grade is not Grade.MAJOR)
    down = _down(here, targets)
    silent = down | all_behind(down, targets)
    sites = [_site(name, here, silent, targets) for name in sorted({alert.site for alert in here})]
    return [case for rule in order for site in sites for case in _cases(rule, site, down, targets, now)]


def _down(alerts: Sequence[Alert], targets: Mapping[str, Target]) -> frozenset[str]:
    """Return the targets that do not answer of their own accord, or with all of their site."""
    cut_off = {alert.site for alert in alerts if alert.key[1] == CUT_OFF}
    silent = {alert.key[0] for alert in alerts if alert.key[1] == REACH}
    return frozenset(target.name for target in targets.values() if target.name in silent or target.site in cut_off)


def _site(name: str, alerts: Sequence[Alert], silent: Set[str], targets: Mapping[str, Target]) -> _Site:
    of_site = [alert for alert in alerts if alert.site == name]
    own = {target.name for target in targets.values() if target.site == name}
    checks: dict[str, set[str]] = {}
    for alert in of_site:
        checks.setdefault(alert.key[0], set()).add(alert.key[1])
    return _Site(name, of_site, checks, len(silent & own), len(own))


def _cases(
    rule: IncidentRule, site: _Site, down: Set[str], targets: Mapping[str, Target], now: datetime
) -> Iterator[Case]:
    if rule.share is not None and not site.loses(rule.share):
        return
    fitting = [
        alert
        for alert in site.alerts
        if rule.fits(alert, targets.get(alert.key[0]))
        and now - alert.opened >= rule.lasting
        and set(rule.also) <= site.open_checks[alert.key[0]]
    ]
    for group in _groups(rule, fitting, down, targets):
        yield Case(rule, site.name, group[0].key[0], tuple(alert.number for alert in group), group[0].opened)


def _groups(
    rule: IncidentRule, fitting: Sequence[Alert], down: Set[str], targets: Mapping[str, Target]
) -> Iterator[Sequence[Alert]]:
    """Yield the alerts that are one case, oldest first: those of the site, of a pair, or of one target."""
    by_target: dict[str, list[Alert]] = {}
    for alert in fitting:
        by_target.setdefault(alert.key[0], []).append(alert)
    if rule.share is not None:
        yield from [fitting] if fitting else []
    elif not rule.pair:
        yield from by_target.values()
    else:
        # That one of the two says so is enough, and the other may stand at another site.
        for pair in sorted({tuple(sorted((t.name, t.redundant_with))) for t in targets.values() if t.redundant_with}):
            there = [name for name in pair if name in by_target]
            if there and all(name in by_target or name in down for name in pair):
                yield sorted((alert for name in there for alert in by_target[name]), key=_age)


def _age(alert: Alert) -> tuple[datetime, int]:
    return alert.opened, alert.number


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
            *("*smoke*", "fire", "fire[!a-z]*", "*[!a-z]fire", "*[!a-z]fire[!a-z]*", "*leak*", "*flood*"),
            *("water", "water [0-9]*", "*water detect*", "*water sensor*", "*water alarm*", "*intrusion*"),
            # Not every word with 火, 烟 or 入侵: 防火墙 is a firewall, 烟台 a city, 入侵检测 looks at packets.
            *("*烟感*", "*感烟*", "*烟雾*", "*火警*", "*火灾*", "*火情*", "*着火*", "*明火*", "*火焰*"),
            *("*水浸*", "*漏水*", "*漏液*", "*入侵", "*入侵报警*", "*入侵告警*", "*非法闯入*"),
        ),
        severity=Severity.WARNING,
    ),
    IncidentRule("key_failing", IncidentClass.NETWORK, Grade.GENERAL, key=True, lasting=timedelta(minutes=30)),
)
"""What is in force where the settings say nothing: the policy names no rule, so these are ours to be overruled."""
