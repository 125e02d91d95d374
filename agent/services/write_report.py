"""Write an incident report: its fields, by whoever knows something, and who its author is (policy 4.4c)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from agent.services.handle_incident import refused
from agent.services.open_incident import note
from agent.services.station import Station
from agent.store import incident_reports, incidents, journal, people
from agent.store.incident_events import IncidentEventKind
from agent.store.incident_reports import Written
from duty.filing import Report, assigned
from duty.incident_report import CHOICES, LONGEST_FIELD, ReportField, mark_of_text

EMPTY: Final[Mapping[ReportField, str]] = MappingProxyType({})


async def write_fields(
    station: Station,
    number: int,
    by: str,
    texts: Mapping[ReportField, str],
    *,
    seen: Mapping[ReportField, str] = EMPTY,
    asker: str = "",
) -> Report:
    """Write into fields of a report; whoever writes first is its author. Raises NotFound, RecordRefused.

    ``seen`` are the marks (``mark_of_text``) of what stood in the fields when the writer opened them: what they left
    as it was is not written, and where somebody else has written since, nothing is, so that nobody's text is lost.
    """
    cut = {which: text.strip()[:LONGEST_FIELD] for which, text in texts.items()}
    for which, text in cut.items():
        if text and which in CHOICES and text not in CHOICES[which]:
            raise refused("no_choice", field=which)
    touched = {which: text for which, text in cut.items() if seen.get(which) != mark_of_text(text)}
    return await station.store.write(_write, number, by, touched, seen, asker, station.clock.now())


def _write(
    conn: Connection,
    agent: str,
    number: int,
    by: str,
    texts: Mapping[ReportField, str],
    seen: Mapping[ReportField, str],
    asker: str,
    now: datetime,
) -> Report:
    incident = incidents.get_incident(conn, agent, number)
    report = incident_reports.get_report(conn, agent, number)
    if not report.writable:
        raise refused("report_filed")
    stands = incident_reports.fields_of(conn, agent, number)
    # What the system drafted may change under the writer's hands; only what a person wrote is not written over.
    changed = {which: text for which, text in texts.items() if which not in stands or text != stands[which].text}
    lost = [which for which in changed if which in seen and which in stands]
    lost = [which for which in lost if mark_of_text(stands[which].text) != seen[which]]
    if lost:
        raise refused("written", fields=tuple(lost))
    changed = {which: text for which, text in changed.items() if text or which in stands or which in seen}
    for which, text in changed.items():
        incident_reports.write_field(conn, agent, number, Written(which, text, by, now))
    if changed:
        said = {"incident": number, "name": incident.name, "fields": sorted(which.value for which in changed)}
        journal.append(conn, agent, "report_written", now, by, "ok", said | journal.typed_by(asker))
    return put_author(conn, agent, report, by) if changed and not report.author else report


async def assign(station: Station, number: int, author: str, by: str, *, asker: str = "") -> Report:
    """Let somebody write a report. Raises NotFound, RecordRefused."""
    now = station.clock.now()

    def change(conn: Connection, agent: str) -> Report:
        report = incident_reports.get_report(conn, agent, number)
        incident = incidents.get_incident(conn, agent, number)
        if author not in people.load_people(conn, agent):
            raise refused("report_nobody", person=author)
        if author == report.author:
            return report
        after = put_author(conn, agent, report, author)
        note(conn, agent, incident, IncidentEventKind.NAMED, by, now, "", {"person": author, "report": True}, asker)
        return after

    return await station.store.write(change)


def put_author(conn: Connection, agent: str, report: Report, author: str) -> Report:
    """Let somebody be the author of a report that is being written. Raises ReportRefused."""
    after = assigned(report, author)
    incident_reports.change_report(conn, agent, report, after)
    return after
