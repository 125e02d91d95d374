"""A rehearsal of a plan: it runs by the clock, tells nobody outside, touches nothing, and is on record."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agent.services import handle_incident, lead_incident, send_bulletin, tick_off
from agent.services.incident_board import IncidentCase, read_incident
from agent.services.rehearse import LackKind, Rehearsal, rehearse
from agent.store import journal, outbox
from agent.store.incident_events import IncidentEventKind
from duty.errors import RecordRefused
from duty.incidents import Found, Grade, IncidentClass
from duty.plans import Evidence, StepState
from tests.stories.night import Night

SETTINGS = """
agent: {{name: hz-monitor, language: en}}
sites:
  hz1: {{title: 杭州一, zone: Asia/Shanghai}}
  hz2: {{zone: Asia/Shanghai}}
maintainers: {{vendor: {{hotline: "400-000-0000"}}}}
targets:
  - {{kind: icmp, name: core, address: 10.0.0.1, site: hz1, maintainer: vendor, key: true}}
channels:
  siren: {{kind: command, path: /bin/true}}
  group: {{kind: command, path: /bin/true}}
people:
  - {{name: jia, posts: [technician], contacts: [{{channel: siren, address: jia}}]}}
  - {{name: wang, posts: [manager], contacts: [{{channel: siren, address: wang}}]}}
  - {{name: bing, posts: [technician]}}
rotations:
  nights: {{post: technician, site: hz1, people: [jia], start: 2026-01-01, begin: "20:00", end: "08:00"}}
  managers: {{post: manager, site: hz1, people: [wang], start: 2026-01-01, begin: "20:00", end: "08:00"}}
fallback: [{{channel: siren, address: desk}}]
briefs: {{group: [{{channel: group, address: leaders}}]}}
incidents:
  departments: {{network: [{{channel: group, address: netops}}]}}
  customer_service: [{{channel: group, address: desk}}]
plan_commands: [{python}]
plans:
  core:
    title: core switch
    steps:
      - ask: "Ring {{hotline}}, asset {{asset}}, rack {{rack}}"
        posts: [technician]
        people: [bing]
        evidence: note
      - run: [{python}, "-c", "open({mark!r}, 'w')"]
        text: fail over
        posts: [technician]
      - {{after: 5m, tell: "{{target}} is away", posts: [manager], channels: [{{channel: group, address: all}}]}}
      - {{after: 10m, ask: Come, posts: [leader]}}
"""


@pytest.fixture
def night(tmp_path: Path) -> Night:
    settings = SETTINGS.format(python=sys.executable, mark=str(tmp_path / "ran"))
    return Night(tmp_path, settings, "2026-11-24 03:10")


async def rehearsed(night: Night) -> Rehearsal:
    await night.go_on_duty()
    return await rehearse(night.station, "wang", "core", target="core")


def letters(night: Night) -> list[str]:
    """Return the events of all that was ever queued of incidents."""
    there = night.station.store.read_now(lambda conn, agent: outbox.items(conn))
    return [item.event for item in there if item.incident is not None]


def kinds(case: IncidentCase) -> set[IncidentEventKind]:
    return {event.kind for event in case.events}


async def test_from_its_first_step_to_its_end_nobody_is_told_and_no_command_is_run(
    night: Night, tmp_path: Path
) -> None:
    made = await rehearsed(night)
    number = made.incident.number
    assert made.incident.name == "YL-20261124-01"
    await night.until("03:16")
    (run,) = (await read_incident(night.station, number)).runs
    assert [step.state for step in run.steps] == [
        StepState.DUE, StepState.DUE, StepState.DONE, StepState.WAITING,
    ]  # fmt: skip
    # Past every clock: overdue steps, the next report to superiors.
    await night.until("04:30")
    assert night.sent == []
    station = night.station
    await tick_off.tick_off(station, number, run.number, 1, "jia", "they answered")
    await send_bulletin.send_bulletin(station, number, "jia", "as if")
    await lead_incident.name(station, number, "wang", "jia", leads=True)
    await lead_incident.regrade(station, number, "wang", Grade.GENERAL, "as if")
    await lead_incident.regrade(station, number, "wang", Grade.MAJOR, "as if")
    await handle_incident.finish(station, number, "wang", "the rack number is missing")
    # Past the report's 24 hours as well.
    await night.until("2026-11-25 08:00", timedelta(minutes=10))
    assert letters(night) == []
    assert not any("YL-" in message.title + message.text for message in night.sent), "not in the briefs of the morning"
    assert not (tmp_path / "ran").exists()


async def test_it_is_in_the_journal_and_in_a_timeline_of_its_own(night: Night) -> None:
    made = await rehearsed(night)
    await night.until("04:00")
    case = await read_incident(night.station, made.incident.number)
    assert kinds(case) >= {
        IncidentEventKind.OPENED, IncidentEventKind.PLAN_STARTED, IncidentEventKind.BULLETIN,
        IncidentEventKind.STEP_DUE, IncidentEventKind.STEP_DONE, IncidentEventKind.STEP_OVERDUE,
    }  # fmt: skip
    told = [event.data for event in case.events if event.kind is IncidentEventKind.TOLD]
    assert told
    assert all(data["rehearsed"] for data in told)
    assert "next_report_late" in {data["event"] for data in told}, "its clock is called, and to nobody"
    late = [event for event in case.events if event.kind is IncidentEventKind.REPORT_LATE]
    assert len(late) == 1, "manager and leading group are called, and it is late once"
    entry = await night.station.store.read(journal.newest, "plan_rehearsed")
    assert entry is not None
    said = await night.station.store.read(journal.payload_of, entry.seq)
    assert said is not None
    assert (said["name"], said["plan"]) == ("YL-20261124-01", "core")
    assert said["steps"][2] == {"nth": 3, "whom": ["wang", "all"]}
    assert (await night.chain()).first_bad is None


async def test_the_walk_has_what_each_step_would_do_now(night: Night) -> None:
    made = await rehearsed(night)
    asks, runs, tells, calls = made.steps
    assert asks.text.en == "Ring 400-000-0000, asset —, rack —"
    assert (asks.whom[0][0], asks.whom[0][1].channel, asks.evidence) == ("jia", "siren", Evidence.NOTE)
    assert runs.command[0] == sys.executable
    assert (tells.after, [person or way.address for person, way in tells.whom]) == (
        timedelta(minutes=5),
        ["wang", "all"],
    )
    assert [way.address for _, way in calls.whom] == ["desk"], "nobody holds the post, so the fallback is told"


async def test_what_is_missing_is_named_by_step(night: Night) -> None:
    made = await rehearsed(night)
    assert [(lack.nth, lack.kind, lack.what, lack.instead) for lack in made.lacks] == [
        (1, LackKind.CONTACT, "bing", ()),
        (1, LackKind.BLANK, "asset", ()),
        (1, LackKind.BLANK, "rack", ()),
        (4, LackKind.POST, "leader", ("desk",)),
    ]


async def test_rehearsals_and_incidents_are_counted_apart(night: Night) -> None:
    await rehearsed(night)
    real = await handle_incident.report_incident(
        night.station, "jia", site="hz1", kind=IncidentClass.NETWORK, grade=Grade.GENERAL, title="slow",
        found_by=Found.HAND,
    )  # fmt: skip
    assert real.name == "TF-20261124-01"
    again = await rehearse(night.station, "wang", "core", site="hz2")
    assert (again.incident.name, again.incident.site) == ("YL-20261124-02", "hz2")


@pytest.mark.parametrize(
    ("plan", "target", "site", "code"),
    [
        pytest.param("fire", "", "", "no_plan", id="no such plan"),
        pytest.param("core", "edge", "", "no_target", id="no such target"),
        pytest.param("core", "", "hz3", "no_site", id="no such site"),
        pytest.param("core", "core", "hz2", "no_site", id="the target is of another site"),
    ],
)
async def test_what_cannot_be_rehearsed_leaves_nothing(
    night: Night, plan: str, target: str, site: str, code: str
) -> None:
    await night.go_on_duty()
    with pytest.raises(RecordRefused) as refused:
        await rehearse(night.station, "wang", plan, target, site)
    assert refused.value.code == f"incidents.refused.{code}"
    assert (await rehearse(night.station, "wang", "core")).incident.number == 1
