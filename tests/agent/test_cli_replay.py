"""The command that shows what is made of a recorded walk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.cli import run
from agent.cli.main import SETTINGS, USAGE
from exporters.words import LANGUAGES

WALK = Path(__file__).parents[1] / "profiles" / "linux.walk"


@pytest.mark.parametrize(
    ("language", "family", "used"), [("zh", "系统平台", "已用 25.0%"), ("en", "software family", "used 25.0 %")]
)
def test_a_walk_is_shown_as_the_device_would_be(
    capsys: pytest.CaptureFixture[str], language: str, family: str, used: str
) -> None:
    assert run(["replay", str(WALK), "--lang", language]) == 0
    told = capsys.readouterr().out
    assert "✓ linux" in told
    assert f"{family}" in told
    assert "5.10.0-26-amd64" in told
    assert used in told


def test_what_is_not_well_is_told_first(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    full = tmp_path / "db-2.walk"
    full.write_text(WALK.read_text("utf-8").replace(".6.31|2|250000", ".6.31|2|990000"), "utf-8")
    assert run(["replay", str(full), "--lang", "en"]) == 1
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert "db-2" in first
    assert "disk / is 99.0 % full" in second
    assert run(["replay", str(full), "--json"]) == 1
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["state"] == "abnormal"
    assert {"parameter": "cpu_count", "instance": "", "value": 2, "unit": "1", "width": 0} in sheet["look"]["readings"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_profile_may_be_named(capsys: pytest.CaptureFixture[str], language: str) -> None:
    assert run(["replay", str(WALK), "--profile", "system", "--lang", language]) == 0
    assert "25.0" not in capsys.readouterr().out


def test_what_is_no_walk_is_told_with_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.walk"
    wrong.write_text("1.3.6.1.2.1.1.3.0|67|1\n" + "SNMPv2-MIB::sysUpTime.0 = 1\n" * 1000, "utf-8")
    assert run(["replay", str(wrong)]) == SETTINGS
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(f"{wrong}:2: not an object of a walk, expected IDENTIFIER|TYPE|VALUE")
    assert len(told) == 10
    assert run(["replay", str(tmp_path / "none")]) == SETTINGS
    assert "cannot be read: No such file" in capsys.readouterr().err
    assert run(["replay", str(WALK), "--profile", "nope"]) == USAGE
    assert "no profile is called 'nope'" in capsys.readouterr().err
