"""One target as people read it: its newest look, its alerts, and what is decided about it for now. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from agent.services.alert_list import AlertEntry, standing
from agent.services.raise_limit import in_force
from agent.services.station import Station
from agent.store import alerts, silences
from agent.store import traps as trap_table
from checks.seen import Place, Seen
from duty.alerts import Alert
from duty.findings import Limits, Rule
from duty.fold import REACH
from duty.overrides import Override
from duty.readings import Look
from duty.rounds import HARMLESS_GAPS, SheetState
from duty.silences import Silence
from duty.targets import Target
from duty.traps import TrapLine

NEWEST = 60
"""Alerts of a target that its page knows of: those in the list, and the marks of its plots."""

NEWEST_TRAPS = 20
"""Lines of traps on the page of a target."""


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A target with what is known of it now. ``rules`` are those in force, raised limits included."""

    target: Target
    look: Look | None
    alerts: tuple[AlertEntry, ...]
    silences: tuple[Silence, ...]
    overrides: tuple[Override, ...]
    rules: tuple[Rule, ...]
    medians: Mapping[Place, float] = field(default_factory=dict)
    """What some of its readings usually are, which is part of their limits."""
    traps: tuple[TrapLine, ...] = ()

    def limits(self, rule: Rule, instance: str) -> Limits:
        """Return the limits in force for one instance of a check."""
        if self.look is None:
            return rule.raised_at(instance) or rule.limits
        return Seen(self.look, self.target, {}, medians=self.medians).limits(rule, instance)


async def read_target(station: Station, name: str, now: datetime) -> TargetRecord | None:
    """Return what is known of a target; None where the settings have none of this name."""
    target = station.orders.targets.get(name)
    if target is None:
        return None
    found, covering = await station.store.read(_read, target, now)
    traps = await station.store.read(trap_table.newest, name, NEWEST_TRAPS)
    zone = station.orders.sites[target.site].zone
    return TargetRecord(
        target,
        newest_look(station, name),
        tuple(AlertEntry(alert, standing(alert, now), zone) for alert in found),
        tuple(covering),
        tuple(in_force(station, name, now)),
        station.memory.rules.get(name, ()),
        station.memory.medians(name),
        tuple(traps),
    )


async def count_open(station: Station) -> Counter[str]:
    """Return how many alerts are open, by target."""
    return Counter(await station.store.read(alerts.count_open))


def newest_look(station: Station, name: str) -> Look | None:
    """Return the newest look at a target; what it is, which only a full look asks for, from the last of those."""
    look = station.memory.looked.get(name)
    if look is None or look.full:
        return look
    known = {(fact.parameter, fact.instance) for fact in look.facts}
    told = station.memory.facts.get(name, ())
    more = tuple(fact for fact in told if (fact.parameter, fact.instance) not in known)
    return replace(look, facts=(*look.facts, *more))


def state_now(look: Look | None, wrong: Iterable[tuple[str, bool]]) -> SheetState:
    """Say how a target is now: by what is confirmed to be ``wrong`` (check, and whether it is suppressed), then by
    its newest look.
    """
    confirmed = list(wrong)
    if any(suppressed for _, suppressed in confirmed):
        return SheetState.SUPPRESSED
    if confirmed:
        return SheetState.NOT_REACHED if any(check == REACH for check, _ in confirmed) else SheetState.ABNORMAL
    if look is None:
        return SheetState.PENDING
    if not look.reached:
        return SheetState.NOT_REACHED if look.silent else SheetState.NOT_INSPECTED
    return SheetState.PARTIAL if any(gap.code not in HARMLESS_GAPS for gap in look.gaps) else SheetState.OK


def _read(conn: Connection, agent: str, target: Target, now: datetime) -> tuple[list[Alert], list[Silence]]:
    found = {alert.number: alert for alert in alerts.list_alerts(conn, agent, NEWEST, target=target.name)}
    found |= {alert.number: alert for alert in alerts.open_alerts(conn, agent, target=target.name)}
    # What is open first, the worst of it on top; then what is over, the newest first.
    ordered = sorted(found.values(), key=lambda a: (not a.open, -a.severity if a.open else 0, -a.number))
    about = [s for s in silences.active_silences(conn, agent, now) if _about(s, target)]
    return ordered, about


def _about(silence: Silence, target: Target) -> bool:
    """Say whether a silence covers anything of a target, be it only one of its checks."""
    return replace(silence, check="*").covers(target.name, target.site, "")
