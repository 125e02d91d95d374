"""Alerts, at most one open for each key, and the timeline of each: what happened to it and who did it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.parts import in_parts
from agent.store.schema import OPEN, alert_events, alerts
from agent.store.timeline import EventKind
from duty.alerts import Alert, AlertState
from duty.errors import NotFound, StoreError
from duty.findings import Finding, Severity
from duty.fold import Key


def open_alerts(conn: Connection, agent: str, checks: Collection[str] = (), target: str | None = None) -> list[Alert]:
    """Return the alerts that are not resolved, of some checks or of one target, in the order in which they opened."""
    # Named one by one, for there is an index by state, and in years most alerts are resolved.
    still = alerts.c.state.in_([state.value for state in AlertState if state is not AlertState.RESOLVED])
    query = sa.select(alerts).where(alerts.c.agent == agent, still).order_by(alerts.c.number)
    if checks:
        query = query.where(alerts.c.check.in_(checks))
    if target is not None:
        query = query.where(alerts.c.target == target)
    return [_alert(row) for row in conn.execute(query)]


def count_open(conn: Connection, agent: str) -> dict[str, int]:
    """Return how many alerts are open, by target."""
    query = sa.select(alerts.c.target, sa.func.count().label("many")).where(alerts.c.agent == agent, OPEN)
    return {row.target: row.many for row in conn.execute(query.group_by(alerts.c.target))}


def count_by_state(conn: Connection, agent: str) -> dict[tuple[AlertState, Severity], int]:
    """Return how many alerts are open, by state and severity."""
    query = sa.select(alerts.c.state, alerts.c.severity, sa.func.count()).where(alerts.c.agent == agent, OPEN)
    rows = conn.execute(query.group_by(alerts.c.state, alerts.c.severity))
    return {(AlertState(state), Severity(severity)): many for state, severity, many in rows}


def open_alert(conn: Connection, agent: str, key: Key) -> Alert | None:
    """Return the open alert of a key."""
    return open_by_key(conn, agent, [key]).get(key)


def open_by_key(conn: Connection, agent: str, keys: Collection[Key]) -> dict[Key, Alert]:
    """Return the open alerts of these keys, those that there are."""
    found: dict[Key, Alert] = {}
    for some in in_parts({target for target, _, _ in keys}):
        query = sa.select(alerts).where(alerts.c.agent == agent, alerts.c.target.in_(some), OPEN)
        found |= {alert.key: alert for alert in map(_alert, conn.execute(query)) if alert.key in keys}
    return found


def last_resolved(conn: Connection, agent: str, keys: Collection[Key]) -> dict[Key, datetime]:
    """Return when the newest alert of each key was over; one that somebody closed by hand does not count."""
    of, found = alerts.c, dict[Key, datetime]()
    closed = sa.exists().where(alert_events.c.alert == of.number, alert_events.c.kind == EventKind.CLOSED.value)
    for some in in_parts({target for target, _, _ in keys}):
        query = (
            sa.select(of.target, of.check, of.instance, sa.func.max(of.resolved))
            .where(of.agent == agent, of.target.in_(some), of.resolved.is_not(None), ~closed)
            .group_by(of.target, of.check, of.instance)
        )
        found |= {(target, check, instance): at for target, check, instance, at in conn.execute(query)}
    return {key: at for key, at in found.items() if key in keys}


def resolved_between(conn: Connection, agent: str, begin: datetime, end: datetime) -> list[Alert]:
    """Return the alerts that were over from a moment to before another, in the order in which they opened."""
    over = sa.and_(alerts.c.agent == agent, alerts.c.resolved >= begin, alerts.c.resolved < end)
    return [_alert(row) for row in conn.execute(sa.select(alerts).where(over).order_by(alerts.c.number))]


def get_alert(conn: Connection, agent: str, number: int) -> Alert:
    """Return an alert; NotFound if there is none of this number."""
    row = conn.execute(sa.select(alerts).where(alerts.c.agent == agent, alerts.c.number == number)).one_or_none()
    if row is None:
        raise NotFound(f"there is no alert {number}")
    return _alert(row)


def get_alerts(conn: Connection, agent: str, numbers: Collection[int]) -> dict[int, Alert]:
    """Return the alerts of these numbers, those that there are."""
    if not numbers:
        return {}
    query = sa.select(alerts).where(alerts.c.agent == agent, alerts.c.number.in_(numbers))
    return {row.number: _alert(row) for row in conn.execute(query)}


def list_alerts(
    conn: Connection,
    agent: str,
    limit: int,
    before: int | None = None,
    state: AlertState | None = None,
    target: str | None = None,
) -> list[Alert]:
    """Return up to ``limit`` alerts, newest first, older than the number ``before``."""
    query = sa.select(alerts).where(alerts.c.agent == agent).order_by(alerts.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(alerts.c.number < before)
    if state is not None:
        query = query.where(alerts.c.state == state.value)
    if target is not None:
        query = query.where(alerts.c.target == target)
    return [_alert(row) for row in conn.execute(query)]


def find_alerts(
    conn: Connection,
    agent: str,
    limit: int,
    before: int | None = None,
    site: str = "",
    text: str = "",
    check: str = "",
) -> list[Alert]:
    """Return up to ``limit`` alerts, newest first, of a site and a check where they are named.

    ``text`` is a part of the target's name.
    """
    query = sa.select(alerts).where(alerts.c.agent == agent).order_by(alerts.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(alerts.c.number < before)
    if site:
        query = query.where(alerts.c.site == site)
    if check:
        query = query.where(alerts.c.check == check)
    if text:
        query = query.where(sa.func.lower(alerts.c.target).contains(text.lower(), autoescape=True))
    return [_alert(row) for row in conn.execute(query)]


def put_alert(conn: Connection, agent: str, alert: Alert) -> Alert:
    """Write an alert and return it with its number: a new one (number 0), or over an open one.

    StoreError if the key of a new one has an open alert already; NotFound if the old one is not open, for what is
    resolved stays so.
    """
    if alert.number:
        same = sa.and_(alerts.c.agent == agent, alerts.c.number == alert.number, OPEN)
        if conn.execute(alerts.update().where(same).values(_row(alert))).rowcount != 1:
            raise NotFound(f"there is no open alert {alert.number}")
        return alert
    there = open_alert(conn, agent, alert.key) if alert.open else None
    if there is not None:
        raise StoreError(f"alert {there.number} is open for {' '.join(alert.key).strip()}: a key has one open alert")
    made = conn.execute(alerts.insert().values(agent=agent, **_row(alert)).returning(*alerts.c))
    return _alert(made.one())


def put_alerts(conn: Connection, agent: str, fresh: Sequence[Alert]) -> list[Alert]:
    """Write new alerts and return them with their numbers, in the same order.

    StoreError if a key has an open alert already, and then none of them is written.
    """
    if not fresh:
        return []
    conn.execute(alerts.insert(), [_row(alert) | {"agent": agent} for alert in fresh])
    # Read again rather than returned: SQLite would be told of each row by itself.
    written = open_by_key(conn, agent, {alert.key for alert in fresh})
    return [written[alert.key] for alert in fresh]


def change_alert(conn: Connection, agent: str, before: Alert, after: Alert) -> bool:
    """Change an alert from what somebody saw to what they made of it; False if it was changed in the meantime.

    Only the fields that differ are written, so that a finding which came in between stays.
    """
    old, new = _row(before), _row(after)
    news = _news(before, after) or {"state": new["state"]}
    unchanged = sa.and_(
        alerts.c.agent == agent,
        alerts.c.number == before.number,
        alerts.c.state == old["state"],
        alerts.c.fired == old["fired"],
        alerts.c.taken_by == old["taken_by"],
    )
    return conn.execute(alerts.update().where(unchanged).values(news)).rowcount == 1


def change_alerts(conn: Connection, agent: str, changes: Iterable[tuple[Alert, Alert]]) -> None:
    """Change alerts that were read in this very transaction, each from what it was to what it is.

    Nobody can have changed them in between, for there is one who writes.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for before, after in changes:
        if news := _news(before, after):
            alike.setdefault(tuple(news), []).append(news | {"this": before.number})
    one = alerts.update().where(alerts.c.agent == agent, alerts.c.number == sa.bindparam("this"))
    for rows in alike.values():
        conn.execute(one, rows)


def _news(before: Alert, after: Alert) -> dict[str, Any]:
    """Return the columns in which an alert differs from what it was. ValueError for two that are not the same one."""
    if (before.number, before.key) != (after.number, after.key):
        raise ValueError(f"alert {before.number} cannot become alert {after.number}")
    old, new = _row(before), _row(after)
    return {name: value for name, value in new.items() if old[name] != value}


def _row(alert: Alert) -> dict[str, Any]:
    target, check, instance = alert.key
    finding = alert.finding
    return {
        "target": target,
        "check": check,
        "instance": instance,
        "site": alert.site,
        "severity": int(alert.severity),
        "state": alert.state.value,
        "opened": alert.opened,
        "fired": alert.fired,
        "found": int(finding.severity),
        "reason": finding.reason,
        "parameter": finding.parameter,
        "value": finding.value,
        "unit": finding.unit,
        "limit": finding.limit,
        "key_equipment": alert.key_equipment,
        "wakes": alert.wakes,
        "taken_by": alert.taken_by,
        "taken_at": alert.taken_at,
        "expires": alert.expires,
        "snoozed_until": alert.snoozed_until,
        "resolved": alert.resolved,
        "word": alert.word,
        "source": alert.source,
        "said": alert.said,
        "flapping": alert.flapping,
        "calm_since": alert.calm_since,
        "policy": alert.policy or None,
        "inhibited_by": alert.inhibited_by,
    }


def _alert(row: sa.Row[Any]) -> Alert:
    return Alert(
        number=row.number,
        key=(row.target, row.check, row.instance),
        site=row.site,
        severity=Severity(row.severity),
        state=AlertState(row.state),
        opened=row.opened,
        fired=row.fired,
        finding=Finding(
            row.check, row.instance, Severity(row.found), row.reason, row.parameter, row.value, row.unit, row.limit
        ),
        key_equipment=row.key_equipment,
        wakes=row.wakes,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        expires=row.expires,
        snoozed_until=row.snoozed_until,
        resolved=row.resolved,
        word=row.word,
        source=row.source,
        said=row.said,
        flapping=row.flapping,
        calm_since=row.calm_since,
        policy=row.policy or "",
        inhibited_by=row.inhibited_by,
    )
