"""The chosen processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import psutil
import pytest

from collectors.host.processes import Process, Processes, fitting, running
from duty.readings import Notes


@pytest.fixture
def child() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process that waits, and a pattern that only its command line fits."""
    mark = uuid4().hex
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        yield process, f"*{mark}*"
        process.kill()


def count(pattern: str) -> float:
    notes = Notes()
    Processes([pattern]).read(notes)
    return next(r.value for r in notes.readings if r.parameter == "process_running")


def test_a_process_is_found_by_its_command_line_until_it_ends(child: tuple[subprocess.Popen[bytes], str]) -> None:
    process, pattern = child
    assert count(pattern) == 1
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet reaped: a zombie
    assert count(pattern) == 0
    process.wait()
    assert count(pattern) == 0


def test_one_that_goes_while_it_is_asked_is_left_out(child: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _ = child
    known = psutil.Process(process.pid)
    assert [p.pid for p in running([known])] == [process.pid]
    process.kill()
    process.wait()
    assert running([known]) == []


def test_its_memory_is_what_psutil_says(child: tuple[subprocess.Popen[bytes], str]) -> None:
    process, _ = child
    found = running([psutil.Process(process.pid)])[0]
    # The interpreter may still be starting; it does not shrink.
    assert 0 < (found.memory or 0) <= psutil.Process(process.pid).memory_info().rss


def made(pid: int, name: str, command: str, memory: int | None = 100, seconds: float | None = 0.0) -> Process:
    return Process(pid, 0.0, name, command, memory, seconds)


@pytest.mark.parametrize(
    ("pattern", "pids"),
    [
        pytest.param("nginx", [1], id="a name is the whole name"),
        pytest.param("nginx*", [1, 2], id="a star stands for any end"),
        pytest.param("*/billing.jar*", [3], id="a command line"),
        pytest.param("apache2", [], id="none"),
    ],
)
def test_a_pattern_fits_the_name_or_the_command_line(pattern: str, pids: list[int]) -> None:
    processes = [
        made(1, "nginx", "nginx: master process"),
        made(2, "nginx-exporter", "/usr/bin/nginx-exporter"),
        made(3, "java", "java -jar /opt/billing.jar --port 80"),
    ]
    assert [p.pid for p in fitting(pattern, processes)] == pids


def values(notes: Notes) -> dict[str, float]:
    return {r.parameter: r.value for r in notes.readings}


def test_processor_use_needs_two_looks_and_counts_those_that_came_between() -> None:
    looks = Processes(["worker"])
    first, second = Notes(), Notes()
    looks.note(first, [made(1, "worker", "", seconds=5.0)], at=100.0)
    looks.note(second, [made(1, "worker", "", seconds=8.0), made(2, "worker", "", seconds=2.0)], at=110.0)
    assert [(g.parameter, g.code) for g in first.gaps] == [("process_cpu", "first_look")]
    assert values(second) == {"process_running": 2, "process_memory": 200, "process_cpu": 50.0}


def test_memory_that_may_not_be_read_is_a_gap_while_the_count_stands() -> None:
    notes = Notes()
    Processes(["db"]).note(notes, [made(1, "db", ""), made(2, "db", "", memory=None, seconds=None)], at=0.0)
    assert values(notes) == {"process_running": 2}
    assert [(g.parameter, g.code) for g in notes.gaps] == [("process_memory", "not_permitted")]


def test_none_is_a_reading_only_where_others_processes_can_be_seen() -> None:
    seen, hidden = Notes(), Notes()
    Processes(["db"]).note(seen, [], at=0.0)
    Processes(["db"]).note(hidden, [], at=0.0, visible=False)
    assert values(seen)["process_running"] == 0
    assert [(g.parameter, g.code) for g in hidden.gaps] == [("process_running", "not_permitted")]
