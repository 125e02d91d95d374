"""Nights with an incident: opened, graded, led by its plan, reported while it lasts, over when somebody says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.services import handle_incident, lead_incident, send_bulletin, take, tick_off
from agent.services.incident_board import IncidentCase, read_incident, read_incidents
from agent.services.rehearse import rehearse
from agent.services.silence import silence
from agent.store import alerts, journal
from duty.alerts import AlertState
from duty.errors import RecordRefused
from duty.incidents import Found, Grade, IncidentClass
from duty.people import Post
from duty.plans import StepState
from duty.silences import SilenceKind
from tests.stories.night import Night, Sent, silent
from tests.stories.test_alerts import QUIETLY, SETTINGS, dies

INCIDENTS = SETTINGS.replace(
    "incidents: {rules: []}",
    """
incidents:
  customer_service: [{channel: sms, address: service}]
  departments: {network: [{channel: sms, address: network}], complaint: [{channel: sms, address: sales}]}
maintainers: {Huawei: {hotline: 400-000-0000}}
plans:
  core:
    title: {zh: 核心网络中断预案, en: core network down}
    when: {kinds: [network], targets: [core]}
    steps:
      - {tell: {zh: 各岗位待命, en: "stand by, all of you"}, posts: [reserve]}
      - {ask: "ring {maintainer} {hotline}", posts: [technician], within: 10m, evidence: note}
      - {after: 10m, ask: change the board, posts: [technician], within: 10m}
""",
).replace("address: 10.0.0.1, key: true", "address: 10.0.0.1, key: true, maintainer: Huawei, business: web site")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, INCIDENTS, "2026-11-23 19:30")


def heads(sent: list[Sent], *addresses: str) -> list[tuple[str, str]]:
    """Return when these were told what, in the first words of each message."""
    return [(s.at, s.title.partition("]")[2].strip()) for s in sent if s.address in addresses]


async def one(night: Night) -> IncidentCase:
    (entry,) = (await read_incidents(night.station)).entries
    return await read_incident(night.station, entry.incident.number)


def states(case: IncidentCase) -> list[StepState]:
    return [step.state for run in case.runs for step in run.steps]


async def core_dies(night: Night) -> None:
    """Let the core switch fall silent; at 03:12 that is an alert, at 03:17 a major incident."""
    await night.go_on_duty()
    await dies(night, "03:09", "core", "access")
    await night.until("03:16")


async def test_a_core_switch_dies_and_the_night_is_led_to_its_end(night: Night) -> None:
    await core_dies(night)
    assert (await read_incidents(night.station)).entries == (), "four minutes are no major incident yet"
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia", "main board dark")
    before = len(night.sent)
    await night.until("03:17")
    case = await one(night)
    assert (case.incident.name, case.incident.grade, case.incident.rule) == ("TF-20261124-01", Grade.MAJOR, "core_down")
    assert [alert.key[0] for alert in case.alerts] == ["core"], "what stands behind it has no alert of its own"
    assert (case.facts.down, case.facts.of) == (2, 2)
    assert states(case) == [StepState.DONE, StepState.DUE, StepState.WAITING]
    # One message at a time on each channel: those of 03:17 are all out a minute later.
    await night.until("03:19")
    told = night.sent[before:]
    first = {s.address: s for s in told if "first report" in s.title}
    assert set(first) == {"2", "3", "network"}, "the duty manager, the leading group, the department"
    assert "next report 03:47" in first["3"].text
    assert any("400-000-0000" in s.text for s in told if s.address == "jia"), "the step has the number to ring"
    customers = next(s for s in told if s.address == "service")
    assert "core" not in customers.text, "customers hear of no device"

    run = case.runs[0]
    with pytest.raises(RecordRefused, match="no_note"):
        await tick_off.tick_off(night.station, 1, run.number, 2, "jia")
    await tick_off.tick_off(night.station, 1, run.number, 2, "jia", "SR-771920")
    await night.until("03:27")
    await tick_off.tick_off(night.station, 1, run.number, 3, "jia", "spare board in")
    assert states(await one(night)) == [StepState.DONE] * 3
    await night.until("03:42")
    assert heads(night.sent, "2")[-1][0] == "24 03:42", "five minutes before the next report it is said"
    await send_bulletin.send_bulletin(night.station, 1, "yi", "on the spare board", risk="no redundancy")
    await night.until("03:45")
    assert any("On the spare board" in s.text for s in night.sent if s.address == "3")
    assert all("FOR CUSTOMERS" in s.title for s in night.sent if s.address == "service"), (
        "and nothing of what is inside"
    )

    night.shows.clear()
    await night.until("03:50")
    case = await one(night)
    assert case.incident.restored is not None
    assert case.incident.open
    await handle_incident.finish(night.station, 1, "jia", "board changed, web site verified")
    await night.until("03:51")
    last = [s for s in night.sent if s.address == "3"][-1]
    assert "03:50" in last.text, "the last report says by when the incident report is due"
    assert (await one(night)).report.author == "jia"
    kinds = [entry.kind for entry in await night.station.store.read(journal.entries, 200)]
    assert {"incident_opened", "plan_started", "incident_bulletin", "incident_handled"} <= set(kinds)
    assert (await night.chain()).first_bad is None
    await night.stop()


async def test_the_technician_sleeps_and_the_plan_goes_on_to_the_manager_and_the_leading_group(night: Night) -> None:
    await core_dies(night)
    await night.until("03:40")
    case = await one(night)
    asked = next(step for step in case.runs[0].steps if step.nth == 2)
    assert (asked.state, asked.overdue) == (StepState.DUE, 2)
    late = [s for s in night.sent if "ring Huawei" in s.text and s.address in ("2", "3")]
    assert [(s.at, s.address) for s in late] == [("24 03:27", "2"), ("24 03:37", "3")]
    await night.until("04:10")
    soon = [
        (s.at, s.address) for s in night.sent if "eport" in s.title and s.at in ("24 03:42", "24 03:47", "24 03:57")
    ]
    assert {("24 03:42", "2"), ("24 03:57", "3")} <= set(soon), "a report that nobody sends is asked for upward"
    again = [(s.at, s.address, s.title) for s in night.sent if s.at > "24 03:17"]
    assert len(again) == len(set(again)), "each is said once"
    await night.stop()


async def test_who_overrules_the_grade_says_why_and_no_rule_changes_it_back(night: Night) -> None:
    await core_dies(night)
    await night.until("03:18")
    with pytest.raises(RecordRefused, match="no_reason"):
        await lead_incident.regrade(night.station, 1, "yi", Grade.GENERAL, " ")
    await lead_incident.regrade(night.station, 1, "yi", Grade.GENERAL, "tested with the vendor")
    await night.until("03:30")
    case = await one(night)
    assert (case.incident.grade, case.incident.overruled_by) == (Grade.GENERAL, "yi")
    assert case.incident.next_report is None
    told = [s for s in night.sent if s.address == "3" and s.at == "24 03:19"]
    assert ["tested with the vendor" in s.text for s in told] == [True], "who heard that it is major hears this too"
    await night.stop()


async def test_two_failures_of_one_cause_are_one_incident(tmp_path: Path) -> None:
    both = INCIDENTS.replace("address: 10.0.0.3}", "address: 10.0.0.3, key: true}")
    night = Night(tmp_path, both, "2026-11-23 19:30")
    await core_dies(night)
    night.shows["printer"] = silent
    await night.until("03:30")
    case = await one(night)
    assert [alert.key[0] for alert in case.alerts] == ["core", "printer"]
    assert sum("first report" in s.title for s in night.sent if s.address == "3") == 1
    night.shows.clear()
    await night.until("03:36")
    assert (await one(night)).incident.restored is not None, "it is restored when all of it is"
    await night.stop()


async def test_what_fails_again_belongs_to_the_same_incident(night: Night) -> None:
    await core_dies(night)
    await night.until("03:18")
    night.shows.clear()
    await night.until("03:24")
    assert (await one(night)).incident.restored is not None
    night.shows["core"] = silent
    await night.until("03:40")
    case = await one(night)
    assert case.incident.restored is None
    assert len(case.alerts) == 2
    await night.stop()


async def test_what_somebody_silenced_is_no_incident(night: Night) -> None:
    await night.go_on_duty()
    now = night.station.clock.now()
    await silence(
        night.station, "yi", kind=SilenceKind.SILENCE, begin=now, end=night.at("06:00"), why="known", target="core"
    )
    await dies(night, "03:09", "core")
    await night.until("03:40")
    assert (await read_incidents(night.station)).entries == ()
    await night.stop()


async def test_a_customers_complaint_comes_in_by_its_door(night: Night) -> None:
    await night.go_on_duty()
    await night.until("22:00", QUIETLY)
    made = await handle_incident.report_incident(
        night.station, "jia", site="hz1", kind=IncidentClass.COMPLAINT, grade=Grade.GENERAL,
        title="payment page slow", found_by=Found.CUSTOMER, text="rang at 21:50",
    )  # fmt: skip
    await night.until("22:01")
    assert made.name == "TF-20261123-01"
    assert {s.address for s in night.sent} == {"2", "sales"}, "the duty manager, and the department that it concerns"
    await lead_incident.ask_support(night.station, made.number, "yi", Post.RESERVE, "come in, please")
    await lead_incident.name(night.station, made.number, "yi", "ding", leads=True)
    await night.until("22:02")
    assert (await one(night)).incident.leads == "ding"
    assert any(s.address == "4" for s in night.sent), "who is named is told"
    await handle_incident.finish(night.station, made.number, "ding", "answered")
    case = await one(night)
    assert case.report.author == "ding"
    assert not case.incident.open
    await night.stop()


async def test_a_rehearsal_tells_nobody_and_is_on_record(night: Night) -> None:
    await night.go_on_duty()
    await night.until("21:00", QUIETLY)
    made = await rehearse(night.station, "yi", "core", "core")
    await night.until("22:30")
    assert night.sent == []
    case = await read_incident(night.station, made.incident.number)
    assert case.incident.name == "YL-20261123-01"
    would = {(event.data["person"], event.data["channel"]) for event in case.events if event.data.get("rehearsed")}
    assert ("jia", "chat") in would, "whom it would have told is written down"
    kinds = [entry.kind for entry in await night.station.store.read(journal.entries, 100)]
    assert "plan_rehearsed" in kinds
    await night.stop()


async def test_a_kill_at_the_moment_of_the_incident_loses_nothing_and_says_nothing_twice(night: Night) -> None:
    await core_dies(night)
    await night.until("03:17")
    await night.restart()
    await night.until("03:30")
    case = await one(night)
    assert len(case.bulletins) == 1
    assert len(case.runs) == 1
    keys = [s.key for s in night.sent]
    assert len(keys) == len(set(keys))
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert alert.state is AlertState.FIRING
    await night.stop()


async def test_a_step_of_the_clock_carries_the_plan_along(night: Night) -> None:
    await core_dies(night)
    await night.until("03:18")
    night.clock.set_wall(timedelta(hours=2))
    await night.tick()
    await night.until("05:20")
    case = await one(night)
    assert case.runs[0].steps[1].overdue == 0, "who has ten minutes keeps them"
    await night.stop()
