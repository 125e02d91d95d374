"""Open a task, change it, close it, open it again: each with its entry in the journal."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import alerts, journal, people, tasks
from duty.errors import RecordRefused
from duty.tasks import LATEST, LONGEST_TEXT, LONGEST_TITLE, MOST_OPEN, Plan, Task


async def open_task(
    station: Station, by: str, plan: Plan, *, site: str = "", alert: int | None = None, asker: str = ""
) -> Task:
    """Write a task down: by hand for a ``site``, or from an alert, whose site is the task's.

    Raises RecordRefused, or NotFound for an alert that there is not.
    """
    now = station.clock.now()
    plan = _cut(plan)
    _check(plan, now)
    return await station.store.write(_open, station, plan, site, alert, by, asker, now)


async def change_task(
    station: Station, number: int, by: str, plan: Plan, *, seen: str | None = None, asker: str = ""
) -> Task:
    """Put another plan in the place of the one that a task has. Raises NotFound, RecordRefused.

    ``seen`` is the mark of the plan that ``by`` had before them: what somebody else wrote in the meantime is not lost.
    """
    return await station.store.write(_change, number, _cut(plan), seen, by, asker, station.clock.now())


async def close_task(station: Station, number: int, by: str, word: str, *, asker: str = "") -> Task:
    """Close a task, with a word on what came of it. Raises NotFound, RecordRefused."""
    word = word.strip()[:LONGEST_TEXT]
    if not word:
        raise refused("no_word")
    return await station.store.write(_close, number, word, by, asker, station.clock.now())


async def reopen_task(station: Station, number: int, by: str, *, asker: str = "") -> Task:
    """Open a task again that was closed too early: it is as old as it was. Raises NotFound, RecordRefused."""
    return await station.store.write(_reopen, number, by, asker, station.clock.now())


async def read_task(station: Station, number: int) -> Task:
    """Return a task. Raises NotFound."""
    return await station.store.read(tasks.get_task, number)


def refused(code: str, **fields: object) -> RecordRefused:
    """Return the refusal of what somebody wanted of a task."""
    return RecordRefused(f"tasks.refused.{code}", fields)


def _open(
    conn: Connection, agent: str, station: Station, plan: Plan, site: str, alert: int | None, by: str, asker: str,
    now: datetime,
) -> Task:  # fmt: skip
    if alert is not None:
        # An alert may be of a site that has left the settings.
        site = station.orders.site_or_first(alerts.get_alert(conn, agent, alert).site)
    if site not in station.orders.sites:
        raise refused("no_site")
    _room(conn, agent, now)
    _known(conn, agent, plan.owner)
    made = tasks.add_task(conn, agent, site, plan, by, now, alert)
    said = {"task": made.number, "site": site} | _said(plan) | ({} if alert is None else {"alert": alert})
    journal.append(conn, agent, "task_opened", now, by, "ok", said | journal.typed_by(asker))
    return made


def _change(
    conn: Connection, agent: str, number: int, plan: Plan, seen: str | None, by: str, asker: str, now: datetime
) -> Task:
    before = tasks.get_task(conn, agent, number)
    if not before.open:
        raise refused("closed")
    if seen is not None and seen != before.plan.mark:
        raise refused("changed")
    _check(plan, now, before.plan)
    if plan == before.plan:
        return before
    if plan.owner != before.owner:
        _known(conn, agent, plan.owner)
    tasks.change_task(conn, agent, number, plan)
    was = _said(before.plan)
    changed = {name: value for name, value in _said(plan).items() if value != was[name]}
    journal.append(conn, agent, "task_changed", now, by, "ok", {"task": number} | changed | journal.typed_by(asker))
    return tasks.get_task(conn, agent, number)


def _close(conn: Connection, agent: str, number: int, word: str, by: str, asker: str, now: datetime) -> Task:
    tasks.get_task(conn, agent, number)
    if not tasks.close_task(conn, agent, number, by, word, now):
        raise refused("closed")
    journal.append(conn, agent, "task_closed", now, by, "ok", {"task": number, "word": word} | journal.typed_by(asker))
    return tasks.get_task(conn, agent, number)


def _reopen(conn: Connection, agent: str, number: int, by: str, asker: str, now: datetime) -> Task:
    tasks.get_task(conn, agent, number)
    _room(conn, agent, now)
    if not tasks.reopen_task(conn, agent, number):
        raise refused("open")
    journal.append(conn, agent, "task_reopened", now, by, "ok", {"task": number} | journal.typed_by(asker))
    return tasks.get_task(conn, agent, number)


def _room(conn: Connection, agent: str, now: datetime) -> None:
    if tasks.count_open(conn, agent, now)[0] >= MOST_OPEN:
        raise refused("full", most=MOST_OPEN)


def _known(conn: Connection, agent: str, owner: str) -> None:
    if owner and owner not in people.load_people(conn, agent):
        raise refused("nobody", person=owner)


def _check(plan: Plan, now: datetime, before: Plan | None = None) -> None:
    if fault := plan.fault(now, before):
        raise refused(fault, days=LATEST.days)


def _cut(plan: Plan) -> Plan:
    texts = {name: getattr(plan, name).strip()[:LONGEST_TEXT] for name in ("done", "next", "needs")}
    return replace(plan, title=plan.title.strip()[:LONGEST_TITLE], **texts)


def _said(plan: Plan) -> dict[str, object]:
    due = None if plan.due is None else plan.due.isoformat()
    return asdict(plan) | {"priority": plan.priority.value, "due": due}
