"""Incidents and what belongs to them: alerts, a timeline, plans that run, reports to superiors, pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from agent.store import alerts, attachments, bulletins, incident_events, incidents, plan_runs
from agent.store.engine import Store
from agent.store.incident_events import IncidentEventKind
from duty.bulletins import Bulletin, BulletinKind, Facts
from duty.deadlines import Clock
from duty.errors import NotFound, StoreError
from duty.incidents import Found, Grade, Incident, IncidentClass, handled, raised, regraded
from duty.people import Contact, Post
from duty.plans import Evidence, PlanRun, PlanStep, Spoken, StepKind, StepState, done, ended, frozen, skipped
from tests.agent.store.samples import HOSTILE, HOUR, NOW
from tests.agent.store.test_alerts import fresh


def incident(nth: int = 1, *, site: str = "hz1", rehearsal: bool = False, found_hour: int = 0) -> Incident:
    at = NOW + found_hour * HOUR
    return Incident(
        0, f"TF-20260103-{nth:02}", site, IncidentClass.NETWORK, Grade.GENERAL, HOSTILE, Found.ALERT, at, at, "agent",
        "key_failing", target="core", rehearsal=rehearsal,
    )  # fmt: skip


async def put(
    store: Store, nth: int = 1, *, site: str = "hz1", rehearsal: bool = False, found_hour: int = 0
) -> Incident:
    made = incident(nth, site=site, rehearsal=rehearsal, found_hour=found_hour)
    return await store.write(incidents.add_incident, made)


async def test_an_incident_comes_back_as_it_was(store: Store) -> None:
    made = await put(store)
    assert made == replace(incident(), number=1)
    every = replace(
        handled(regraded(raised(made, HOSTILE), Grade.GENERAL, HOSTILE, HOSTILE), HOSTILE, NOW + HOUR, HOSTILE),
        leads=HOSTILE,
        restored=NOW,
        next_report=NOW + 2 * HOUR,
        rehearsal=True,
    )
    await store.write(incidents.change_incident, made, every)
    assert await store.read(incidents.get_incident, 1) == every
    assert await store.read(incidents.find_incident, made.name) == every
    assert await store.read(incidents.get_incidents, [1, 7]) == {1: every}


async def test_very_many_can_be_asked_for_at_once(store: Store) -> None:
    made = await put(store)
    assert await store.read(incidents.get_incidents, range(70_000)) == {1: made}
    assert await store.read(incidents.get_incidents, []) == {}


async def test_an_incident_that_is_not_there_is_said_to_be_missing(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no incident 7"):
        await store.read(incidents.get_incident, 7)
    with pytest.raises(NotFound, match="there is no incident TF-20260103-07"):
        await store.read(incidents.find_incident, "TF-20260103-07")


async def test_a_number_on_paper_is_given_once_and_can_be_counted(store: Store) -> None:
    await put(store, 1)
    await put(store, 2)
    with pytest.raises(StoreError):
        await put(store, 2)
    assert await store.read(incidents.count_named, "TF-20260103-") == 2
    assert await store.read(incidents.count_named, "TF-2026010_-") == 0


async def test_incidents_are_listed_newest_first_and_the_open_ones_oldest_first(store: Store) -> None:
    a, b, c = await put(store, 1), await put(store, 2, site="ber"), await put(store, 3, rehearsal=True)
    assert await store.read(incidents.list_incidents, 9) == [c, b, a]
    assert await store.read(incidents.list_incidents, 1, before=3) == [b]
    assert await store.read(incidents.open_incidents) == [a, b, c]
    await store.write(incidents.change_incident, a, handled(a, "王芳", NOW, "done"))
    assert await store.read(incidents.open_incidents) == [b, c]
    assert await store.read(incidents.open_incidents, "ber") == [b]


async def test_of_a_night_those_count_that_were_handled_in_it(store: Store) -> None:
    before, during, after = [await put(store, n, found_hour=hour) for n, hour in enumerate((0, 5, 9), 1)]
    await put(store, 4, found_hour=5, rehearsal=True)
    await put(store, 5, found_hour=5, site="ber")
    night = ("hz1", NOW + 4 * HOUR, NOW + 8 * HOUR)
    assert await store.read(incidents.incidents_between, *night) == [before, during]
    over = handled(before, "王芳", NOW + 2 * HOUR, "done")
    await store.write(incidents.change_incident, before, over)
    assert await store.read(incidents.incidents_between, *night) == [during]
    assert after.number not in {each.number for each in await store.read(incidents.incidents_between, *night)}


async def test_an_alert_is_in_one_incident_only(store: Store) -> None:
    one, other = await put(store, 1), await put(store, 2)
    first, second, loose = [(await store.write(alerts.put_alert, fresh(target))).number for target in "abc"]
    await store.write(incidents.join_alerts, one.number, [second, first], NOW)
    with pytest.raises(StoreError):
        await store.write(incidents.join_alerts, other.number, [loose, first], NOW)
    assert await store.read(incidents.alerts_of, one.number) == [first, second]
    assert await store.read(incidents.alerts_of, other.number) == []
    assert await store.read(incidents.incidents_of, [first, second, loose]) == {first: 1, second: 1}
    await store.write(incidents.join_alerts, other.number, [], NOW)


async def test_an_alert_that_was_taken_out_can_join_another(store: Store) -> None:
    one, other = await put(store, 1), await put(store, 2)
    alert = (await store.write(alerts.put_alert, fresh())).number
    assert not await store.write(incidents.leave, alert)
    await store.write(incidents.join_alerts, one.number, [alert], NOW)
    assert await store.write(incidents.leave, alert)
    await store.write(incidents.join_alerts, other.number, [alert], NOW)
    assert await store.read(incidents.incidents_of, [alert]) == {alert: 2}


async def test_the_timeline_has_what_was_written_late_where_it_belongs(store: Store) -> None:
    one, other = await put(store, 1), await put(store, 2)

    async def add(of: Incident, hour: int, kind: IncidentEventKind, text: str = "") -> None:
        await store.write(incident_events.add_event, of.number, NOW + hour * HOUR, kind, HOSTILE, text, {"n": 2**64})

    await add(one, 0, IncidentEventKind.OPENED)
    await add(one, 2, IncidentEventKind.NOTE, HOSTILE)
    await add(other, 0, IncidentEventKind.OPENED)
    await add(one, 1, IncidentEventKind.NOTE, "written an hour later")
    line = await store.read(incident_events.events, one.number)
    assert [event.number for event in line] == [1, 4, 2]
    assert (line[2].text, line[2].actor, line[2].data) == (HOSTILE, HOSTILE, {"n": 2**64})
    assert await store.read(incident_events.count_events, one.number) == 3


@pytest.mark.parametrize("kind", IncidentEventKind)
async def test_everything_that_can_happen_can_be_written(on_sqlite: Store, kind: IncidentEventKind) -> None:
    made = await put(on_sqlite)
    await on_sqlite.write(incident_events.add_event, made.number, NOW, kind, "王芳")
    assert [each.kind for each in await on_sqlite.read(incident_events.events, made.number)] == [kind]


STEPS = (
    PlanStep(StepKind.TELL, Spoken("说", "{target}"), people=("王芳",), contacts=(Contact("chat", HOSTILE, "gsm"),)),
    PlanStep(
        StepKind.ASK,
        Spoken("问"),
        timedelta(minutes=5),
        (Post.TECHNICIAN, Post.MANAGER),
        within=timedelta(seconds=7, microseconds=1),
        evidence=Evidence.PHOTO,
        overdue=(),
    ),
    PlanStep(StepKind.RUN, Spoken(en="run"), command=("/usr/local/sbin/failover", "{target}")),
)


async def begun(store: Store, plan: str = "power") -> PlanRun:
    if not await store.read(incidents.open_incidents):
        await put(store)
    run = PlanRun(0, 1, plan, Spoken("断电", HOSTILE), NOW, HOSTILE, frozen(STEPS, {"target": HOSTILE}))
    return await store.write(plan_runs.add_run, run)


async def test_a_plan_that_runs_comes_back_as_it_was_started(store: Store) -> None:
    run = await begun(store)
    assert run == PlanRun(1, 1, "power", Spoken("断电", HOSTILE), NOW, HOSTILE, frozen(STEPS, {"target": HOSTILE}))
    assert await store.read(plan_runs.get_run, 1) == run
    with pytest.raises(NotFound, match="there is no plan that runs with the number 7"):
        await store.read(plan_runs.get_run, 7)


async def test_one_plan_is_started_once_for_an_incident(store: Store) -> None:
    run = await begun(store)
    with pytest.raises(StoreError):
        await begun(store)
    other = await begun(store, "water")
    assert await store.read(plan_runs.runs_of, 1) == [run, other]


async def test_of_two_who_tick_off_a_step_at_once_one_gets_it(store: Store) -> None:
    run = await begun(store)
    before = run.steps[1]
    photo = await store.write(attachments.add_attachment, 1, "rack.jpg", "image/jpeg", b"\xff\xd8", "王芳", NOW)
    by_wang = done(before, "王芳", NOW + HOUR, HOSTILE, photo.number)
    assert await store.write(plan_runs.change_step, run.number, before, by_wang)
    assert not await store.write(plan_runs.change_step, run.number, before, skipped(before, "李雷", NOW, "no"))
    assert (await store.read(plan_runs.get_run, 1)).steps == (run.steps[0], by_wang, run.steps[2])


async def test_a_step_is_told_to_be_overdue_by_one_of_two(store: Store) -> None:
    run = await begun(store)
    late = replace(run.steps[1], overdue=1)
    assert await store.write(plan_runs.change_step, run.number, run.steps[1], late)
    assert not await store.write(plan_runs.change_step, run.number, run.steps[1], late)


async def test_a_plan_ends_with_what_became_of_its_steps(store: Store) -> None:
    run = await begun(store)
    kept = done(run.steps[0], "王芳", NOW)
    await store.write(plan_runs.change_step, run.number, run.steps[0], kept)
    run = await store.read(plan_runs.get_run, run.number)
    over = ended(run, NOW + HOUR)
    assert await store.read(plan_runs.open_runs) == [run]
    await store.write(plan_runs.end_run, run, over.steps, NOW + HOUR)
    assert await store.read(plan_runs.open_runs) == []
    found = await store.read(plan_runs.get_run, run.number)
    assert found == over
    assert [step.state for step in found.steps] == [StepState.DONE, StepState.CANCELLED, StepState.CANCELLED]


def report(kind: BulletinKind = BulletinKind.FIRST, nth: int = 1, of: int = 1) -> Bulletin:
    facts = Facts(2, 5, Spoken("断电"), NOW, 1, 4, HOSTILE, ("王芳", "李雷"), (HOSTILE,))
    return Bulletin(0, of, kind, nth, NOW, HOSTILE, HOSTILE, HOSTILE, "02:00", NOW + HOUR, facts)


async def test_reports_to_superiors_come_back_in_their_order(store: Store) -> None:
    await put(store)
    first = await store.write(bulletins.add_bulletin, report())
    last = await store.write(bulletins.add_bulletin, replace(report(BulletinKind.FINAL), facts=Facts(), next_at=None))
    assert first == replace(report(), number=1)
    assert await store.read(bulletins.bulletins_of, 1) == [first, last]


async def test_two_who_report_at_the_same_moment_send_one_report(store: Store) -> None:
    await put(store, 1)
    await put(store, 2)
    await store.write(bulletins.add_bulletin, report(BulletinKind.PROGRESS, 3))
    with pytest.raises(StoreError):
        await store.write(bulletins.add_bulletin, report(BulletinKind.PROGRESS, 3))
    await store.write(bulletins.add_bulletin, report(BulletinKind.PROGRESS, 4))
    await store.write(bulletins.add_bulletin, report(BulletinKind.PROGRESS, 3, of=2))


async def test_a_clock_knows_how_often_it_called_and_begins_anew_with_another_moment(store: Store) -> None:
    await put(store)
    told, note = bulletins.told_of, bulletins.note_told
    assert await store.read(told, 1, Clock.NEXT_REPORT, NOW) == 0
    await store.write(note, 1, Clock.NEXT_REPORT, NOW, 1)
    await store.write(note, 1, Clock.NEXT_REPORT, NOW, 2)
    assert await store.read(told, 1, Clock.NEXT_REPORT, NOW) == 2
    assert await store.read(told, 1, Clock.REPORT, NOW) == 0
    assert await store.read(told, 1, Clock.NEXT_REPORT, NOW + HOUR) == 0
    await store.write(note, 1, Clock.NEXT_REPORT, NOW + HOUR, 1)
    assert await store.read(told, 1, Clock.NEXT_REPORT, NOW + HOUR) == 1


async def test_a_file_comes_back_byte_by_byte_and_stands_by_its_digest(store: Store) -> None:
    await put(store, 1)
    await put(store, 2)
    body = bytes(range(256)) * 40
    kept = await store.write(attachments.add_attachment, 1, HOSTILE, "image/png", body, HOSTILE, NOW)
    empty = await store.write(attachments.add_attachment, 1, "b.txt", "text/plain", b"", "李雷", NOW + HOUR)
    assert (kept.name, kept.by, kept.size, kept.digest) == (HOSTILE, HOSTILE, len(body), sha256(body).hexdigest())
    assert await store.read(attachments.attachments_of, 1) == [kept, empty]
    assert await store.read(attachments.read_attachment, 1, kept.number) == (HOSTILE, "image/png", body)
    with pytest.raises(NotFound, match="incident 2 has no attachment 1"):
        await store.read(attachments.read_attachment, 2, kept.number)


async def test_agents_of_one_database_do_not_see_each_others(url: str, opened: Callable[..., Store]) -> None:
    ours = opened(url, "hz1")
    made = await put(ours)
    run = await begun(ours)
    ours.close()
    theirs = opened(url, "ber")
    assert await theirs.read(incidents.open_incidents) == []
    assert await theirs.read(plan_runs.open_runs) == []
    with pytest.raises(NotFound):
        await theirs.read(incidents.get_incident, made.number)
    assert not await theirs.write(plan_runs.change_step, run.number, run.steps[0], done(run.steps[0], "x", NOW))
    assert (await put(theirs)).name == made.name
