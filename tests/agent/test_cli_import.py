"""The command that proposes targets from a list: the diff, what is told, and that check-config takes the result."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.cli import run
from config.lists.credentials import FOLDER

SETTINGS = """# ours
sites: {hz1: {zone: Asia/Shanghai}}   # the only one
credentials: {}
targets:
  - kind: icmp   # the gate
    name: gate
    address: 192.0.2.1
# the end
"""
LIST = """名称,IP,团体字,上级,采购人
核心 1,192.0.2.2,n0t-public,gate,甲
坏,10.0.0.300,n0t-public,,乙
接入,192.0.2.3,other-one,核心 1,丙
"""
Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nightduty(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nightduty.yaml").write_text(SETTINGS, "utf-8")
    (tmp_path / "list.csv").write_text(LIST, "gb18030")

    def ran(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        return run([*given, "--lang", "en"]), *capsys.readouterr()

    return ran


def test_the_diff_is_printed_and_nothing_is_changed(nightduty: Ran, tmp_path: Path) -> None:
    status, out, err = nightduty("import", "list.csv", "--config", "nightduty.yaml")
    assert status == 1
    assert (tmp_path / "nightduty.yaml").read_text("utf-8") == SETTINGS
    assert [line for line in out.splitlines() if line.startswith("-")] == ["--- nightduty.yaml", "-credentials: {}"]
    assert "+    depends_on: [核心-1]\n" in out
    for secret in ("n0t-public", "other-one"):
        assert secret not in out + err
    for told in (
        'list.csv: row 3: "10.0.0.300" is no address, expected an IP address or a host name',
        "row 2: 核心 1 is called 核心-1 here",
        'left out: column "采购人": 1',
        "targets proposed: 2 (snmp 2)",
        f"install -m 600 /dev/stdin {FOLDER}/community-2",
        "Nothing is changed yet.",
    ):
        assert told in err
    assert "Traceback" not in err


def filled_in(file: Path, folder: Path) -> None:
    """Do what the command says is left to do, in another folder."""
    folder.mkdir()
    text = file.read_text("utf-8")
    for path in re.findall(rf"{FOLDER}/(\S+)", text):
        (folder / path).write_text("secret")
        (folder / path).chmod(0o600)
    file.write_text(text.replace(FOLDER, str(folder)), "utf-8")


def test_the_new_entries_alone_are_written_into_a_new_file(nightduty: Ran, tmp_path: Path) -> None:
    again = ("import", "list.csv", "--config", "nightduty.yaml", "--output", "new.yaml")
    assert nightduty(*again)[:2] == (1, "")
    text = (tmp_path / "new.yaml").read_text("utf-8")
    assert text.startswith("credentials:\n  # the one of row 2; its secret goes into the file\n  community-1:\n")
    assert "gate\n" not in text.replace("[gate]", "")
    status, _, err = nightduty(*again)
    assert (status, (tmp_path / "new.yaml").read_text("utf-8")) == (64, text)
    assert "is there already" in err


def test_without_settings_whole_ones_are_written(nightduty: Ran, tmp_path: Path) -> None:
    assert nightduty("import", "list.csv", "--output", "new.yaml")[0] == 1
    filled_in(tmp_path / "new.yaml", tmp_path / "secrets")
    status, out, _ = nightduty("check-config", "new.yaml")
    assert status == 0
    assert "2 targets" in out


@pytest.mark.skipif(shutil.which("patch") is None, reason="no patch")
def test_patch_takes_the_diff_check_config_the_result_and_a_second_time_nothing_is_new(
    nightduty: Ran, tmp_path: Path
) -> None:
    _, out, _ = nightduty("import", "list.csv", "--config", "nightduty.yaml")
    subprocess.run(["patch", "-s", "nightduty.yaml"], input=out.encode(), cwd=tmp_path, check=True)
    filled_in(tmp_path / "nightduty.yaml", tmp_path / "secrets")
    status, out, _ = nightduty("check-config", "nightduty.yaml")
    assert status == 0
    assert "3 targets" in out
    status, out, err = nightduty("import", "list.csv", "--config", "nightduty.yaml")
    assert (status, out) == (1, "")
    assert "in the settings already: 2" in err
    assert "targets proposed: none" in err


def test_a_list_without_mistakes_is_a_zero(nightduty: Ran, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("ip\n192.0.2.7\n")
    status, _, err = nightduty("import", "good.csv", "--config", "nightduty.yaml")
    assert status == 0
    assert "only pinged: 1" in err


@pytest.mark.parametrize(
    ("file", "status", "said"),
    [
        ("absent.csv", 78, "absent.csv: cannot be read: No such file"),
        ("nightduty.yaml", 78, "no list that is known here"),
    ],
)
def test_what_is_no_list_gets_one_line(nightduty: Ran, file: str, status: int, said: str) -> None:
    done, out, err = nightduty("import", file, "--config", "nightduty.yaml")
    assert (done, out, err.count("\n")) == (status, "", 1)
    assert said in err
