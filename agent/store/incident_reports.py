"""Incident reports: their state, signatures, the lines that people fill in, and the content that stands for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, digest, pack, parse, unpack
from agent.store.incident_tables import (
    incident_contents,
    incident_entries,
    incident_reports,
    incident_signatures,
)
from agent.store.values import plain, restored
from duty.errors import NotFound
from duty.filing import Report, ReportState
from duty.incident_report import (
    Archive,
    CountersignLine,
    FieldLine,
    ReportContent,
    ReportField,
    ReportVerdict,
    ReviewLine,
)

REVIEW = "review"
"""The role of a duty manager's word among the signatures."""

_SIGNED = ""
"""The verdict of a countersignature: there is only one."""


def open_report(conn: Connection, agent: str, incident: int, now: datetime) -> None:
    """Begin the report of an incident."""
    row = {
        "agent": agent, "incident": incident, "state": ReportState.DRAFT.value, "revision": 1, "author": "",
        "opened": now, "submitted": None, "digest": None, "roles": "[]", "department": "", "file_number": "",
        "archived": "", "kept_until": "",
    }  # fmt: skip
    conn.execute(incident_reports.insert().values(row))


def get_report(conn: Connection, agent: str, incident: int) -> Report:
    """Return the report of an incident. Raises NotFound."""
    found = _reports(conn, agent, incident_reports.c.incident == incident)
    if not found:
        raise NotFound(f"there is no report of incident {incident}")
    return found[0]


def unarchived(conn: Connection, agent: str) -> list[Report]:
    """Return the reports that are not archived yet, of the oldest incident first."""
    return _reports(conn, agent, incident_reports.c.state != ReportState.ARCHIVED.value)


def every_report(conn: Connection, agent: str) -> list[Report]:
    """Return all reports, of the oldest incident first."""
    return _reports(conn, agent, sa.true())


def change_report(conn: Connection, agent: str, before: Report, after: Report) -> bool:
    """Write what a report has become, with the signatures that are new; False if it is not as ``before`` any more."""
    of, archive = incident_reports.c, after.archive
    same = sa.and_(
        of.agent == agent,
        of.incident == before.incident,
        of.state == before.state.value,
        of.revision == before.revision,
    )
    values = {
        "state": after.state.value,
        "revision": after.revision,
        "author": after.author,
        "submitted": after.submitted_at,
        "digest": after.digest or None,
        "roles": canonical(list(after.roles)).decode(),
        "department": archive.department if archive else "",
        "file_number": archive.file_number if archive else "",
        "archived": f"{archive.day}" if archive else "",
        "kept_until": f"{archive.kept_until}" if archive and archive.kept_until else "",
    }
    if not conn.execute(incident_reports.update().where(same).values(values)).rowcount:
        return False
    signed = [
        (REVIEW, line.by, line.at, line.verdict.value, line.remark) for line in after.reviews[len(before.reviews) :]
    ]
    given = {line.role for line in before.countersigns}
    signed += [(c.role, c.by, c.at, _SIGNED, c.remark) for c in after.countersigns if c.role not in given and c.at]
    for role, person, at, verdict, remark in signed:
        row = {
            "agent": agent, "incident": after.incident, "revision": before.revision, "role": role, "person": person,
            "at": at, "verdict": verdict, "remark": remark, "digest": before.digest,
        }  # fmt: skip
        conn.execute(incident_signatures.insert().values(row))
    return True


def _reports(conn: Connection, agent: str, which: sa.ColumnElement[bool]) -> list[Report]:
    query = sa.select(incident_reports).where(incident_reports.c.agent == agent, which)
    rows = conn.execute(query.order_by(incident_reports.c.incident)).all()
    signed: dict[int, list[Any]] = {row.incident: [] for row in rows}
    of = incident_signatures.c
    asked = sa.select(incident_signatures).where(of.agent == agent, of.incident.in_(list(signed)))
    for row in conn.execute(asked.order_by(of.number)) if signed else ():
        signed[row.incident].append(row)
    return [_report(row, signed[row.incident]) for row in rows]


def _report(row: sa.Row[Any], signed: list[Any]) -> Report:
    archive = None
    if row.archived:
        until = date.fromisoformat(row.kept_until) if row.kept_until else None
        archive = Archive(row.department, row.file_number, date.fromisoformat(row.archived), until)
    return Report(
        incident=row.incident,
        author=row.author,
        roles=tuple(parse(row.roles.encode())),
        state=ReportState(row.state),
        revision=row.revision,
        submitted_at=row.submitted,
        reviews=tuple(
            ReviewLine(s.at, s.person, ReportVerdict(s.verdict), s.remark) for s in signed if s.role == REVIEW
        ),
        countersigns=tuple(
            CountersignLine(s.role, s.person, s.at, s.remark)
            for s in signed
            if s.role != REVIEW and s.revision == row.revision
        ),
        digest=row.digest or "",
        archive=archive,
    )


class Given(NamedTuple):
    """A signature as it was given, under the content of a digest."""

    revision: int
    role: str
    person: str
    at: datetime
    verdict: str
    remark: str
    digest: str


def signatures_of(conn: Connection, agent: str, incident: int) -> list[Given]:
    """Return all signatures of a report, those of earlier revisions as well."""
    of = incident_signatures.c
    query = sa.select(incident_signatures).where(of.agent == agent, of.incident == incident).order_by(of.number)
    return [
        Given(row.revision, row.role, row.person, row.at, row.verdict, row.remark, row.digest)
        for row in conn.execute(query)
    ]


class Written(NamedTuple):
    """What somebody wrote into a field, by their name."""

    field: ReportField
    text: str
    by: str
    at: datetime


def write_field(conn: Connection, agent: str, incident: int, line: Written) -> None:
    """Write into a field of a report; what stood there before stays in the record."""
    row = {"agent": agent, "incident": incident, "field": line.field.value, "text": line.text, "person": line.by}
    conn.execute(incident_entries.insert().values(row | {"at": line.at}))


def fields_of(conn: Connection, agent: str, incident: int) -> dict[ReportField, FieldLine]:
    """Return what stands in the fields of a report, the newest of each."""
    of = incident_entries.c
    query = sa.select(incident_entries).where(of.agent == agent, of.incident == incident).order_by(of.number)
    return {ReportField(row.field): FieldLine(row.text, row.person, row.at) for row in conn.execute(query)}


def texts_of(conn: Connection, agent: str, field: ReportField, among: list[int]) -> dict[int, str]:
    """Return what stands in one field of these incidents' reports."""
    of = incident_entries.c
    query = sa.select(of.incident, of.text).where(of.agent == agent, of.field == field.value, of.incident.in_(among))
    return {row.incident: row.text for row in conn.execute(query.order_by(of.number))} if among else {}


def mark_of(content: ReportContent) -> str:
    """Return the digest (SHA-256) of what a content says; signatures and how late it is are not of what is signed."""
    return digest(_canonical(content))


def _canonical(content: ReportContent) -> bytes:
    bare = replace(content, reviews=(), countersigns=(), archive=None, late=False, author=None)
    return canonical(plain(bare))


def put_content(conn: Connection, agent: str, content: ReportContent) -> str:
    """Keep a content for good and return its digest (SHA-256); one that is there already is left as it is."""
    said = _canonical(content)
    mark = digest(said)
    there = sa.select(incident_contents.c.digest).where(
        incident_contents.c.agent == agent, incident_contents.c.digest == mark
    )
    if conn.execute(there).one_or_none() is None:
        conn.execute(incident_contents.insert().values(agent=agent, digest=mark, body=pack(said)))
    return mark


def read_content(conn: Connection, agent: str, mark: str) -> ReportContent:
    """Return the content of a digest. Raises NotFound."""
    said = read_body(conn, agent, mark)
    if said is None:
        raise NotFound(f"there is no report with the digest {mark}")
    return restored(ReportContent, parse(said))


def read_body(conn: Connection, agent: str, mark: str) -> bytes | None:
    """Return a content as it was digested, None where there is none. StoreError where it is damaged."""
    query = sa.select(incident_contents.c.body).where(
        incident_contents.c.agent == agent, incident_contents.c.digest == mark
    )
    body = conn.execute(query).scalar()
    return None if body is None else unpack(body)
