"""What an operator installs beside Prometheus: it holds together, and asks for nothing that the agent does not give."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from duty.findings import Severity
from duty.fold import State
from duty.parameters import PARAMETERS
from duty.readings import Gap, Look, Reading
from duty.rounds import Counts, Round, RoundState
from duty.standstill import Room
from duty.targets import Target
from duty.traps import TrapHealth
from exporters.own_health import Desk, Health, OwnMetrics
from exporters.prometheus import LastRound, Picture, render

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "nightduty.rules.yml"
DASHBOARD = DEPLOY / "grafana" / "nightduty.json"
NOW = datetime(2026, 1, 2, 20, 0, tzinfo=UTC)
FOREIGN = {"up", "vector"}
"""What the rules may use that is Prometheus's own."""


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def asked_for() -> Iterator[tuple[str, str]]:
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for query in panel["targets"]:
            yield panel["title"], query["expr"]


@pytest.fixture(scope="module")
def given() -> dict[str, set[str]]:
    """Everything that the agent ever shows: the labels of each metric."""
    readings = tuple(Reading(parameter, "x", 1, unit) for parameter, unit in PARAMETERS.items())
    picture = Picture(
        NOW,
        targets={"core": Target("core", "192.0.2.1", ("snmp",), "hq")},
        looks={"core": Look("core", NOW, timedelta(seconds=1), True, readings, gaps=(Gap("uptime", "", "timeout"),))},
        states={("core", "disk", "/var"): State(Severity.CRITICAL)},
        last_rounds={"hourly": LastRound(Round("hourly", NOW, RoundState.COMPLETE, begun=NOW, ended=NOW), Counts())},
        next_slots={"hourly": NOW + timedelta(hours=1)},
    )
    health = Health(
        NOW,
        NOW,
        "1",
        True,
        NOW,
        idle={"writer": timedelta(0)},
        queues={"messages": 0},
        failures={"timeout": 1},
        desk=Desk(failing={"chat": False}),
        traps=TrapHealth({"taken": 1}, 0, 0),
        beaten=NOW,
        escalated=NOW,
        room=Room(1e9, 50),
    )
    text = "".join(render(picture)) + OwnMetrics(lambda: health).text().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.name: {*sample.labels} for sample in samples}


@pytest.mark.parametrize(("where", "expr"), [pytest.param(where, expr, id=where) for where, expr in asked_for()])
def test_each_query_asks_only_for_what_the_agent_gives(where: str, expr: str, given: dict[str, set[str]]) -> None:
    names = set(re.findall(r"\b(nightduty_\w+)", expr))
    assert names <= given.keys()
    assert names or set(re.findall(r"\w+", expr)) & FOREIGN, f"{where} asks for nothing"


@pytest.mark.parametrize(("where", "expr"), [pytest.param(where, expr, id=where) for where, expr in asked_for()])
def test_each_query_uses_only_labels_that_are_there(where: str, expr: str, given: dict[str, set[str]]) -> None:
    known = {"job", "instance"}.union(*(given.get(name, set()) for name in re.findall(r"\b(nightduty_\w+)", expr)))
    used = set(re.findall(r"(\w+)\s*(?:=~|!=|=)\s*\"", expr))
    for grouped in re.findall(r"\b(?:by|on) \(([^)]*)\)", expr):
        used |= set(re.findall(r"\w+", grouped))
    assert used <= known, where


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule["alert"]) for rule in rules()])
def test_each_alert_says_what_is_wrong_and_what_to_do_in_both_languages(
    rule: dict[str, Any], given: dict[str, set[str]]
) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info", "none"}
    said = rule["annotations"]
    assert set(said) == {"summary", "summary_zh", "todo", "todo_zh"}
    for words in ("summary_zh", "todo_zh"):
        assert re.search("[\u4e00-\u9fff]", said[words])
    shown = set(re.findall(r"\$labels\.(\w+)", " ".join(said.values())))
    asked = re.findall(r"\b(nightduty_\w+)", rule["expr"])
    assert shown <= {"job", "instance"}.union(*(given[name] for name in asked))


def test_each_alert_is_tried_by_a_test_of_its_own() -> None:
    tried = "".join(path.read_text() for path in (DEPLOY / "prometheus" / "tests").glob("*.yml"))
    assert [rule["alert"] for rule in rules() if rule["alert"] not in tried] == []


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels())
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in panels()}) == len(panels())


@pytest.mark.system
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["check", "rules", str(RULES)], id="the rules are well formed"),
        pytest.param(
            ["check", "config", "--syntax-only", str(DEPLOY / "prometheus" / "scrape.example.yml")],
            id="the example of a scrape is well formed",
        ),
        pytest.param(
            ["test", "rules", *sorted(str(path) for path in (DEPLOY / "prometheus" / "tests").glob("*.yml"))],
            id="the rules fire when they should and not when they should not",
        ),
    ],
)
def test_promtool_agrees(words: list[str]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    done = subprocess.run([promtool, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
