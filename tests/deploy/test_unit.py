"""The unit file: systemd has nothing to say against it, and it promises what the operator is told."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent import ticks
from agent.cli import asking, main
from agent.store import connect, engine

PROJECT = Path(__file__).parents[2]
UNIT = PROJECT / "deploy" / "nightduty.service"
OPERATING = PROJECT / "docs" / "operating.md"


def values(key: str) -> list[str]:
    """Return what the unit says for a key, each line's words one after the other."""
    return [
        word for line in re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE) for word in line.split() or [""]
    ]


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    command: Sequence[str | Path] = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    # The program is not installed here, and a line that systemd does not know is a word on standard error only.
    here = tmp_path / UNIT.name
    here.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE))
    done = analyze("verify", "--man=no", here)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_exposes_little() -> None:
    done = analyze("security", "--offline=true", "--threshold=20", UNIT)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_asks_for_the_capabilities_of_ping_and_traps_alone() -> None:
    assert values("AmbientCapabilities") == values("CapabilityBoundingSet") == ["CAP_NET_RAW", "CAP_NET_BIND_SERVICE"]


def test_a_mistake_of_the_operator_is_not_tried_again_and_a_database_that_is_away_is() -> None:
    given_up = set(values("RestartPreventExitStatus"))
    assert given_up == {str(main.SETTINGS), str(main.USAGE)}
    assert str(main.UNAVAILABLE) not in given_up
    assert values("StartLimitIntervalSec") == ["0"]
    assert int(values("RestartSec")[0]) >= 30


def test_an_agent_that_waits_for_its_database_is_not_taken_for_one_that_hangs() -> None:
    watchdog = float(values("WatchdogSec")[0])
    # Signs of life end when the writer has not moved for half of it. A write that waits moves when it gives up.
    assert 1.5 * watchdog > ticks.BEAT.total_seconds() + engine.PATIENCE_S + connect.BUSY_S


def test_the_operator_is_told_what_every_exit_status_means() -> None:
    told = {int(row) for row in re.findall(r"^\| (\d+) \|", OPERATING.read_text(), re.MULTILINE)}
    assert told == {0, asking.ABNORMAL, asking.NOT_REACHED, main.USAGE, main.UNAVAILABLE, main.RUNNING, main.SETTINGS}


def test_the_operator_is_told_of_no_command_that_is_not_there() -> None:
    there = {
        command.callback.__name__.replace("_", "-") for command in main.app.registered_commands if command.callback
    } | {str(group.typer_instance.info.name) for group in main.app.registered_groups if group.typer_instance}
    named = set(re.findall(r"(?:^ +|`|&& )nightduty ([a-z-]+)", OPERATING.read_text(), re.MULTILINE))
    assert "restore" in named
    assert named <= there
