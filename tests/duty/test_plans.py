"""Emergency plans: each step is told once, what nobody did is told on, and what a person must do is asked of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.blanks import FIELDS, filled, unknown_fields
from duty.incidents import Found, Grade, Incident, IncidentClass
from duty.people import Post
from duty.plans import (
    Evidence,
    Plan,
    PlanRun,
    PlanStep,
    RunStep,
    Spoken,
    StepKind,
    StepState,
    advance,
    done,
    ended,
    fault,
    frozen,
    plan_for,
    ran,
    skipped,
)

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALLOWED = frozenset({"/usr/local/sbin/failover"})


def step(kind: StepKind = StepKind.ASK, minutes: int = 0, *, evidence: Evidence = Evidence.NONE) -> PlanStep:
    command = ("/usr/local/sbin/failover", "{target}") if kind is StepKind.RUN else ()
    return PlanStep(
        kind,
        Spoken("打电话:{hotline}", "ring {hotline}"),
        minutes * MINUTE,
        posts=(Post.TECHNICIAN,),
        evidence=evidence,
        command=command,
    )


def started(*steps: PlanStep) -> PlanRun:
    return PlanRun(1, 7, "power", Spoken("断电"), NOW, "", frozen(steps, {"target": "core"}))


def carried(run: PlanRun, now: datetime, commands: frozenset[str] = frozenset()) -> tuple[PlanRun, list[str]]:
    """Let time do what it does, as a service would write it; what was told by whom comes back."""
    steps, told = {each.nth: each for each in run.steps}, []
    for moved in advance(run, now, commands):
        steps[moved.after.nth] = moved.after
        told.append(f"{moved.after.nth} {moved.tells}" + "".join(f" {post}" for post in moved.posts))
    return replace(run, steps=tuple(steps.values())), told


def test_a_plan_from_its_start_to_the_leading_group() -> None:
    run = started(step(StepKind.TELL), step(), step(StepKind.TELL, 15))
    told = []
    for minute in range(25):
        run, now_told = carried(run, NOW + minute * MINUTE)
        told += [f"{minute}: {each}" for each in now_told]
    assert told == ["0: 1 told", "0: 2 asked", "10: 2 overdue manager", "15: 3 told", "20: 2 overdue leader"]


def test_what_is_told_late_is_written_with_the_moment_that_is_true() -> None:
    (moved,) = advance(started(step(StepKind.TELL, 5)), NOW + 60 * MINUTE)
    assert (moved.after.due, moved.after.at) == (NOW + 5 * MINUTE, NOW + 60 * MINUTE)


def test_who_is_asked_late_has_all_the_time_for_it() -> None:
    """The agent was down for an hour."""
    run, told = carried(started(step()), NOW + 60 * MINUTE)
    assert told == ["1 asked"]
    assert run.steps[0].deadline == NOW + 70 * MINUTE


def test_nobody_is_told_of_what_is_done() -> None:
    run, _ = carried(started(step()), NOW)
    mine = replace(run, steps=(done(run.steps[0], "王芳", NOW + MINUTE, "rang"),))
    assert advance(mine, NOW + 99 * MINUTE) == []
    assert (mine.steps[0].by, mine.steps[0].note, mine.steps[0].due) == ("王芳", "rang", NOW)


def test_a_step_can_be_done_ahead_of_its_time() -> None:
    run = started(step(minutes=30))
    early = done(run.steps[0], "王芳", NOW + MINUTE)
    assert (early.state, early.due) == (StepState.DONE, NOW + MINUTE)
    assert advance(replace(run, steps=(early,)), NOW + 99 * MINUTE) == []


def test_a_step_is_left_out_with_a_reason() -> None:
    left = skipped(started(step()).steps[0], "王芳", NOW, "no circuit here")
    assert (left.state, left.by, left.note, left.over) == (StepState.SKIPPED, "王芳", "no circuit here", True)


@pytest.mark.parametrize(
    ("evidence", "note", "photo", "expected"),
    [
        pytest.param(Evidence.NONE, "", None, "", id="nothing is asked for"),
        pytest.param(Evidence.NOTE, "", None, "no_note", id="a word is asked for"),
        pytest.param(Evidence.NOTE, " \n", None, "no_note", id="a blank is no word"),
        pytest.param(Evidence.NOTE, "looked", None, "", id="a word"),
        pytest.param(Evidence.NOTE, "", 3, "", id="a picture says more"),
        pytest.param(Evidence.PHOTO, "looked", None, "no_photo", id="a word is no picture"),
        pytest.param(Evidence.PHOTO, "", 3, "", id="a picture"),
    ],
)
def test_what_must_be_left_with_a_step(evidence: Evidence, note: str, photo: int | None, expected: str) -> None:
    assert fault(started(step(evidence=evidence)).steps[0], note, photo) == expected


@pytest.mark.parametrize("state", [StepState.DONE, StepState.SKIPPED, StepState.CANCELLED, StepState.RUNNING])
def test_what_is_over_or_runs_is_not_ticked_off(state: StepState) -> None:
    assert fault(replace(started(step()).steps[0], state=state), "looked", 3) == "over"


def test_a_command_that_is_allowed_is_run_once() -> None:
    run, told = carried(started(step(StepKind.RUN)), NOW, ALLOWED)
    assert told == ["1 run"]
    assert run.steps[0].step.command == ("/usr/local/sbin/failover", "core")
    assert carried(run, NOW + MINUTE, ALLOWED)[1] == []
    well = ran(run.steps[0], NOW + MINUTE, "ok", well=True)
    assert (well.state, well.note) == (StepState.DONE, "ok")


@pytest.mark.parametrize("commands", [frozenset(), frozenset({"/usr/local/sbin/other"}), frozenset({"core"})])
def test_a_command_that_may_not_be_run_asks_a_person(commands: frozenset[str]) -> None:
    run, told = carried(started(step(StepKind.RUN)), NOW, commands)
    assert told == ["1 asked"]
    assert fault(run.steps[0], "ran it", None) == ""


def test_a_command_of_which_something_is_not_known_is_for_a_person() -> None:
    """It would be run with a dash where the circuit's number was meant."""
    blank = replace(step(StepKind.RUN), command=("/usr/local/sbin/failover", "--circuit={circuit}"))
    assert carried(started(blank), NOW, ALLOWED)[1] == ["1 asked"]


def test_a_command_that_failed_is_for_a_person_from_now() -> None:
    run, _ = carried(started(replace(step(StepKind.RUN), within=5 * timedelta(seconds=1))), NOW, ALLOWED)
    failed = ran(run.steps[0], NOW + MINUTE, "no such circuit", well=False)
    assert fault(failed, "", None) == ""
    run, told = carried(replace(run, steps=(failed,)), NOW + MINUTE, ALLOWED)
    assert told == ["1 asked"]
    (asked,) = run.steps
    assert (asked.state, asked.due, asked.note) == (StepState.DUE, NOW + MINUTE, "no such circuit")
    # What a command has to end in is too short for a person.
    assert asked.deadline == NOW + 11 * MINUTE
    assert done(asked, "王芳", NOW + 2 * MINUTE).note == "no such circuit"


def test_a_command_whose_end_nobody_saw_is_for_a_person() -> None:
    """The agent ended while it ran; also where it was due long before it was run."""
    run, _ = carried(started(step(StepKind.RUN)), NOW + 60 * MINUTE, ALLOWED)
    assert carried(run, NOW + 61 * MINUTE, ALLOWED)[1] == []
    run, told = carried(run, NOW + 62 * MINUTE, ALLOWED)
    assert told == ["1 asked"]
    assert carried(run, NOW + 72 * MINUTE, ALLOWED)[1] == ["1 overdue manager"]


def test_what_is_not_done_at_the_end_is_cancelled() -> None:
    run, _ = carried(started(step(StepKind.TELL), step(), step(StepKind.TELL, 30)), NOW)
    over = ended(run, NOW + MINUTE)
    assert [each.state for each in over.steps] == [StepState.DONE, StepState.CANCELLED, StepState.CANCELLED]
    assert not over.open


def test_nothing_is_told_after_the_end_even_of_a_step_that_was_left_open() -> None:
    assert advance(replace(started(step(), step(StepKind.TELL)), ended=NOW), NOW + 99 * MINUTE) == []


def test_what_is_known_is_filled_in_and_a_dash_stands_for_what_is_not() -> None:
    assert filled("{maintainer} {hotline},{ rack }", {"hotline": "400-0", "rack": ""}) == "— 400-0,—"
    assert filled("{hotline}", {"hotline": "{target}"}) == "{target}"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{hotline} {target}", ()),
        ("{hotlin}", ("hotlin",)),
        ("{Hotline} {电话} {room2}", ("Hotline", "电话", "room2")),
        ('{"json": 1} {} {{', ()),
    ],
)
def test_a_blank_that_nothing_fills_is_named(text: str, names: tuple[str, ...]) -> None:
    assert unknown_fields(text) == names


def test_a_plan_that_runs_is_as_it_was_when_it_started() -> None:
    (frozen_step,) = frozen([step()], {"hotline": "400-0"})
    assert frozen_step == RunStep(1, replace(step(), text=Spoken("打电话:400-0", "ring 400-0")))


def test_what_is_missing_in_one_language_is_said_in_the_other() -> None:
    assert (Spoken("断电").in_("en"), Spoken(en="power").in_("zh"), Spoken("断电", "power").in_("en")) == (
        "断电",
        "power",
        "power",
    )


@given(st.text(), st.dictionaries(st.sampled_from(FIELDS), st.text()))
def test_any_text_can_be_filled_in(text: str, known: dict[str, str]) -> None:
    assert isinstance(filled(text, known), str)
    assert filled(text.replace("{", ""), known) == text.replace("{", "")


INCIDENT = Incident(
    7, "", "hz1", IncidentClass.NETWORK, Grade.MAJOR, "", Found.ALERT, NOW, NOW, "", "core_down", target="core-1"
)  # fmt: skip
PLAN = Plan("any", Spoken("x"), (step(),))


@pytest.mark.parametrize(
    ("plan", "fits"),
    [
        pytest.param(PLAN, True, id="a plan that says nothing is for each major one"),
        pytest.param(replace(PLAN, grades=(Grade.GENERAL,)), False, id="grade"),
        pytest.param(replace(PLAN, grades=()), True, id="any grade"),
        pytest.param(replace(PLAN, kinds=(IncidentClass.SECURITY,)), False, id="class"),
        pytest.param(replace(PLAN, rules=("core_*", "pair_down")), True, id="rule"),
        pytest.param(replace(PLAN, targets=("core-2",)), False, id="target"),
        pytest.param(replace(PLAN, sites=("ber",), rules=("core_*",)), False, id="all that is said must fit"),
    ],
)
def test_for_which_incidents_a_plan_is(plan: Plan, fits: bool) -> None:
    assert plan.fits(INCIDENT) is fits


def test_the_first_plan_that_fits_counts() -> None:
    others = (replace(PLAN, name="water", targets=("env",)), replace(PLAN, name="core", targets=("core*",)), PLAN)
    assert plan_for(INCIDENT, others) == others[1]
    assert plan_for(replace(INCIDENT, grade=Grade.GENERAL), others) is None


def test_a_plan_is_for_an_incident_that_a_person_opened_without_a_target() -> None:
    assert plan_for(replace(INCIDENT, rule="", target=""), [PLAN]) is PLAN
