"""Alerts of Alertmanager through our hook: raised, changed and ended like ours, told to the same people, bounded."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from agent.console.hooks import ALERTS_MOST
from agent.services import take_in
from agent.store import alerts, outbox
from duty.alerts import Alert, AlertState
from duty.findings import Severity
from duty.people import Person
from duty.targets import Target
from exporters.words import say_alert, words
from exporters.words.events import Event, EventKind
from exporters.words.messages import page
from exporters.words.sms import longest, size
from tests.agent.console.doorstep import TOKEN, Doorstep, standing

HOSTILE = "<b>x</b> **y** @all [z](http://evil)\n\x1b[31m\u202e\ud800" + "长" * 400


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Doorstep]:
    async with standing(tmp_path) as doorstep:
        yield doorstep


def one(status: str = "firing", summary: str = "根分区已用 96%", **labels: str) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": "HostDiskFull", "severity": "critical", "instance": "10.0.0.1:9100"} | labels,
        "annotations": {"summary": summary},
        "startsAt": "2026-11-23T19:09:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": "c0ffee",
    }


async def post(at: Doorstep, *these: Any, **more: Any) -> httpx.Response:
    payload = {"version": "4", "receiver": "nightduty", "status": "firing", "alerts": list(these)} | more
    content = json.dumps(payload).encode()
    return await at.client.post("/hooks/alertmanager", content=content, headers={"Authorization": f"Bearer {TOKEN}"})


async def opened(at: Doorstep) -> list[Alert]:
    return await at.station.store.read(alerts.open_alerts)


async def test_a_firing_alert_goes_through_our_roster(at: Doorstep) -> None:
    answer = await post(at, one())
    assert answer.json() == {"opened": 1, "changed": 0, "ended": 0, "ignored": 0}
    (alert,) = await opened(at)
    assert (alert.key[:2], alert.site, alert.source) == (("core", "alertmanager:HostDiskFull"), "hz1", "alertmanager")
    assert (alert.severity, alert.state, alert.wakes) == (Severity.CRITICAL, AlertState.FIRING, True)
    assert alert.said == "根分区已用 96%"
    await at.tell()
    letters = await at.station.store.read(outbox.of_alert, alert.number)
    assert [(item.person, item.event) for item in letters] == [("jia", "fired")]
    assert await at.sms("1") == "[Night duty] Taken: A01 core."


async def test_the_same_again_changes_nothing(at: Doorstep) -> None:
    await post(at, one())
    before = await opened(at)
    at.clock.advance(timedelta(minutes=5))
    answer = await post(at, one(), one(summary="根分区已用 97%"))
    assert answer.json() == {"opened": 0, "changed": 0, "ended": 0, "ignored": 0}
    assert await opened(at) == before
    assert len(await at.journal("alerts_handed_in")) == 1


async def test_its_end_is_told_to_who_was_told(at: Doorstep) -> None:
    await post(at, one())
    await at.tell()
    at.clock.advance(timedelta(minutes=3))
    answer = await post(at, one("resolved"), status="resolved")
    assert answer.json()["ended"] == 1
    assert (await at.alert()).state is AlertState.RESOLVED
    await at.tell()
    letters = await at.station.store.read(outbox.of_alert, 1)
    assert ("jia", "resolved") in {(item.person, item.event) for item in letters}
    assert (await post(at, one("resolved"))).json()["ended"] == 0, "and it ends once"


async def test_what_becomes_worse_calls_again_and_what_eases_stays_with_who_has_it(at: Doorstep) -> None:
    await post(at, one(severity="warning", summary="85%"))
    await at.tell()
    await at.sms("A01")
    await post(at, one(severity="critical", summary="96%"))
    alert = await at.alert()
    assert (alert.severity, alert.taken_by, alert.said, alert.wakes) == (Severity.CRITICAL, "", "96%", True)
    await at.sms("A01")
    await post(at, one("resolved", severity="critical"))
    alert = await at.alert()
    assert (alert.severity, alert.taken_by) == (Severity.WARNING, "jia")
    assert [kind for kind in await at.kinds() if kind != "told"] == ["fired", "taken", "worsened", "taken", "eased"]


async def test_what_eased_wakes_nobody_any_more_and_what_stays_critical_does(at: Doorstep) -> None:
    await post(at, one(severity="warning"), one(severity="critical"), one("resolved", severity="page"))
    assert (await at.alert()).wakes
    await post(at, one("resolved", severity="warning"))
    await post(at, one(severity="warning"))
    assert ((await at.alert()).severity, (await at.alert()).wakes) == (Severity.CRITICAL, True)
    await post(at, one("resolved", severity="critical"))
    assert ((await at.alert()).severity, (await at.alert()).wakes) == (Severity.WARNING, False)


async def test_theirs_and_ours_of_one_target_do_not_touch(at: Doorstep) -> None:
    await at.fails("core")
    await post(at, one(alertname="reach"))
    assert len(await opened(at)) == 2
    await post(at, one("resolved", alertname="reach"))
    (ours,) = await opened(at)
    assert ours.source == ""


async def test_an_unknown_machine_is_told_by_its_label_at_the_first_site(at: Doorstep) -> None:
    await post(at, one(instance="db-7:9100"))
    (alert,) = await opened(at)
    assert (alert.key[0], alert.site, alert.wakes) == ("db-7:9100", "hz1", False)


async def test_what_needs_nobody_is_left_out(at: Doorstep) -> None:
    answer = await post(at, one(severity="info"), one(severity="none", alertname="Watchdog"), {}, None, 3, "x")
    assert answer.json()["ignored"] == 6
    assert await opened(at) == []


@pytest.mark.parametrize(
    "payload",
    [{}, {"version": "3", "alerts": []}, {"version": "4"}, {"version": "4", "alerts": {}}, [], "x", 4],
)
async def test_another_form_is_said_to_be_one(at: Doorstep, payload: Any) -> None:
    answer = await at.client.post("/hooks/alertmanager", json=payload, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 400
    assert "expected" in answer.json()["error"]


async def test_more_than_a_megabyte_is_refused_and_said_in_the_log(
    at: Doorstep, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await post(at, one(summary="x" * ALERTS_MOST))
    assert answer.status_code == 413
    assert "were refused" in caplog.text


async def test_of_very_many_the_worst_are_taken_and_the_rest_counted(
    at: Doorstep, caplog: pytest.LogCaptureFixture
) -> None:
    many = [one(instance=f"w-{n}", severity="warning") for n in range(take_in.MOST_AT_ONCE)]
    answer = await post(at, *many, *(one(instance=f"c-{n}") for n in range(3)))
    assert answer.json() == {"opened": 500, "changed": 0, "ended": 0, "ignored": 0, "cut": 3}
    assert sum(alert.severity is Severity.CRITICAL for alert in await opened(at)) == 3
    assert "more than the 500" in caplog.text


async def test_when_very_many_are_open_new_ones_find_no_room_and_ends_still_count(
    at: Doorstep,
) -> None:
    at.app.state.gates = replace(at.gates, most_open=3)
    await post(at, *(one(instance=f"h-{n}") for n in range(3)))
    for _ in range(3):
        answer = await post(at, one(instance="h-3"))
        assert answer.status_code == 429
        assert "find no room" in answer.json()["error"]
    assert len(await at.journal("alerts_refused")) == 1
    answer = await post(at, one("resolved", instance="h-0"), one(instance="h-3"))
    assert answer.json() == {"opened": 1, "changed": 0, "ended": 1, "ignored": 0}
    assert (await post(at, one(instance="h-4"))).status_code == 429
    assert len(await at.journal("alerts_refused")) == 2


def said(alert: Alert, language: str, site: str = "hz1", target: Target | None = None) -> tuple[str, str, str]:
    event = Event(EventKind.FIRED, alert.opened, "k", alert, target, person=Person("jia", "甲工"))
    message = page(event, words(language), ZoneInfo("Asia/Shanghai"), alert.opened)
    return message.title, "\n".join(message.lines), message.sms


async def test_how_it_is_said(at: Doorstep) -> None:
    await post(at, one())
    alert = await at.alert()
    assert say_alert(alert, words("en")) == "HostDiskFull: 根分区已用 96% (from Prometheus)"
    title, lines, sms = said(alert, "zh")
    assert title == "【夜班值守】🔴严重｜core HostDiskFull：根分区已用 96%（来自 Prometheus），03:10 起"
    assert lines.splitlines() == ["位置：hz1", "甲工：请认领", "A01"]
    assert sms.startswith("【夜班值守】严重：")
    assert "根分区已用 96%" in sms
    assert "A01" in sms


async def test_a_long_word_of_theirs_has_a_line_of_its_own(at: Doorstep) -> None:
    await post(at, one(summary="The file system / of db-7 has been filling up since midnight and has 4 % left now."))
    title, lines, _ = said(await at.alert(), "en")
    assert "since midnigh… (from Prometheus)" in title
    assert "In full: The file system / of db-7 has been filling up since midnight and has 4 % left now." in lines


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("where", ["summary", "alertname", "instance"])
async def test_what_is_hostile_in_it_does_nothing(at: Doorstep, language: str, where: str) -> None:
    answer = await post(at, one(**{where: HOSTILE}))
    assert answer.status_code == 200
    title, lines, sms = said(await at.alert(), language)
    text = f"{title}\n{lines}"
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not any(c in text.removeprefix("[Night duty]") for c in "<>*@[]")
    assert "http://" not in text
    assert len(title) < 400
    assert size(sms) <= longest(sms)
    shown = await at.client.get(at.token(1))
    assert "<b>x</b>" not in shown.text
