"""The media type for Zabbix: its script, run as Zabbix runs it, hands problems to our hook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from agent.store import alerts
from duty.alerts import Alert
from duty.findings import Severity
from exporters.words import say_alert, words
from tests.agent.console.doorstep import TOKEN, Doorstep, standing

ROOT = Path(__file__).parents[2]
HARNESS = Path(__file__).with_name("zabbix.js")
MEDIA = yaml.safe_load((ROOT / "deploy/zabbix/nightduty-media-type.yaml").read_text("utf-8"))["zabbix_export"]
(TYPE,) = MEDIA["media_types"]
SCRIPT: str = TYPE["script"]


def runs(parameters: Mapping[str, str], status: int = 200) -> Any:
    """Run the script with what Zabbix puts for the macros, and return what it sent and what became of it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed (Debian: apt-get install nodejs)")
    given = {
        "url": "https://night.example.com/hooks/alertmanager",
        "token": TOKEN,
        "event_value": "1",
        "event_name": "磁盘 /var 空间不足",
        "event_severity": "4",
        "event_opdata": "剩余 3%",
        "trigger_id": "13579",
        "host_name": "core",
        "host_ip": "10.0.0.1",
        "tag_site": "{EVENT.TAGS.site}",
        "tag_wake": "*UNKNOWN*",
    } | dict(parameters)
    assert given.keys() == {parameter["name"] for parameter in TYPE["parameters"]}
    done = subprocess.run(
        [node, HARNESS], input=json.dumps([SCRIPT, given, status]), capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Doorstep]:
    async with standing(tmp_path) as doorstep:
        yield doorstep


async def handed(at: Doorstep, **parameters: str) -> httpx.Response:
    """Run the script, and hand what it sent to our hook."""
    sent = runs(parameters)
    assert (sent["error"], sent["result"]) == (None, "OK")
    headers = dict(header.split(": ", 1) for header in sent["headers"])
    return await at.client.post(sent["url"], content=sent["body"], headers=headers)


async def opened(at: Doorstep) -> list[Alert]:
    return await at.station.store.read(alerts.open_alerts)


async def test_a_problem_is_raised_and_its_recovery_ends_it(at: Doorstep) -> None:
    assert (await handed(at)).json()["opened"] == 1
    (alert,) = await opened(at)
    assert (alert.key[:2], alert.severity, alert.source) == (
        ("core", "zabbix:磁盘 /var 空间不足"),
        Severity.CRITICAL,
        "zabbix",
    )
    assert alert.said == "剩余 3%"
    assert say_alert(alert, words("zh")) == "磁盘 /var 空间不足：剩余 3%（来自 Zabbix）"
    assert (await handed(at, event_opdata="剩余 2%")).json()["changed"] == 0
    assert (await handed(at, event_value="0")).json()["ended"] == 1
    assert await opened(at) == []


@pytest.mark.parametrize(
    ("number", "severity"),
    [("0", None), ("1", None), ("2", Severity.WARNING), ("3", Severity.WARNING), ("4", Severity.CRITICAL),
     ("5", Severity.CRITICAL), ("{EVENT.NSEVERITY}", Severity.WARNING)],
)  # fmt: skip
async def test_its_severities_are_ours(at: Doorstep, number: str, severity: Severity | None) -> None:
    await handed(at, event_severity=number)
    assert [alert.severity for alert in await opened(at)] == ([severity] if severity else [])


async def test_a_severity_that_somebody_changed_in_zabbix_changes_ours(at: Doorstep) -> None:
    await handed(at, event_severity="5")
    assert (await handed(at, event_severity="3")).json()["changed"] == 1
    assert [alert.severity for alert in await opened(at)] == [Severity.WARNING]
    assert (await handed(at, event_severity="3", event_value="0")).json()["ended"] == 1


async def test_tags_say_the_site_and_what_may_wake(at: Doorstep) -> None:
    unknown = {"host_name": "db-7", "host_ip": "10.9.9.9"}
    await handed(at, **unknown)
    await handed(at, **unknown, trigger_id="2", tag_wake="true", tag_site="hz1")
    assert [(alert.key[0], alert.wakes) for alert in await opened(at)] == [("db-7", False), ("db-7", True)]


@pytest.mark.parametrize("status", [401, 429, 503, 0])
def test_what_is_not_taken_is_thrown_so_that_zabbix_tries_again(status: int) -> None:
    sent = runs({}, status)
    assert sent["error"] == f'nightduty answered {status}: {{"error":"why"}}'
    assert TOKEN not in sent["error"]


def test_the_script_is_what_zabbix_understands() -> None:
    assert MEDIA["version"] == "6.0"
    assert TYPE["type"] == "WEBHOOK"
    assert not re.search(r"=>|`|\blet\b|\bconst\b|\basync\b|\.\.\.", re.sub(r"//.*", "", SCRIPT)), "ECMAScript 5"
