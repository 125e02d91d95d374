"""Incident reports compared with what the journal says of each signature and of the archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection

from agent.store import bodies, incident_reports
from agent.store.journal import Entry
from duty.errors import NotFound, StoreError
from duty.filing import Report, ReportState
from duty.incident_report import ReportVerdict

Said = dict[str, Any]

SUBMITTED: Final = "incident_submitted"
RETURNED: Final = "incident_returned"
APPROVED: Final = "incident_approved"
COUNTERSIGNED: Final = "incident_countersigned"
ARCHIVED: Final = "incident_archived"
STATES: Final = {
    SUBMITTED: ReportState.SUBMITTED,
    RETURNED: ReportState.RETURNED,
    APPROVED: ReportState.APPROVED,
    COUNTERSIGNED: ReportState.APPROVED,
    ARCHIVED: ReportState.ARCHIVED,
}
"""What each entry on a report makes of it."""


def move_fault(conn: Connection, agent: str, entry: Entry, said: Said) -> str:
    """Say what is wrong with a signature, or with the content that it is under, "" where they are as they were."""
    name = f"incident report {said['name']}"
    try:
        report = incident_reports.get_report(conn, agent, int(said["incident"]))
    except NotFound:
        return f"{name} is missing"
    if fault := _signature_fault(conn, agent, entry, said, report):
        return f"{name}: {fault}"
    return _content_fault(conn, agent, name, str(said["digest"]))


def report_faults(conn: Connection, agent: str, newest: dict[int, tuple[str, Said]]) -> Iterator[str]:
    """Yield the reports that do not stand as their newest entry left them; ``newest`` has its kind and what it says."""
    for report in incident_reports.every_report(conn, agent):
        kind, said = newest.get(report.incident, ("", {}))
        state = STATES.get(kind, ReportState.DRAFT)
        name = f"incident report {said.get('name', report.incident)}"
        digest = str(said["digest"]) if said and kind != RETURNED else ""
        if (report.state, report.digest) != (state, digest):
            yield f"{name} was changed: no entry in the journal made it {report.state.value}"
        elif kind == ARCHIVED and report.archive is not None:
            away = report.archive
            kept = {"department": away.department, "kept_until": f"{away.kept_until}", "name": away.file_number}
            if changed := [key for key, value in kept.items() if said.get(key) != value]:
                yield f"{name} was changed after it was archived: {', '.join(changed)}"


def _signature_fault(conn: Connection, agent: str, entry: Entry, said: Said, report: Report) -> str:
    """Compare an entry with the signature that it tells of; a report that came back later keeps them all."""
    if entry.kind in (SUBMITTED, ARCHIVED):
        return ""
    role = str(said.get("role", "")) if entry.kind == COUNTERSIGNED else incident_reports.REVIEW
    verdict = {RETURNED: ReportVerdict.RETURNED.value, APPROVED: ReportVerdict.APPROVED.value}.get(entry.kind, "")
    given = (entry.actor, entry.at, str(said["digest"]), str(said.get("text", "")))
    who = f"the signature of {entry.actor}"
    for line in incident_reports.signatures_of(conn, agent, report.incident):
        if (line.revision, line.role, line.verdict) == (int(said["revision"]), role, verdict):
            return "" if (line.person, line.at, line.digest, line.remark) == given else f"{who} was changed"
    return f"{who} is missing"


def _content_fault(conn: Connection, agent: str, name: str, digest: str) -> str:
    try:
        body = incident_reports.read_body(conn, agent, digest)
    except StoreError:
        return f"{name}: what was submitted is damaged"
    if body is None:
        return f"{name}: what was submitted is missing"
    return "" if bodies.digest(body) == digest else f"{name}: what was submitted was changed"
