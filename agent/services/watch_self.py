"""Watch the watch: what is wrong with the agent, its roster and its view becomes alerts like those of any target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.raise_alerts import raise_alerts
from agent.services.station import Station
from agent.store import alerts, channels, forms, shifts
from duty import own_alerts
from duty.cut_off import LEAST, Reach
from duty.findings import Finding, Severity
from duty.fold import Key
from duty.handover import overdue
from duty.own_alerts import Condition, gap_finding, own_changes
from duty.roster import Night, unmanned

AHEAD = timedelta(hours=24)
"""So long before nobody is on duty it is told, for somebody must still be found."""
EVERY_SITE = "*"
"""The instance of the alert that the monitor itself is cut off, for an agent may be called as its site is."""
LASTING = timedelta(minutes=2)
"""A channel that fails for a moment is tried again; from then on it concerns somebody."""
BACK = timedelta(days=7)
"""How far back the roster tells which hours of a post are held at all."""


def watch_self(conn: Connection, agent: str, orders: Orders, seen: Condition, now: datetime) -> None:
    """Raise and end the alerts about the watch itself. ``seen`` is what the running agent knows (``look_at_self``)."""
    wrong = {
        **seen.wrong,
        **dict(_channels(conn, agent, now)),
        **dict(_roster(conn, agent, orders, now)),
        **dict(_forms(conn, agent, orders, now)),
    }
    whole = Condition(wrong, seen.unknown, seen.unknown_checks)
    # Of 1,000 that are open a few at most are its own.
    opened = alerts.open_alerts(conn, agent, own_alerts.CHECKS)
    raise_alerts(conn, agent, own_changes(opened, whole, now), orders)


def look_at_self(station: Station) -> Condition:
    """Say what is wrong with the running agent: what it cannot see, what it cannot serve, what it was told wrongly."""
    orders, now = station.orders, station.clock.now()
    wrong, unknown = _view(station.memory.reach, orders.agent, orders.watch_every, now)
    if not station.settings_accepted:
        finding = Finding(own_alerts.SETTINGS, "", Severity.WARNING, "settings.rejected")
        wrong[orders.agent, own_alerts.SETTINGS, ""] = finding
    for page in station.failed_pages:
        wrong[orders.agent, own_alerts.PAGES, page] = Finding(own_alerts.PAGES, page, Severity.WARNING, "pages.failed")
    for peer in station.peers.silent(now):
        finding = Finding(own_alerts.PEER, peer, Severity.CRITICAL, "peer.silent")
        wrong[orders.agent, own_alerts.PEER, peer] = finding
    return Condition(wrong, frozenset(unknown))


def _view(
    reach: Mapping[str, Reach], agent: str, every: timedelta, now: datetime
) -> tuple[dict[Key, Finding], set[Key]]:
    """Say which sites are cut off; when all of them are, it is the monitor itself that is."""
    wrong: dict[Key, Finding] = {}
    unknown: set[Key] = set()
    sites = {site: known for site, known in reach.items() if len(known.targets) >= LEAST}
    for site, known in sites.items():
        if known.cut_off and known.since is not None and now - known.since >= 2 * every:
            wrong[site, own_alerts.CUT_OFF, ""] = _cut_off("absence.cut_off", len(known.silent))
        elif known.cut_off is not False:
            unknown |= {(site, own_alerts.CUT_OFF, ""), (agent, own_alerts.CUT_OFF, EVERY_SITE)}
    if sites and len(wrong) == len(sites):
        unknown |= wrong.keys()
        silent = sum(len(known.silent) for known in sites.values())
        wrong = {(agent, own_alerts.CUT_OFF, EVERY_SITE): _cut_off("absence.monitor_cut_off", silent)}
    return wrong, unknown


def _cut_off(reason: str, silent: int) -> Finding:
    return Finding(own_alerts.CUT_OFF, "", Severity.CRITICAL, reason, "", silent)


def _channels(conn: Connection, agent: str, now: datetime) -> Iterator[tuple[Key, Finding]]:
    for name, state in channels.load_channels(conn, agent).items():
        if state.failing_since is not None and now - state.failing_since >= LASTING:
            why = f"message.result.{state.error}"
            finding = Finding(own_alerts.CHANNEL, name, Severity.WARNING, "channel.failing", why)
            yield (agent, own_alerts.CHANNEL, name), finding


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
                Finding(check, form.name, Severity.WARNING, "handover.unsigned", "", len(form.standing)),
            )
