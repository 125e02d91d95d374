"""Take in alerts that others found: they go through our roster and our outbox like any of ours."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from agent.services.freeze import Freezer
from agent.services.orders import Orders
from agent.services.raise_alerts import Carried, carry
from agent.services.station import Station
from agent.store import alerts, journal, timeline
from agent.store import handed as handed_to_us
from agent.store.journal import AGENT
from agent.store.timeline import EventKind
from duty.alerts import Alert, begun, moved
from duty.findings import Severity
from duty.fold import Key, Transition
from duty.handed import Directory, Handed, moves, read
from exporters.words import shown

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 500
"""Alerts of one request that are taken in, those that fire worst before the rest."""

MOST_OPEN: Final = 5_000
"""Alerts of others that may be open; past that somebody's rules are broken, and ours must go on."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a request: how many alerts it opened, changed and ended, and how many found no room."""

    opened: int = 0
    changed: int = 0
    ended: int = 0
    ignored: int = 0
    cut: int = 0
    """What was more than one request may bring."""
    no_room: int = 0
    """What was more than may be open."""


async def take_in(station: Station, sent: Sequence[Any], most_open: int = MOST_OPEN) -> TakenIn:
    """Take in the alerts of one request, in one transaction; new ones as long as fewer than ``most_open`` are open."""
    orders = station.orders
    directory = Directory(orders.targets, orders.sites)
    handed = [found for each in sent if (found := read(each, directory, _clean)) is not None]
    # What has ended makes room; of what fires, the worst comes first.
    ordered = sorted(handed, key=lambda each: (each.firing, -each.severity))
    kept, cut = ordered[:MOST_AT_ONCE], len(ordered) - MOST_AT_ONCE
    now = station.clock.now()
    done = await station.store.write(_take_in, orders, _by_key(kept), most_open, now)
    done = replace(done, ignored=len(sent) - len(handed), cut=max(0, cut))
    if done.cut:
        log.error("a request brought %d alerts more than the %d that are taken at once", done.cut, MOST_AT_ONCE)
    return done


def _clean(text: str, longest: int) -> str:
    return shown(text, longest).strip()


def _by_key(handed: Iterable[Handed]) -> dict[Key, list[Handed]]:
    together: dict[Key, list[Handed]] = {}
    for each in handed:
        together.setdefault(each.key, []).append(each)
    return together


def _take_in(
    conn: Connection,
    agent: str,
    orders: Orders,
    handed: Mapping[Key, Sequence[Handed]],
    most_open: int,
    now: datetime,
) -> TakenIn:
    there = alerts.open_by_key(conn, agent, handed.keys())
    done, room = TakenIn(), most_open - handed_to_us.count_open(conn, agent)
    freezer, opened = Freezer(conn, agent, orders), list[int]()
    carried: list[Carried] = []
    for key, reports in handed.items():
        before = there.get(key)
        transition = moves(before, reports, now)
        if transition is None:
            continue
        if before is not None:
            after = _moved(before, transition, reports)
            carried.append(Carried(before, after, now))
            ended = int(not after.open)
            done = replace(done, ended=done.ended + ended, changed=done.changed + 1 - ended)
            room += ended
        elif room > 0:
            opened.append(_open(conn, agent, transition, reports, freezer).number)
            room -= 1
        else:
            done = replace(done, no_room=done.no_room + 1)
    carry(conn, agent, carried)
    done = replace(done, opened=len(opened))
    _write_down(conn, agent, done, opened, most_open, now)
    return done


def _open(conn: Connection, agent: str, transition: Transition, reports: Sequence[Handed], freezer: Freezer) -> Alert:
    worst = max((report for report in reports if report.firing), key=lambda report: report.severity)
    last = alerts.last_resolved(conn, agent, [transition.key]).get(transition.key)
    alert = begun(transition, 0, worst.site, key_equipment=worst.key_equipment, wakes=worst.wakes, last=last)
    alert = alerts.put_alert(conn, agent, freezer.frozen(replace(alert, source=worst.source, said=worst.said)))
    timeline.add_event(conn, agent, alert.number, transition.at, EventKind.FIRED, AGENT, data={"source": worst.source})
    return alert


def _moved(before: Alert, transition: Transition, reports: Sequence[Handed]) -> Alert:
    firing = [report for report in reports if report.firing and report.severity is transition.after]
    wakes = transition.after is Severity.CRITICAL and (before.wakes or any(report.wakes for report in firing))
    after = moved(before, transition, wakes=wakes)
    # What they say changes with the severity and not each minute: a figure in it is another one each time.
    news = firing and after.severity != before.severity
    return replace(after, said=firing[-1].said or before.said) if news else after


def _write_down(
    conn: Connection, agent: str, done: TakenIn, opened: Sequence[int], most_open: int, now: datetime
) -> None:
    """Put what a request changed into the journal; and once, that there is no room, until there is some again."""
    if done.opened or done.changed or done.ended:
        counts = {"opened": done.opened, "changed": done.changed, "ended": done.ended}
        said = counts | {"first": opened[0], "last": opened[-1]} if opened else counts
        journal.append(conn, agent, "alerts_handed_in", now, AGENT, "ok", said)
    if not done.no_room:
        return
    full = journal.newest(conn, agent, "alerts_refused")
    since = journal.newest(conn, agent, "alerts_handed_in")
    if full is None or (since is not None and since.seq > full.seq):
        said = {"open": most_open, "refused": done.no_room}
        journal.append(conn, agent, "alerts_refused", now, AGENT, "refused", said)
