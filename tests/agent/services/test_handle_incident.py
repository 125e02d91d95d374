"""What may still be written into an incident that is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.services import handle_incident
from agent.store import incident_reports
from agent.store.incident_events import IncidentEventKind
from duty.errors import RecordRefused
from duty.filing import ReportState
from duty.incident_report import Archive
from duty.incidents import Found, Grade, IncidentClass
from tests.agent.console.desk import Desk


async def test_what_was_forgotten_is_written_down_until_the_report_is_archived(desk: Desk) -> None:
    station = desk.station
    made = await handle_incident.report_incident(
        station, "jia", site="hz1", kind=IncidentClass.OTHER, grade=Grade.GENERAL, title="x", found_by=Found.HAND
    )
    await handle_incident.finish(station, made.number, "jia", "well again")
    await handle_incident.write_note(station, made.number, "jia", IncidentEventKind.NOTE, "forgotten")
    before = await station.store.read(incident_reports.get_report, made.number)
    archive = Archive("office", made.name, desk.clock.now().date())
    after = replace(before, state=ReportState.ARCHIVED, archive=archive)
    assert await station.store.write(incident_reports.change_report, before, after)
    with pytest.raises(RecordRefused) as refused:
        await handle_incident.write_note(station, made.number, "jia", IncidentEventKind.NOTE, "too late")
    assert refused.value.code == "incidents.refused.archived"


@pytest.mark.parametrize(
    ("by", "author"), [pytest.param("jia", "jia", id="a person"), pytest.param("uid:0", "", id="root, as nobody")]
)
async def test_who_handled_it_writes_the_report_where_it_was_somebody(desk: Desk, by: str, author: str) -> None:
    made = await handle_incident.report_incident(
        desk.station, by, site="hz1", kind=IncidentClass.OTHER, grade=Grade.GENERAL, title="x", found_by=Found.HAND
    )
    await handle_incident.finish(desk.station, made.number, by, "well again")
    assert (await desk.station.store.read(incident_reports.get_report, made.number)).author == author
