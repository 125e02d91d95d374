"""Commands of plans, for real: who allows them, how they are started, what ends them, and that none runs twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.services import lead_incident
from agent.services.handle_incident import report_incident
from agent.services.incident_board import IncidentCase, read_incident
from agent.store import outbox
from agent.store.incident_events import IncidentEventKind
from duty.incidents import Found, Grade, IncidentClass
from duty.people import Post
from duty.plans import LOST_AFTER, PlanRun, PlanStep, RunStep, Spoken, StepKind, StepState, advance
from tests.exporters.notify.test_command import gone
from tests.stories.night import Night

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
SETTINGS = """
agent: {{name: hz-monitor, language: en}}
sites: {{hz1: {{title: 杭州一, zone: Asia/Shanghai}}}}
targets:
  - {{kind: icmp, name: core, address: 10.0.0.1, business: "$(touch {folder}/hacked); `id`"}}
channels:
  siren: {{kind: command, path: /bin/true}}
people:
  - {{name: jia, posts: [technician], contacts: [{{channel: siren, address: jia}}]}}
  - {{name: wang, posts: [manager], contacts: [{{channel: siren, address: wang}}]}}
rotations:
  nights: {{post: technician, people: [jia], start: 2026-01-01, begin: "20:00", end: "08:00"}}
  managers: {{post: manager, people: [wang], start: 2026-01-01, begin: "20:00", end: "08:00"}}
fallback: [{{channel: siren, address: desk}}]
plan_commands: {allowed}
plans:
  failover:
    title: fail over
    when: {{rules: [none]}}
    steps:
      - run: [{folder}/failover, "{{business}}", "a b;$(touch {folder}/hacked)"]
        text: fail over to the stand-by
        posts: [technician]
        within: {within}
"""
Going = Callable[..., Night]


@pytest.fixture
def going(tmp_path: Path) -> Going:
    """Write the script of the plan's command, and return a night on whose settings it is allowed, or not."""

    def made(script: str, *, allowed: str = "", within: str = "10s") -> Night:
        command = tmp_path / "failover"
        command.write_text("#!/bin/sh\n" + script, encoding="utf-8")
        command.chmod(0o700)
        allowed = allowed or f"[{command}]"
        settings = SETTINGS.format(folder=tmp_path, allowed=allowed, within=within)
        return Night(tmp_path, settings, "2026-11-23 20:30")

    return made


async def started(night: Night) -> int:
    """Go on duty, open an incident and start the plan; the command is due at the next tick."""
    await night.go_on_duty()
    made = await report_incident(
        night.station, "jia", site="hz1", kind=IncidentClass.NETWORK, grade=Grade.GENERAL, title="core is slow",
        found_by=Found.HAND, target="core",
    )  # fmt: skip
    await lead_incident.start_plan(night.station, made.number, "wang", "failover")
    return made.number


def step_of(case: IncidentCase) -> RunStep:
    (run,) = case.runs
    return run.steps[0]


def asked(night: Night) -> list[tuple[str, str]]:
    """Return who was asked to do a step, and for which reason."""
    letters = night.station.store.read_now(lambda conn, agent: outbox.items(conn))
    return [(item.person, item.reason) for item in letters if item.event == "plan_step"]


async def run_through(night: Night, number: int) -> IncidentCase:
    # The command ends within the minute, and the next look at the plan asks whoever must do it instead.
    await night.until("20:32")
    return await read_incident(night.station, number)


async def test_off_by_default_and_a_person_is_asked(going: Going, tmp_path: Path) -> None:
    night = going(f"touch {tmp_path}/ran", allowed="[]")
    case = await run_through(night, await started(night))
    assert step_of(case).state is StepState.DUE
    assert asked(night) == [("jia", "step.technician")]
    assert not (tmp_path / "ran").exists()


async def test_another_path_is_not_allowed_by_it(going: Going, tmp_path: Path) -> None:
    night = going(f"touch {tmp_path}/ran", allowed=f"[{tmp_path}/failover2, {tmp_path}]")
    assert step_of(await run_through(night, await started(night))).state is StepState.DUE
    assert not (tmp_path / "ran").exists()


async def test_it_runs_once_without_a_shell_and_what_it_says_is_evidence(
    going: Going, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "canary-7Hq2")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/nightduty.service")
    night = going(f'printf "%s|" "$@" >> {tmp_path}/arguments; env > {tmp_path}/environment; echo 已切换; pwd')
    case = await run_through(night, await started(night))
    assert (tmp_path / "arguments").read_text() == f"$(touch {tmp_path}/hacked); `id`|a b;$(touch {tmp_path}/hacked)|"
    assert not (tmp_path / "hacked").exists()
    names = {line.partition("=")[0] for line in (tmp_path / "environment").read_text().splitlines()}
    assert names <= {"PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"}
    step = step_of(case)
    assert (step.state, step.note) == (StepState.DONE, "exit 0: 已切换 /")
    (ran,) = [event for event in case.events if event.kind is IncidentEventKind.COMMAND_RAN]
    assert (ran.text, ran.data["well"]) == (step.note, True)
    assert asked(night) == []
    await night.until("20:45")
    assert (tmp_path / "arguments").read_text().count("hacked); `id`") == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("echo no licence >&2; exit 3", "exit 3: no licence", id="it failed"),
        pytest.param("kill -9 $$", "exit -9", id="it was killed"),
        pytest.param("", "cannot be started: Exec format error", id="it cannot be started"),
    ],
)
async def test_where_it_fails_a_person_is_asked_and_has_what_it_said(
    going: Going, tmp_path: Path, script: str, said: str
) -> None:
    night = going(script)
    number = await started(night)
    if not script:
        (tmp_path / "failover").write_bytes(b"\x00\x01")
    step = step_of(await run_through(night, number))
    assert (step.state, step.note) == (StepState.DUE, said)
    assert asked(night) == [("jia", "step.technician")]


async def test_what_it_says_without_end_is_bounded(going: Going) -> None:
    night = going("head -c 3000000 /dev/zero | tr '\\0' x")
    step = step_of(await run_through(night, await started(night)))
    assert step.state is StepState.DONE
    assert 4000 < len(step.note) < 4200


async def test_at_its_time_limit_it_is_killed_with_its_children_and_a_person_is_asked(
    going: Going, tmp_path: Path
) -> None:
    night = going(
        f"trap '' TERM; echo half; sleep 600 & echo $! > {tmp_path}/part; mv {tmp_path}/part {tmp_path}/child; wait",
        within="5s",
    )
    step = step_of(await run_through(night, await started(night)))
    assert (step.state, step.note) == (StepState.DUE, "not at an end in time, and killed")
    assert asked(night) == [("jia", "step.technician")]
    await gone(int((tmp_path / "child").read_text()))


async def test_an_agent_that_dies_meanwhile_hands_it_to_a_person_and_runs_it_never_again(
    going: Going, tmp_path: Path
) -> None:
    night = going(f"echo ran >> {tmp_path}/ran; echo $$ > {tmp_path}/part; mv {tmp_path}/part {tmp_path}/pid; sleep 60")
    number = await started(night)
    going_on = asyncio.create_task(night.until("20:31"))
    for _ in range(2000):
        if (tmp_path / "pid").exists():
            break
        await asyncio.sleep(0.01)
    assert step_of(await read_incident(night.station, number)).state is StepState.RUNNING
    going_on.cancel()
    # Nothing that is under way has an end, and nothing more is written: that is what a kill leaves.
    tasks = list(night.ticks._tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await gone(int((tmp_path / "pid").read_text()))
    await night.restart()
    await night.until("20:45")
    case = await read_incident(night.station, number)
    assert (step_of(case).state, step_of(case).note) == (StepState.DUE, "the agent stopped while it ran")
    assert ("jia", "step.technician") in asked(night)
    assert (tmp_path / "ran").read_text() == "ran\n"
    assert (await night.chain()).first_bad is None


def test_one_of_which_nothing_was_written_for_long_is_for_a_person() -> None:
    step = PlanStep(StepKind.RUN, Spoken(en="fail over"), posts=(Post.TECHNICIAN,), command=("/bin/true",))
    running = RunStep(1, step, StepState.RUNNING, due=NOW)
    run = PlanRun(1, 1, "failover", Spoken(en="fail over"), NOW, "wang", (running,))
    assert advance(run, NOW + LOST_AFTER - timedelta(seconds=1), {"/bin/true"}) == []
    (moved,) = advance(run, NOW + LOST_AFTER, {"/bin/true"})
    assert (moved.after.state, moved.after.due, moved.tells) == (StepState.DUE, NOW + LOST_AFTER, "asked")
