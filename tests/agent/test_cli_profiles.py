"""Profiles of one's own: checked by themselves, named in the settings, and tried on a recorded walk."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli import run
from agent.cli.main import SETTINGS
from config.load import parse
from duty.errors import SettingsError

ACME = """\
title: Boxes of Acme
extends: [system]
match: [{object_id: [1.3.6.1.4.1.99999]}]
vendor: Acme
scalars:
  acmeTemperature: {oid: 1.3.6.1.4.1.99999.1.1.0, parameter: temperature, scale: 0.1}
"""
WALK = """\
1.3.6.1.2.1.1.1.0|4|Acme box
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7
1.3.6.1.2.1.1.3.0|67|4200
1.3.6.1.4.1.99999.1.1.0|2|655
"""
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(ACME)
    (tmp_path / "box.walk").write_text(WALK)
    return tmp_path


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Boxes of Acme (single objects: 1, columns: 0; chosen by what a device says, ways to fit: 1)"),
        ("zh", "Boxes of Acme：1 个标量，0 列；按设备自述选用，1 种匹配"),
    ],
)
def test_a_profile_is_checked_by_itself(capsys: Printed, folder: Path, language: str, said: str) -> None:
    assert run(["profile", "check", str(folder / "acme.yaml"), "--lang", language]) == 0
    assert capsys.readouterr().out.strip() == said
    assert run(["profile", "check", "config/profiles/optics.yaml", "--lang", "en"]) == 0
    assert "used where the settings name it" in capsys.readouterr().out


def test_every_mistake_is_told_in_its_line(capsys: Printed, folder: Path) -> None:
    wrong = folder / "acme.yaml"
    wrong.write_text(ACME.replace("temperature,", "temperatur,").replace("[system]", "[sytem]"))
    assert run(["profile", "check", str(wrong)]) == SETTINGS
    told = capsys.readouterr().err.splitlines()
    assert any(line.startswith(f"{wrong}:6: scalars.acmeTemperature.parameter: unknown parameter") for line in told)
    assert run(["profile", "check", str(folder / "none.yaml")]) == SETTINGS
    assert "cannot be read" in capsys.readouterr().err


def test_it_is_tried_on_a_walk(capsys: Printed, folder: Path) -> None:
    walk = str(folder / "box.walk")
    assert run(["replay", walk, "--profiles", str(folder), "--lang", "en"]) == 1
    told = capsys.readouterr().out
    assert "Acme" in told
    assert "65.5" in told
    assert run(["replay", walk, "--lang", "en"]) == 0
    assert "65.5" not in capsys.readouterr().out


def settings(folder: Path) -> str:
    return (
        "sites: {hz1: {zone: Asia/Shanghai}}\n"
        'credentials: {area: {version: "2c", community: "env:COMMUNITY"}}\n'
        "targets: [{kind: snmp, name: box, address: 192.0.2.1, credential: area, profiles: [acme]}]\n"
        f"polling: {{profiles: {folder}}}\n"
    )


def test_the_settings_may_name_it_and_tell_what_is_wrong_with_it(folder: Path) -> None:
    assert parse(settings(folder), "a.yaml").polling.profiles == folder
    (folder / "acme.yaml").write_text(ACME.replace("0.1}", "0.1, colour: red}"))
    with pytest.raises(SettingsError) as told:
        parse(settings(folder), "a.yaml")
    assert f"{folder}/acme.yaml:6: scalars.acmeTemperature: unknown key 'colour'" in str(told.value)
    assert str(told.value).startswith("a.yaml:4: polling.profiles: ")
