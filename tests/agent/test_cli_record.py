"""The command line for the duty log and for tasks, beside a real agent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from agent.clock import SteadyClock
from tests.agent.test_cli_alerts import House, make
from tests.soak.scene import journal, rows, short_folder


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with short_folder() as folder:
        house = make(folder)
        try:
            house.daemon.start()
            yield house
        finally:
            house.daemon.put_away()


def test_a_line_is_written_into_the_log_and_read(house: House) -> None:
    assert "本班尚无记录。" in house.says("log")
    assert "已记入日志" in house.says("log", "巡视机房\n未见\x1b[31m异常", "--as", "zhang")
    said = house.says("log")
    assert "巡视机房 未见\ufffd[31m异常（张三）" in said
    (entry,) = journal(house.daemon.database, "box", "log_written")
    assert entry["asker"].startswith("uid:")
    assert rows(house.daemon.database, "SELECT person FROM log_line") == [("zhang",)]


def test_a_task_is_opened_listed_and_closed(house: House) -> None:
    assert "目前没有未完成的任务。" in house.says("tasks")
    due = SteadyClock().now() + timedelta(hours=30)
    added = house.says(
        "task", "add", "换风扇", "--owner", "zhang", "--due", f"{due:%Y-%m-%d %H:%M}", "--priority", "urgent"
    )
    assert "已登记 T01：换风扇" in added
    listed = house.says("tasks")
    assert "T01  换风扇，责任人：张三，完成时限：" in listed
    assert "紧急，本班新增" in listed
    assert "T01 is closed: 换风扇" in house.says("task", "close", "t1", "done", "--as", "wang", lang="en")
    (entry,) = journal(house.daemon.database, "box", "task_closed")
    assert (entry["task"], entry["word"]) == (1, "done")
    assert "No task is open." in house.says("tasks", lang="en")


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        pytest.param("log x --at 2020-01-01T00:00 --lang en", 69, "more than a day ago", id="too long ago"),
        pytest.param("log x --at noon --lang zh", 69, "请填写时间", id="no time"),
        pytest.param("log x --site nowhere", 69, "name the site; there are: main", id="no such site"),
        pytest.param("log x --as nobody", 69, "nobody named nobody; there are: li, wang, zhang", id="no such person"),
        pytest.param("task add x --owner nobody --lang zh", 69, "没有名为 nobody 的人员", id="no such owner"),
        pytest.param("task add x --due 2020-01-01T00:00 --lang en", 69, "That time is over", id="due in the past"),
        pytest.param("task add x --priority soon", 69, "the priorities urgent, normal, low", id="no such priority"),
        pytest.param("task close 99 done", 69, "there is no task 99", id="no such task"),
        pytest.param("task close seven done", 64, "no task's number", id="a number that is none"),
    ],
)
def test_what_cannot_be_done_is_one_line(house: House, command: str, status: int, said: str) -> None:
    assert said in house.refuses(*command.split(), status=status)


def test_without_an_agent_nothing_is_written() -> None:
    with short_folder() as folder:
        assert "no agent runs" in make(folder).refuses("log", "x")
