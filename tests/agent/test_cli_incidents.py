"""The command line for incidents and plans, beside a real agent."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator

import pytest

from agent.services import handle_incident, lead_incident, open_incident, send_bulletin, start_plan, tick_off
from agent.services.rehearse import LackKind
from agent.store.incident_events import IncidentEventKind
from duty.deadlines import Clock
from duty.incidents import Grade, IncidentClass
from duty.plans import Evidence, StepKind, StepState
from exporters.words import LANGUAGES, words
from tests.agent.test_cli_alerts import House
from tests.soak.scene import Daemon, journal, rows, short_folder

MORE = """
channels:
  siren: {kind: command, path: /bin/true}
people:
  - {name: zhang, title: 张三, posts: [technician], contacts: [{channel: siren, address: zhang}]}
  - {name: wang, title: 王五, posts: [manager]}
  - {name: li, title: 李四, posts: [leader], contacts: [{channel: siren, address: li}]}
  - {name: watcher, posts: [viewer]}
rotations:
  days: {post: technician, people: [zhang], start: 2026-01-01, begin: "08:00", end: "20:00"}
  nights: {post: technician, people: [zhang], start: 2026-01-01, begin: "20:00", end: "08:00"}
  managers: {post: manager, people: [wang], start: 2026-01-01, begin: "08:00", end: "08:00"}
  leaders: {post: leader, people: [li], start: 2026-01-01, begin: "08:00", end: "08:00"}
fallback: [{channel: siren, address: desk}]
plans:
  core:
    title: {zh: 核心交换机预案, en: core switch plan}
    when: {kinds: [network], targets: [core-*]}
    steps:
      - ask: {zh: "联系{maintainer} {hotline},资产 {asset}", en: "Ring {maintainer} {hotline}, asset {asset}"}
        posts: [technician]
        evidence: note
      - after: 10m
        ask: Look at the racks
        posts: [manager]
        evidence: photo
      - run: [/bin/false, "{target}"]
        text: fail over
        posts: [technician]
      - {after: 5m, tell: It is known, posts: [leader]}
maintainers: {vendor: {hotline: "400-000-0000"}}
"""
TARGETS = "[{name: core-1, kind: tcp, address: 127.0.0.1, port: 1, maintainer: vendor, business: 核心}]"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """An agent with a plan, a manager without a contact, and an asset number that nobody wrote down."""
    with short_folder() as folder:
        daemon = Daemon(folder)
        daemon.write_settings(TARGETS, MORE)
        try:
            daemon.start()
            yield House(daemon, folder / "heard")
        finally:
            daemon.put_away()


def opened(house: House, *more: str) -> str:
    """Open an incident and return its number on paper."""
    said = house.says("incident", "open", "core is slow", "--kind", "network", "--as", "zhang", *more)
    (name,) = re.findall(r"TF-\d{8}-\d\d", said)
    return str(name)


def test_the_plans_in_force_are_listed_with_when_they_start_and_for_what(house: House) -> None:
    told = house.says("plan", "list", lang="en")
    assert told.splitlines()[:3] == [
        "core  core switch plan (steps: 4)",
        "    starts by itself at once, for major, network failure, targets core-*",
        "general  general emergency plan (steps: 4)",
    ]
    assert "核心交换机预案" in house.says("plan", "list")
    assert [plan["name"] for plan in json.loads(house.says("plan", "list", "--json"))] == ["core", "general"]


def test_a_plan_is_shown_as_it_is_written(house: House) -> None:
    told = house.says("plan", "show", "core", lang="en")
    assert "  1  at once  task\n     Ring {maintainer} {hotline}, asset {asset}\n" in told
    assert "whom: technician, within 10 min, a note is needed" in told
    assert "command: /bin/false {target}, not allowed by plan_commands: a person is asked to run it" in told
    assert "  4  +5 min  word" in told
    assert json.loads(house.says("plan", "show", "core", "--json"))["steps"][3]["posts"] == ["leader"]
    assert "there are: core, general" in house.refuses("plan", "show", "cor")


def test_a_rehearsal_says_what_is_missing_then_the_walk_and_where_to_watch_it(house: House) -> None:
    told = house.says("plan", "rehearse", "core", "--target", "core-1", "--as", "zhang", lang="en")
    lines = told.splitlines()
    assert re.fullmatch(r"Rehearsal YL-\d{8}-\d\d: .+ \(core\)", lines[0])
    assert [line for line in lines if line.startswith("✗")] == [
        "✗ The settings do not say asset of this target (steps: 1)",
        "✗ Nobody who can be told holds the post duty manager; in their place: 李四 (steps: 2)",
        "✗ 王五 has no contact; add one under people (steps: 2)",
        "✗ /bin/false is not in plan_commands: a person is asked to run it (steps: 3)",
    ]
    assert told.index("✗") < told.index("Ring vendor 400-000-0000, asset —")
    assert "would tell now: 张三 (siren), until " in told
    assert "would tell now: 李四 (siren), until " in told
    assert "command: /bin/false core-1" in told
    number = re.search(rf"http://127.0.0.1:{house.daemon.console_port}/incidents/\d+", told)
    assert number is not None
    (name,) = set(re.findall(r"YL-\d{8}-\d\d", told))
    assert f"nightduty incident step {name} 1" in told
    assert rows(house.daemon.database, "SELECT count(*) FROM outbox WHERE incident IS NOT NULL") == [(0,)]
    assert journal(house.daemon.database, "box", "plan_rehearsed")[-1]["name"] == name
    assert "演练" in house.says("incident", "show", name)
    house.says("incident", "done", name, "all knew what to do", "--as", "zhang")


def test_without_a_target_it_says_how_to_name_one(house: House) -> None:
    told = house.says("plan", "rehearse", "general", "--as", "zhang")
    assert "--target" in told
    assert "没有缺项" not in told
    made = json.loads(house.says("plan", "rehearse", "general", "--json", "--as", "zhang"))
    assert {lack["kind"] for lack in made["lacks"]} >= {"blank", "post"}
    for name in (re.findall(r"YL-\d{8}-\d\d", told)[0], made["incident"]["name"]):
        house.says("incident", "done", name, "x", "--as", "zhang")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(("nothing",), "There is no plan nothing; nightduty plan list has them", id="plan"),
        pytest.param(("core", "--target", "x"), "There is no target x; nightduty status has them", id="target"),
        pytest.param(("core", "--site", "x"), "There is no such site in the settings", id="site"),
        pytest.param(("core", "--as", "watcher"), "watcher may not do this", id="no right"),
        pytest.param(("core", "--as", "nobody"), "there is nobody named nobody", id="nobody"),
    ],
)
def test_what_cannot_be_rehearsed_is_said_in_a_line(house: House, asked: tuple[str, ...], said: str) -> None:
    assert said in house.refuses("plan", "rehearse", *asked, "--lang", "en")


def test_an_incident_from_its_beginning_to_its_end(house: House) -> None:
    name = opened(house, "--target", "core-1", "--text", "users complain")
    assert f"{name} 一般，处理中：core is slow" in house.says("incident", "list")
    assert "no incident" in house.refuses("incident", "show", "TF-20200101-01")
    raised = house.says("incident", "grade", name, "major", "all users", "--as", "zhang", lang="en")
    assert f"{name} major, being handled: core is slow" in raised
    assert "next report until" in raised
    shown = house.says("incident", "show", name, lang="en")
    assert "core switch plan (core), started" in shown
    assert "Ring vendor 400-000-0000, asset —" in shown
    assert "opened, 张三  users complain" in shown
    assert "wants a note" in house.refuses("incident", "step", name, "1", "--as", "zhang", "--lang", "en")
    assert "wants a photo" in house.refuses("incident", "step", name, "2", "seen", "--as", "zhang", "--lang", "en")
    house.says("incident", "step", name, "1", "ticket 4711", "--as", "zhang")
    house.says("incident", "step", name.lower(), "2", "rack is locked", "--skip", "--as", "zhang")
    number = json.loads(house.says("incident", "show", name, "--json"))["incident"]["number"]
    house.says("incident", "note", str(number), b"carrier\\033[31m is \\n coming".decode("unicode_escape"),
               "--kind", "outside", "--as", "zhang")  # fmt: skip
    house.says("incident", "report", name, "cause found", "--risk", "none", "--as", "zhang")
    shown = house.says("incident", "show", name, lang="en")
    assert "done, " in shown
    assert "ticket 4711" in shown
    assert "left out, " in shown
    assert "\033" not in shown
    assert "others called, 张三  carrier\ufffd[31m is coming" in shown
    assert "report sent, 张三  cause found" in shown
    over = house.says("incident", "done", name, "fan changed", "--as", "zhang", lang="en")
    assert f"{name} major, handled: core is slow" in over
    assert "incident report until" in over
    assert "It is handled already" in house.refuses("incident", "done", name, "x", "--as", "zhang", "--lang", "en")


def test_only_who_commands_grades_down(house: House) -> None:
    name = opened(house, "--grade", "major")
    down = ("incident", "grade", name, "general", "one user only")
    for whose in ((), ("--as", "zhang"), ("--as", "watcher")):
        assert "may not do this" in house.refuses(*down, *whose, "--lang", "en")
    assert "一般" in house.says(*down, "--as", "wang")
    entry = journal(house.daemon.database, "box", "incident_regraded")[-1]
    assert (entry["text"], entry["asker"].startswith("uid:")) == ("one user only", True)
    assert "may not do this" in house.refuses("incident", "note", name, "x", "--as", "watcher", "--lang", "en")
    house.says("incident", "done", name, "x", "--as", "wang")


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        pytest.param(("show", "TF-1"), 64, "TF-1 is no incident's number", id="number"),
        pytest.param(("show", "9" * 18), 69, "there is no incident", id="large number"),
        pytest.param(("open", "x", "--kind", "flood"), 69, "flood is no kind; there are: network", id="class"),
        pytest.param(("open", " ", "--kind", "other"), 69, "An incident needs a title", id="title"),
        pytest.param(("open", "x", "--kind", "other", "--began", "2020-01-01 10:00"), 69, "last 2 days", id="began"),
        pytest.param(("open", "x", "--kind", "other", "--began", "noon"), 69, "2026-", id="no time"),
        pytest.param(("open", "x", "--kind", "other", "--alert", "9"), 69, "no alert 9", id="alert"),
        pytest.param(("open", "x", "--kind", "other", "--target", "y"), 69, "no target y", id="target"),
    ],
)
def test_bad_input_gets_one_line(house: House, asked: tuple[str, ...], status: int, said: str) -> None:
    assert said in house.refuses("incident", *asked, "--lang", "en", status=status)


def test_without_an_agent_it_says_how_to_start_one() -> None:
    with short_folder() as folder:
        daemon = Daemon(folder)
        for asked in (("plan", "rehearse", "general"), ("incident", "list"), ("plan", "list")):
            done = daemon.command(*asked)
            assert (done.returncode, done.stdout) == (69, "")
            assert "no agent runs, and only it can do this; start it: systemctl start nightduty" in done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_refused_or_printed_has_words(language: str) -> None:
    say = words(language)
    refusing = (handle_incident, lead_incident, open_incident, send_bulletin, start_plan, tick_off)
    sources = [inspect.getsource(module) for module in refusing]
    codes = {c for text in sources for c in re.findall(r"(?:refused\(\"|incidents\.refused\.)([a-z_]+)\"", text)}
    assert len(codes) > 20
    codes |= {"over", "no_photo", "no_note"}
    wanted = {f"refused.{code}" for code in codes}
    wanted |= {f"event.{kind}" for kind in IncidentEventKind} | {f"step.{state}" for state in StepState}
    wanted |= {f"kind.{kind}" for kind in IncidentClass} | {f"grade.{grade}" for grade in Grade}
    wanted |= {f"clock.{clock}{late}" for clock in Clock for late in ("", "_late")}
    assert [code for code in sorted(wanted) if f"cli.incidents.{code}" not in say] == []
    lacks = {"post_none", "post_instead", "blank_target", *LackKind} - {LackKind.POST}
    plans = {f"lack.{kind}" for kind in lacks} | {f"kind.{kind}" for kind in StepKind}
    plans |= {f"evidence.{evidence}" for evidence in Evidence if evidence is not Evidence.NONE}
    assert [code for code in sorted(plans) if f"cli.plan.{code}" not in say] == []
