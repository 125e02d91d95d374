"""Send briefs: what is due at set times is gathered from the record and written into the outbox, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from agent.services.draft_form import who_signs
from agent.services.equipment import last_made, rounds_of
from agent.services.night_incidents import night_incidents
from agent.services.orders import Orders
from agent.store import alerts, briefs, channels, forms, nights, outbox, people, runs, sheets, shifts, tasks
from agent.store.outbox import Outgoing
from agent.store.values import plain
from duty.alerts import worst_first
from duty.briefs import Brief, DueBrief, RoundTally, due_briefs, readers, tally, tour_of
from duty.handover import FormState, wanted
from duty.people import Post
from duty.roster import Shift, on_duty, unmanned
from duty.rounds import count
from duty.signing import majors
from duty.tours import Tour

BACK: Final = timedelta(days=8)
"""How far back the roster tells which hours of a post are held at all."""
AHEAD: Final = timedelta(days=2)
MUST_BE_HELD: Final = (Post.TECHNICIAN, Post.MANAGER)


def briefs_due(orders: Orders, now: datetime) -> list[DueBrief]:
    """Return the briefs whose time has come, sent or not; it asks nobody, for it is asked each minute."""
    return due_briefs(orders.briefs, {name: site.zone for name, site in orders.sites.items()}, now)


def send_briefs(conn: Connection, agent: str, orders: Orders, now: datetime) -> int:
    """Write the letters of the briefs that are due and not written yet, and return how many letters those were."""
    due = briefs_due(orders, now)
    # The first letter of a brief has its key: all of them are written together.
    gone = briefs.written(conn, agent, [each.key for each in due]) if due else set()
    began = runs.first_began(conn, agent)
    letters: list[Outgoing] = []
    for each in due:
        # Of what was before the agent was first on duty it knows nothing.
        if each.key not in gone and began is not None and each.at >= began:
            letters += _letters(conn, agent, orders, each, now)
    return outbox.enqueue(conn, agent, letters, now)


def _letters(conn: Connection, agent: str, orders: Orders, due: DueBrief, now: datetime) -> list[Outgoing]:
    roster = shifts.shifts_between(conn, agent, due.at - BACK, due.at + AHEAD)
    failing = [name for name, state in channels.load_channels(conn, agent).items() if state.failing_since is not None]
    there = people.load_people(conn, agent)
    to = readers(due, there, roster, orders.fallback, orders.briefs.group, failing)
    if not to:
        return []
    data = plain(_brief(conn, agent, orders, due, roster, failing, now))
    return [
        Outgoing(
            key=f"{due.key}-{place}" if place else due.key,
            event=briefs.event_of(due.kind),
            contact=reader.contact,
            person=reader.person,
            reason=reader.reason,
            data=data,
        )
        for place, reader in enumerate(to)
    ]


def _brief(
    conn: Connection,
    agent: str,
    orders: Orders,
    due: DueBrief,
    roster: Sequence[Shift],
    failing: Sequence[str],
    now: datetime,
) -> Brief:
    site, night = due.site, orders.night_of(due.site)
    tour = tour_of(due, night)
    end = min(tour.end, now)
    here = [alert for alert in alerts.open_alerts(conn, agent) if orders.site_or_first(alert.site) == site]
    major = majors(here, site, now)
    counted = briefs.count_alerts(conn, agent, tour.begin, end)
    ours = [many for name, many in counted.items() if orders.site_or_first(name) == site]
    to_do = tasks.open_tasks(conn, agent, site)
    form = forms.form_of(conn, agent, site, tour.begin)
    instant = timedelta(microseconds=1)
    return Brief(
        kind=due.kind,
        site=site,
        at=now,
        turn=tour.turn,
        begin=tour.begin,
        end=tour.end,
        rounds=_rounds(conn, agent, orders, tour, end),
        opened=sum(opened for opened, _ in ours),
        closed=sum(closed for _, closed in ours),
        open=len(here),
        major=len(major),
        worst=next(iter(worst_first(major or here)), None),
        technicians=on_duty(roster, site, Post.TECHNICIAN, now),
        unheld=tuple(post for post in MUST_BE_HELD if unmanned(roster, site, post, night, now, now + instant)),
        channels=tuple(sorted(failing)),
        tasks=len(to_do),
        overdue=sum(task.overdue(now) for task in to_do),
        form=form.name if form else tour.number if wanted(tour, roster) else "",
        signers=who_signs(conn, agent, tour).manager,
        incidents=night_incidents(conn, agent, orders, tour, now),
        is_signed=form is not None and form.state is FormState.CLOSED,
    )


def _rounds(conn: Connection, agent: str, orders: Orders, tour: Tour, end: datetime) -> RoundTally:
    made = [r for r in rounds_of(conn, agent, orders, tour) if r.slot <= end]
    here = {target.name for target in orders.targets.values() if target.site == tour.site}
    last = last_made(made)
    states = sheets.sheet_states(conn, agent, [last.number])[last.number] if last else {}
    read = nights.reads_of(conn, agent, [r.number for r in made])
    return tally(
        made,
        {number for number, by in read.items() if by},
        last.slot if last else None,
        dict(count(state for name, state in states.items() if name in here).of),
    )
