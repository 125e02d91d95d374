"""What is known of each (target, check, instance), and each confirmed change of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from agent.store.schema import states, transitions
from duty.findings import Finding, Severity
from duty.fold import Key, State, Transition

KEY = ("agent", "target", "check", "instance")


def load_states(conn: Connection, agent: str) -> dict[Key, State]:
    """Return all states of an agent: what a restart must not forget."""
    return {
        (row.target, row.check, row.instance): State(
            severity=Severity(row.severity),
            since=row.since,
            warnings=row.warnings,
            criticals=row.criticals,
            betters=row.betters,
            bad_since=row.bad_since,
            suppressed=row.suppressed,
            value=row.value,
            unit=row.unit,
            limit=row.limit,
            reason=row.reason,
            parameter=row.parameter,
        )
        for row in conn.execute(sa.select(states).where(states.c.agent == agent))
    }


def put_states(conn: Connection, agent: str, changed: Mapping[Key, State]) -> None:
    """Write these states over what stood there before."""
    if not changed:
        return
    # The two dialects offer the same statement under two names.
    insert = postgresql.insert(states) if conn.dialect.name == "postgresql" else sqlite.insert(states)
    news = {column.name: insert.excluded[column.name] for column in states.c if column.name not in KEY}
    conn.execute(
        insert.on_conflict_do_update(index_elements=KEY, set_=news),
        [
            {
                "agent": agent,
                "target": target,
                "check": check,
                "instance": instance,
                "severity": int(state.severity),
                "since": state.since,
                "warnings": state.warnings,
                "criticals": state.criticals,
                "betters": state.betters,
                "bad_since": state.bad_since,
                "suppressed": state.suppressed,
                "value": state.value,
                "unit": state.unit,
                "limit": state.limit,
                "reason": state.reason,
                "parameter": state.parameter,
            }
            for (target, check, instance), state in changed.items()
        ],
    )


def put_transitions(conn: Connection, agent: str, made: Iterable[Transition], evidence_look_id: int | None) -> None:
    """Write confirmed changes down, with the number of the look (``looks.put_looks``) that is their evidence."""
    rows = [
        {
            "agent": agent,
            "target": change.key[0],
            "check": change.key[1],
            "instance": change.key[2],
            "at": change.at,
            "before": int(change.before),
            "after": int(change.after),
            "severity": int(change.finding.severity),
            "reason": change.finding.reason,
            "parameter": change.finding.parameter,
            "value": change.finding.value,
            "unit": change.finding.unit,
            "limit": change.finding.limit,
            "look": evidence_look_id,
        }
        for change in made
    ]
    if rows:
        conn.execute(transitions.insert(), rows)


def list_transitions(
    conn: Connection, agent: str, since: datetime, until: datetime, target: str | None = None
) -> list[Transition]:
    """Return the changes from ``since`` to before ``until``, oldest first."""
    at = transitions.c.at
    query = sa.select(transitions).where(transitions.c.agent == agent, at >= since, at < until)
    if target is not None:
        query = query.where(transitions.c.target == target)
    return [
        Transition(
            (row.target, row.check, row.instance),
            row.at,
            Severity(row.before),
            Severity(row.after),
            Finding(
                row.check,
                row.instance,
                Severity(row.severity),
                row.reason,
                row.parameter,
                row.value,
                row.unit,
                row.limit,
            ),
        )
        for row in conn.execute(query.order_by(at, transitions.c.number))
    ]
