"""Read one round as it stands on paper: with who was on duty, who read it, and the alerts of the time. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from agent.services.overview import Reader, RoundView
from agent.services.read_night import MOST_MANUAL, handled
from agent.services.station import Station
from agent.store import nights, people, shifts
from duty.night_log import Handled
from duty.people import Post
from duty.roster import on_duty
from duty.round_record import RoundRecord
from duty.round_review import ManualLine, RoundRead
from duty.targets import Site

MOST_ALERTS: Final = 500
LONGEST: Final = timedelta(hours=1)
"""Alerts are told of as far as they were open from a round's slot until it ended, or until this after it."""


async def read_round(station: Station, reader: Reader, number: int) -> RoundRecord | None:
    """Return a round by its number; None where there is none."""
    view = await reader.round(number)
    if view is None:
        return None
    orders, now = station.orders, station.clock.now()
    added = await station.store.read(_added, view, orders.sites)
    technicians, reads, manual, alerts, titles = added
    return RoundRecord(
        round=view.column.round,
        counts=view.column.counts,
        zone=orders.zone,
        now=now,
        sheets=view.sheets,
        changes=view.changes,
        compared=view.before is not None,
        targets=view.targets,
        sites=orders.sites,
        technicians=technicians,
        reads=reads,
        manual=manual,
        alerts=alerts,
        titles=titles,
    )


Added = tuple[
    Mapping[str, tuple[str, ...]],
    tuple[RoundRead, ...],
    tuple[ManualLine, ...],
    Mapping[str, tuple[Handled, ...]],
    Mapping[str, str],
]


def _added(conn: Connection, agent: str, view: RoundView, sites: Mapping[str, Site]) -> Added:
    """Return what people add to a round, in one moment of the record."""
    round_ = view.column.round
    begin, end = round_.slot, _end(round_.slot, round_.ended)
    crew = shifts.shifts_between(conn, agent, begin, end)
    alerts: dict[str, tuple[Handled, ...]] = {}
    manual: list[ManualLine] = []
    for site in sites:
        found, _ = nights.alerts_of(conn, agent, site, begin, end, MOST_ALERTS)
        for one in handled(conn, agent, found, min((alert.opened for alert in found), default=begin), end):
            alerts[one.alert.key[0]] = (*alerts.get(one.alert.key[0], ()), one)
        manual += nights.manual_of(conn, agent, site, [round_.number], MOST_MANUAL)
    return (
        {site: on_duty(crew, site, Post.TECHNICIAN, begin) for site in sites},
        nights.reads_of(conn, agent, [round_.number]).get(round_.number, ()),
        tuple(manual),
        alerts,
        people.titles(conn, agent),
    )


def _end(slot: datetime, ended: datetime | None) -> datetime:
    latest = slot + LONGEST
    return latest if ended is None else min(max(ended, slot + timedelta(minutes=1)), latest)
