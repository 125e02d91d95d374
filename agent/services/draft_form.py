"""Draft a handover form: everything that the record knows of a tour, as one value (policy 4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from agent.services.alert_list import standing
from agent.services.equipment import circuit_lines, environment, key_lines, last_made, round_lines, rounds_of
from agent.services.night_incidents import night_incidents
from agent.services.orders import Orders
from agent.store import (
    alerts,
    channels,
    form_contents,
    incidents,
    log_lines,
    people,
    runs,
    sheets,
    shifts,
    silences,
    tasks,
)
from agent.store.operations import presences
from duty.alerts import Alert, worst_first
from duty.duty_log import LogLine
from duty.form_content import (
    AlertLine,
    ChannelLine,
    Equipment,
    FormContent,
    HandLine,
    NoteLine,
    SilenceLine,
    TaskLine,
    Who,
)
from duty.handover import INSTANT, Expected, Field, Form, expected
from duty.incidents import Incident
from duty.night_incidents import handled_majors
from duty.people import Person
from duty.rounds import count
from duty.signing import majors
from duty.silences import Silence
from duty.spans import gaps, merged
from duty.tasks import Task, carried, in_order
from duty.tours import Tour

AROUND: Final = timedelta(days=2)
MOST_LINES: Final = 200
"""Open alerts, tasks, lines of the log on one form: whoever takes over reads no more, and the pages have the rest."""
UNSEEN: Final = timedelta(minutes=1)
"""A run that was killed has its last beat some seconds before its end; a restart takes as long."""
MOST_CLOSED: Final = 5
"""Alerts that were closed in the tour and are named; the others are counted (FORMS A.1, 18)."""


def draft(conn: Connection, agent: str, orders: Orders, form: Form, now: datetime) -> FormContent:
    """Return what stands in a form that still lives."""
    tour = form.tour
    there = people.everybody(conn, agent)
    titles = {name: person.title or name for name, person in there.items()}
    site = orders.sites.get(tour.site)
    signers = who_signs(conn, agent, tour)
    came = form_contents.arrivals_for(conn, agent, tour.site, tour.end)
    due = tour.end - orders.handover.arrive_early
    left = in_order(tasks.open_tasks(conn, agent, tour.site))[:MOST_LINES]
    handed = carried(left, {tour.site: orders.night_of(tour.site)}, min(now, tour.end))
    written = log_lines.lines_between(conn, agent, tour.site, tour.begin, min(tour.end, now) + INSTANT)
    return FormContent(
        name=form.name,
        site=tour.site,
        site_title=site.title or tour.site if site else tour.site,
        zone=orders.zone_of(tour.site).key,
        turn=tour.turn,
        day=tour.day,
        begin=tour.begin,
        end=tour.end,
        outgoing=tuple(_who(name, there) for name in signers.outgoing),
        incoming=tuple(_who(name, there, due, came.get(name)) for name in signers.incoming),
        manager=tuple(_who(name, there) for name in signers.manager),
        equipment=_equipment(conn, agent, orders, tour, titles, now),
        tasks=tuple(_task(task, titles, handed[task.number]) for task in left),
        log=tuple(_note(line, titles) for line in written[-MOST_LINES:]),
        by_hand=_by_hand(conn, agent, form, titles),
        incidents=night_incidents(conn, agent, orders, tour, now, waiting=True),
    )


def handling(conn: Connection, agent: str, opened: Sequence[Alert], site: str, now: datetime) -> list[Alert | Incident]:
    """Return the major faults and the major incidents of a site that are being handled: nobody hands those over."""
    return [*majors(opened, site, now), *handled_majors(incidents.open_incidents(conn, agent, site), site)]


def who_signs(conn: Connection, agent: str, tour: Tour) -> Expected:
    """Return who must sign the form of a tour by the roster."""
    return expected(tour, shifts.shifts_between(conn, agent, tour.begin - AROUND, tour.end + AROUND))


def _who(name: str, there: Mapping[str, Person], due: datetime | None = None, arrived: datetime | None = None) -> Who:
    person = there.get(name) or Person(name, name)
    return Who(name, person.title or name, person.staff_number, person.phone, due, arrived)


def _equipment(
    conn: Connection, agent: str, orders: Orders, tour: Tour, titles: Mapping[str, str], now: datetime
) -> Equipment:
    end = min(tour.end, now)
    made = rounds_of(conn, agent, orders, tour)
    last = last_made(made)
    here = [target for target in orders.targets.values() if target.site == tour.site]
    states = sheets.sheet_states(conn, agent, [last.number])[last.number] if last else {}
    opened = [a for a in alerts.open_alerts(conn, agent) if orders.site_or_first(a.site) == tour.site]
    closed = alerts.resolved_between(conn, agent, tour.begin, end)
    closed = [a for a in closed if orders.site_or_first(a.site) == tour.site]
    return Equipment(
        conclusion="handling" if handling(conn, agent, opened, tour.site, now) else "remains" if opened else "normal",
        rounds=tuple(round_lines(conn, agent, made, here, titles)),
        rounds_due=len(slots_of(orders, tour)),
        counts=dict(count(states[t.name] for t in here if t.name in states).of),
        counted_at=last.slot if last else None,
        key=tuple(key_lines(conn, agent, last, here)),
        circuits=tuple(circuit_lines(conn, agent, made, here)),
        environment=tuple(environment(conn, agent, tour.site, made, titles)),
        open_alerts=tuple(_alert(a, titles, now) for a in worst_first(opened)[:MOST_LINES]),
        closed_count=len(closed),
        closed_alerts=tuple(_alert(a, titles, now) for a in worst_first(closed)[:MOST_CLOSED]),
        silences=tuple(_silence(s, titles) for s in silences.active_silences(conn, agent, now) if _here(s, tour.site)),
        channels=tuple(
            ChannelLine(name, c.failing_since, c.error.partition(":")[0], c.tested_at, c.test_result.partition(":")[0])
            for name, c in sorted(channels.load_channels(conn, agent).items())
        ),
        clock_steps=len(runs.list_steps(conn, agent, tour.begin, end)),
        absences=_absences(conn, agent, tour.begin, end),
    )


def _absences(conn: Connection, agent: str, begin: datetime, end: datetime) -> int:
    """Count how often the agent was not running; what lies before it was first on duty is not counted."""
    since = max(begin, runs.first_began(conn, agent) or begin)
    there = merged(presences(conn, agent, since, end, "", end))
    return sum(until - gone > UNSEEN for gone, until in gaps(there, since, end))


def slots_of(orders: Orders, tour: Tour) -> Sequence[datetime]:
    """Return the slots of a tour by the cadences in force; a round at its end belongs to the next tour."""
    cadences = orders.cadences_of(tour.site)
    return [slot for cadence in cadences for slot in cadence.slots(tour.begin - INSTANT, tour.end - INSTANT)]


def _alert(alert: Alert, titles: Mapping[str, str], now: datetime) -> AlertLine:
    return AlertLine(
        number=alert.number,
        target=alert.key[0],
        finding=alert.finding,
        severity=alert.severity,
        opened=alert.opened,
        standing=standing(alert, now),
        taken_by=titles.get(alert.taken_by, alert.taken_by),
        resolved=alert.resolved,
        word=alert.word,
        key_equipment=alert.key_equipment,
        source=alert.source,
        said=alert.said,
    )


def _task(task: Task, titles: Mapping[str, str], handed: int) -> TaskLine:
    return TaskLine(
        number=task.number,
        title=task.title,
        origin=task.origin,
        priority=task.priority,
        opened=task.opened,
        owner=titles.get(task.owner, task.owner),
        due=task.due,
        alert=task.alert,
        done=task.done,
        next=task.next,
        needs=task.needs,
        carried=handed,
    )


def _note(line: LogLine, titles: Mapping[str, str]) -> NoteLine:
    return NoteLine(line.at, titles.get(line.by, line.by), line.text, line.written, line.alert)


def _here(silence: Silence, site: str) -> bool:
    return silence.covers(silence.target, site, silence.check)


def _silence(silence: Silence, titles: Mapping[str, str]) -> SilenceLine:
    return SilenceLine(
        silence.number,
        silence.kind,
        silence.target,
        silence.site,
        silence.check,
        silence.begin,
        silence.over,
        titles.get(silence.by, silence.by),
        silence.why,
    )


def _by_hand(conn: Connection, agent: str, form: Form, titles: Mapping[str, str]) -> dict[Field, HandLine]:
    lines = form_contents.hand_lines(conn, agent, form.number)
    return {field: HandLine(line.text, titles.get(line.by, line.by), line.at) for field, line in lines.items()}
