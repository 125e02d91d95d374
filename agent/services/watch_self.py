"""Watch the watch: what is wrong with the agent, its roster and its view becomes alerts like those of any target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from agent.services import standstill
from agent.services.orders import Orders
from agent.services.raise_alerts import raise_alerts
from agent.services.station import Station
from agent.store import alerts, channels, forms, shifts
from duty import own_alerts
from duty.cut_off import LEAST, Reach
from duty.findings import Finding, Severity
from duty.fold import Key
from duty.handover import overdue
from duty.own_alerts import Condition, gap_finding, own_changes, trouble
from duty.roster import Night, unmanned

AHEAD = timedelta(hours=24)
"""So long before nobody is on duty it is told, for somebody must still be found."""
EVERY_SITE = "*"
"""The instance of the alert that the monitor itself is cut off, for an agent may be called as its site is."""
LASTING: Final = MappingProxyType(
    {own_alerts.RECORD: "record.failing", own_alerts.WATCH: "watch.still", own_alerts.TRAPS: "traps.deaf"}
)
"""What the running agent keeps in mind since when it has been wrong (``Troubles``), and the words for it."""
BACK = timedelta(days=7)
"""How far back the roster tells which hours of a post are held at all."""


def watch_self(conn: Connection, agent: str, orders: Orders, seen: Condition, now: datetime) -> None:
    """Raise and end the alerts about the watch itself. ``seen`` is what the running agent knows (``look_at_self``)."""
    # Of 1,000 that are open a few at most are its own.
    opened = alerts.open_alerts(conn, agent, own_alerts.CHECKS)
    wrong = {
        **seen.wrong,
        **dict(_channels(conn, agent, now)),
        **dict(_roster(conn, agent, orders, now)),
        **dict(_forms(conn, agent, orders, now)),
        **dict(standstill.rounds_unmade(conn, agent, orders, now)),
        **dict(standstill.letters_stuck(conn, agent, orders, now)),
        **dict(standstill.clock_set(conn, agent, opened, now)),
    }
    whole = Condition(wrong, seen.unknown, seen.unknown_checks)
    raise_alerts(conn, agent, own_changes(opened, whole, now), orders)


def look_at_self(station: Station) -> Condition:
    """Say what is wrong with the running agent: what it cannot see, what it cannot serve, what it was told wrongly."""
    orders, now = station.orders, station.clock.now()
    mark = (station.looker, station.looker.made) if orders.targets else object()
    station.troubles.moves(own_alerts.WATCH, mark, now)
    traps = station.trap_health() if station.trap_health is not None else None
    station.troubles.note(own_alerts.TRAPS, traps.trouble if traps is not None else "", now)
    wrong, unknown = _view(station.memory.reach, orders.agent, orders.watch_every, now)
    if not station.settings_accepted:
        wrong[orders.agent, own_alerts.SETTINGS, ""] = trouble(own_alerts.SETTINGS, "settings.rejected")
    for page in station.failed_pages:
        wrong[orders.agent, own_alerts.PAGES, page] = trouble(own_alerts.PAGES, "pages.failed", page)
    for peer in station.peers.silent(now):
        wrong[orders.agent, own_alerts.PEER, peer] = trouble(own_alerts.PEER, "peer.silent", peer)
    for check, reason in LASTING.items():
        if _lasts(station, check, now):
            wrong[orders.agent, check, ""] = trouble(check, reason)
    if station.room is None:
        unknown.add((orders.agent, own_alerts.SPACE, ""))
    elif (severity := station.room.severity) > Severity.OK:
        finding = trouble(own_alerts.SPACE, "space.low", severity=severity, value=station.room.free, unit="B")
        wrong[orders.agent, own_alerts.SPACE, ""] = finding
    return Condition(wrong, frozenset(unknown))


def _lasts(station: Station, check: str, now: datetime) -> bool:
    """Say whether a trouble that the running agent knows is to be told."""
    if check == own_alerts.RECORD and not station.recorder.failing:
        # This is written just now, so what failed is over: whoever had to know was told past the record (CallOut).
        return False
    lasting = own_alerts.terms(check).lasting(station.orders.watch_every)
    return bool(station.troubles.why(check)) and station.troubles.lasts(check, now) >= lasting


def _view(
    reach: Mapping[str, Reach], agent: str, every: timedelta, now: datetime
) -> tuple[dict[Key, Finding], set[Key]]:
    """Say which sites are cut off; when all of them are, it is the monitor itself that is."""
    wrong: dict[Key, Finding] = {}
    unknown: set[Key] = set()
    lasting = own_alerts.terms(own_alerts.CUT_OFF).lasting(every)
    sites = {site: known for site, known in reach.items() if len(known.targets) >= LEAST}
    for site, known in sites.items():
        if known.cut_off and known.since is not None and now - known.since >= lasting:
            wrong[site, own_alerts.CUT_OFF, ""] = _cut_off("absence.cut_off", len(known.silent))
        elif known.cut_off is not False:
            unknown |= {(site, own_alerts.CUT_OFF, ""), (agent, own_alerts.CUT_OFF, EVERY_SITE)}
    if sites and len(wrong) == len(sites):
        unknown |= wrong.keys()
        silent = sum(len(known.silent) for known in sites.values())
        wrong = {(agent, own_alerts.CUT_OFF, EVERY_SITE): _cut_off("absence.monitor_cut_off", silent)}
    return wrong, unknown


def _cut_off(reason: str, silent: int) -> Finding:
    return trouble(own_alerts.CUT_OFF, reason, value=silent)


def _channels(conn: Connection, agent: str, now: datetime) -> Iterator[tuple[Key, Finding]]:
    lasting = own_alerts.terms(own_alerts.CHANNEL).lasting()
    for name, state in channels.load_channels(conn, agent).items():
        if state.failing_since is not None and now - state.failing_since >= lasting:
            why = f"message.result.{state.error}"
            yield (agent, own_alerts.CHANNEL, name), trouble(own_alerts.CHANNEL, "channel.failing", name, parameter=why)


def _roster(conn: Connection, agent: str, orders: Orders, now: datetime) -> Iterator[tuple[Key, Finding]]:
    roster = shifts.shifts_between(conn, agent, now - BACK, now + 2 * AHEAD)
    for name in orders.sites:
        zone, policy = orders.zone_of(name), orders.policy(name)
        night = Night(*orders.night, zone.key)
        for post in dict.fromkeys(step.post for step in policy.every_step if step.post is not None):
            # From before now, so that a gap that has begun keeps its begin, and beyond what is told, so that one which
            # is told has its whole length.
            for gap in unmanned(roster, name, post, night, now - BACK, now + 2 * AHEAD):
                if gap.end > now and gap.begin < now + AHEAD:
                    yield gap_finding(gap, zone)


def _forms(conn: Connection, agent: str, orders: Orders, now: datetime) -> Iterator[tuple[Key, Finding]]:
    for form in forms.waiting_forms(conn, agent):
        if overdue(form, orders.handover, now):
            check = own_alerts.HANDOVER
            yield (
                (form.tour.site, check, form.name),
                trouble(check, "handover.unsigned", form.name, value=len(form.standing)),
            )
