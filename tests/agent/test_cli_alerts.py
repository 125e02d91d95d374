"""The command line for alerts, beside a real agent whose channel is a program that writes down what it is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import SteadyClock
from agent.store.timeline import EventKind
from exporters.words import LANGUAGES, words
from tests.soak.scene import Daemon, journal, rows, short_folder, until

RECEIVER = """
import sys
whom = sys.argv[2] if len(sys.argv) > 2 else ""
with open(sys.argv[1], "a", encoding="utf-8") as heard:
    heard.write(whom + " " + sys.stdin.read().replace(chr(10), " ") + chr(10))
"""

MORE = """
checks: {{reach: {{looks_warning: 1, looks_critical: 1, looks_back: 1}}}}
channels:
  siren: {{kind: command, path: {python}, arguments: [{receiver}, {heard}]}}
  broken: {{kind: command, path: /bin/false}}
people:
  - {{name: zhang, title: 张三, phone: "138-0000-0001", posts: [technician], language: zh,
      contacts: [{{channel: siren, address: zhang}}]}}
  - {{name: wang, title: 王五, posts: [manager], contacts: [{{channel: siren, address: wang}}]}}
  - {{name: li, title: 李四, posts: [leader, technician], contacts: [{{channel: broken, address: li}}]}}
rotations:
  days: {{post: technician, people: [zhang], start: 2026-01-01, begin: "08:00", end: "20:00"}}
  nights: {{post: technician, people: [zhang], start: 2026-01-01, begin: "20:00", end: "08:00"}}
escalation: {{critical: [{{after: 0s, post: technician}}, {{after: 5s, post: manager}}]}}
fallback: [{{channel: siren, address: desk}}]
"""
"""The equipment is key, so that it rings at whatever hour the test is run."""


@dataclass(frozen=True)
class House:
    """The agent, and what its siren was told."""

    daemon: Daemon
    heard: Path

    def told(self, whom: str) -> list[dict[str, object]]:
        lines = self.heard.read_text("utf-8").splitlines() if self.heard.exists() else []
        return [json.loads(line.partition(" ")[2]) for line in lines if line.startswith(whom + " ")]

    def tests(self, whom: str) -> list[dict[str, object]]:
        return [message for message in self.told(whom) if str(message["key"]).startswith("test-")]

    def says(self, *words: str, status: int = 0, lang: str = "zh") -> str:
        """Run a command, expect its exit status, and return what it printed."""
        done = self.daemon.command(*words, "--lang", lang)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *words: str, status: int = 69) -> str:
        """Run a command that must fail in one line, and return that line."""
        done = self.daemon.command(*words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1), done.stdout + done.stderr
        return done.stderr


def make(folder: Path) -> House:
    receiver, heard = folder / "receiver.py", folder / "heard"
    receiver.write_text(RECEIVER)
    daemon = Daemon(folder)
    daemon.write_settings(
        "[{name: core-1, kind: tcp, address: 127.0.0.1, port: 1, key: true}]",
        MORE.format(python=sys.executable, receiver=receiver, heard=heard),
    )
    return House(daemon, heard)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """An agent that has found its one target dead and has told the technician."""
    with short_folder() as folder:
        house = make(folder)
        try:
            house.daemon.start()
            until(lambda: house.told("zhang"), 30, f"the technician is told:\n{house.daemon.said()}")
            yield house
        finally:
            house.daemon.put_away()


@pytest.fixture
def fresh() -> Iterator[House]:
    with short_folder() as folder:
        house = make(folder)
        yield house
        house.daemon.put_away()


def test_an_alert_is_listed_taken_and_given_back(house: House) -> None:
    assert "未处理：★ core-1" in house.says("alerts")
    assert "无人处理的告警 1 条" in house.says("status", status=2)
    taken = house.says("ack", "A01", "--as", "zhang", "--note", "去看一下")
    assert "A01 处理中：★ core-1" in taken
    assert "zhang" in house.says("alerts")
    assert "无人处理" not in house.says("status", status=2)
    (said,) = journal(house.daemon.database, "box", "alert_taken")
    assert said["asker"].startswith("uid:")
    assert rows(house.daemon.database, "SELECT actor FROM journal WHERE kind = 'alert_taken'") == [("zhang",)]
    timeline = house.says("alerts", "1")
    assert (
        timeline.index("发现") < timeline.index("已通知，zhang，通道 siren") < timeline.index("认领，zhang，“去看一下”")
    )
    assert "A01 未处理" in house.says("give-back", "1", "--as", "zhang")
    assert "nobody has alert 1" in house.refuses("give-back", "1")


def test_what_is_put_off_stays_in_the_list_in_plain_words(house: House) -> None:
    assert "A01 暂不提醒" in house.says("snooze", "1", "2h", "--as", "wang")
    assert "暂不提醒：★ core-1" in house.says("alerts")
    (entry,) = json.loads(house.says("alerts", "--all", "--json"))
    assert (entry["standing"], entry["alert"]["number"]) == ("snoozed", 1)
    house.says("give-back", "1")


def test_a_comment_stands_in_the_timeline_on_one_line(house: House) -> None:
    house.says("comment", "1", "备件\n已到\x1b[31m", "--as", "wang")
    assert "备注，wang，“备件 已到\ufffd[31m”" in house.says("alerts", "1")


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        pytest.param("ack 99", 69, "there is no alert 99", id="no such alert"),
        pytest.param("alerts 99", 69, "there is no alert 99", id="no such alert to show"),
        pytest.param("ack 1 --as nobody", 69, "nobody named nobody; there are: li, wang, zhang", id="no such person"),
        pytest.param("ack seven", 64, "no alert's number", id="a number that is none"),
        pytest.param(f"ack {10**18 * 99}", 64, "no alert's number", id="a number that no alert can have"),
        pytest.param("snooze 1 soon", 64, "no duration", id="a duration that is none"),
        pytest.param("snooze 1 30d", 69, "1 minute to 7 days", id="put off for too long"),
        pytest.param("snooze 1 10s", 69, "1 minute to 7 days", id="put off for nothing"),
        pytest.param("notify --test moon", 69, "no person and no channel named moon", id="no such channel"),
    ],
)
def test_what_cannot_be_done_is_one_line(house: House, command: str, status: int, said: str) -> None:
    assert said in house.refuses(*command.split(), status=status)


def test_a_comment_needs_words(house: House) -> None:
    assert "a comment needs words" in house.refuses("comment", "1", " ")


def test_a_test_message_says_what_the_channel_answered(house: House) -> None:
    assert "✓ zhang，通道 siren：已发出（exit 0）" in house.says("notify", "--test", "zhang")
    (heard,) = house.tests("zhang")
    assert "测试" in str(heard)
    assert "✗ li，通道 broken：被通道拒绝（exit 1）" in house.says("notify", "--test", "li", status=1)
    house.says("notify", "--test", "siren")
    assert len(house.tests("desk")) == 1
    house.says("notify", "--test", "siren", "--to", "somebody")
    assert len(house.tests("somebody")) == 1
    tests = journal(house.daemon.database, "box", "channel_tested")
    assert [(said["channel"], said["code"]) for said in tests[:2]] == [("siren", "accepted"), ("broken", "refused")]


def test_the_roster_says_who_is_there_and_who_comes_next(house: House) -> None:
    said = house.says("roster")
    assert "main 技术值班：张三 138-0000-0001，至" in said
    assert "下一班 张三" in said
    assert "main 技术值班：张三" in house.says("status", status=2)
    posts = json.loads(house.says("roster", "--json"))["posts"]
    assert [(held["post"], [shift["person"] for shift in held["now"]]) for held in posts] == [("technician", ["zhang"])]


def test_without_an_agent_the_record_is_read_and_nothing_is_changed(fresh: House) -> None:
    fresh.daemon.start()
    until(lambda: fresh.told("zhang"), 30, "the technician is told")
    fresh.daemon.stop()
    content = fresh.daemon.database.read_bytes()
    said = fresh.says("alerts")
    assert "巡检程序未运行" in said
    assert "未处理：★ core-1" in said
    assert "张三" in fresh.says("roster")
    for command in ("ack 1", "give-back 1", "snooze 1 1h", "comment 1 word", "notify --test siren"):
        assert "no agent runs, and only it can do this" in fresh.refuses(*command.split())
    assert fresh.daemon.database.read_bytes() == content


def test_who_takes_an_alert_ends_its_escalation_until_it_is_given_back(fresh: House) -> None:
    fresh.daemon.start()
    until(lambda: fresh.told("zhang"), 30, "the technician is told")
    fresh.daemon.ask("take", number=1, **{"as": "zhang"})
    passed = "SELECT 1 FROM alert, run WHERE run.beat > alert.fired + 7000000"
    until(lambda: rows(fresh.daemon.database, passed), 40, "the next step would have come")
    assert fresh.told("desk") == []
    fresh.says("give-back", "1", "--as", "zhang")
    until(lambda: fresh.told("desk"), 30, "the next step is told, for nobody has it now")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", EventKind)
def test_whatever_happens_to_an_alert_has_words(kind: EventKind, language: str) -> None:
    assert f"alerting.event.{kind.value}" in words(language)


def test_somebody_is_put_on_duty_and_stands_in(fresh: House) -> None:
    fresh.daemon.start()
    day = SteadyClock().now().date() + timedelta(days=2)
    at = ("--site", "main", "--post", "technician", "--begin", f"{day} 20:00")
    assert "已安排李四替班：技术值班" in fresh.says(
        "substitute", *at, "--person", "li", "--for", "zhang", "--note", "生病", "--as", "wang"
    )
    assert "已安排张三：技术值班" in fresh.says("substitute", *at, "--end", "23:00", "--person", "zhang")
    assert rows(fresh.daemon.database, "SELECT actor FROM journal WHERE kind = 'shift_changed'") == [("wang",)]
    (said,) = journal(fresh.daemon.database, "box", "shift_put")
    assert (said["person"], said["end"]) == ("zhang", f"{day}T23:00:00+00:00")
    refused = (*at, "--lang", "en")
    assert "does not hold the post technician. Who does: " in fresh.refuses("substitute", *refused, "--person", "wang")
    assert "already from" in fresh.refuses("substitute", *refused, "--person", "li")
    assert "not on duty" in fresh.refuses("substitute", *refused, "--person", "zhang", "--for", "wang")
    assert "Leave the end out" in fresh.refuses(
        "substitute", *refused, "--person", "zhang", "--for", "li", "--end", "23:00"
    )
    assert "Say why" in fresh.refuses("substitute", *refused, "--person", "zhang", "--for", "li")
    wrong = ("--post", "technician", "--person", "zhang", "--lang", "en")
    assert "no such site. There are: main" in fresh.refuses(
        "substitute", *wrong, "--site", "x", "--begin", "2026-11-24"
    )
    assert "Give a time" in fresh.refuses("substitute", *wrong, "--begin", "tomorrow")
    assert "over already" in fresh.refuses("substitute", *wrong, "--begin", "2026-01-02 20:00")
    assert "chef is no post" in fresh.refuses(
        "substitute", "--post", "chef", "--person", "zhang", "--begin", f"{day} 20:00"
    )


def test_a_round_is_marked_as_read(house: House) -> None:
    house.says("inspect", status=2)
    (number,) = rows(house.daemon.database, "SELECT max(number) FROM round")[0]
    said = house.says("read", str(number), "--as", "zhang", "--note", "已到现场")
    assert said.startswith("张三，")
    assert said.endswith("“已到现场”\n")
    assert said == house.says("read", str(number), "--as", "zhang", "--note", "已到现场"), "the first time stands"
    assert "there is nobody named chen" in house.refuses("read", str(number), "--as", "chen")
    assert "there is no round 99" in house.refuses("read", "99")
