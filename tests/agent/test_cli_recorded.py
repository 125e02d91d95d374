"""The command that records a device to give it away: what is in the file, what is told, what is never overwritten."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from agent.cli import run
from tests.agent.test_cli_look import beside, faulty
from tests.collectors.snmp.faulty_agent import Asked, honest, identifier, number, octets, reply, tlv, truthful
from tests.collectors.snmp.real_agent import SNMPD, snmpd

SYSTEM, IF, IFX = (1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
TREE = {
    (*SYSTEM, 1, 0): octets(b"Huawei Versatile Routing Platform, asked with n0t-public"),
    (*SYSTEM, 2, 0): identifier((1, 3, 6, 1, 4, 1, 2011, 2, 23, 1)),
    (*SYSTEM, 3, 0): number(360_000, 0x43),
    (*SYSTEM, 4, 0): octets(b"li.wei@bank.example.cn"),
    (*SYSTEM, 5, 0): octets("杭州核心-1".encode()),
    (*IFX, 1, 7): octets(b"Gi0/1"),
    (*IF, 8, 7): number(1),
    (*IF, 7, 7): number(1),
    (*IFX, 18, 7): octets("到杭州核心-1".encode("gbk")),
    (1, 3, 6, 1, 2, 1, 4, 20, 1, 1, 10, 44, 55, 66): tlv(0x40, bytes((10, 44, 55, 66))),
    (1, 3, 6, 1, 6, 3, 16, 1, 1): octets(b"not asked for"),
}
Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nightduty(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.chdir(tmp_path)

    def ran(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        return run(list(given)), *capsys.readouterr()

    return ran


RECORD = ("record", "127.0.0.1", "--timeout", "0.3", "--retries", "0", "--community", "n0t-public", "--port")


def test_what_is_written_tells_nobody_and_can_be_replayed(nightduty: Ran, tmp_path: Path) -> None:
    with beside(faulty(honest(TREE))) as port:
        assert nightduty(*RECORD, port)[:2] == (0, "")
        status, _, err = nightduty(*RECORD, port)
    assert status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["huawei-vrp-2.walk", "huawei-vrp.walk"]
    file = tmp_path / "huawei-vrp.walk"
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text("utf-8")
    for secret in ("n0t-public", "li.wei", "bank", "杭州", "10.44.55.66", "not asked for"):
        assert secret not in text
        assert secret.encode().hex() not in text
        assert secret.encode("gbk").hex() not in text
    assert "1.3.6.1.2.1.4.20.1.1.192.0.2.1|64|192.0.2.1\n" in text
    for told in ("huawei-vrp-2.walk: objects written: 10", "addresses, replaced: 2", "Look it over"):
        assert told in err
    status, out, _ = nightduty("replay", str(file), "--json")
    assert any(each["parameter"] == "port_up" for each in json.loads(out)["look"]["readings"])


def test_never_over_a_file_that_is_there(nightduty: Ran, tmp_path: Path) -> None:
    there = tmp_path / "mine.walk"
    there.write_text("mine")
    status, _, err = nightduty("record", "127.0.0.1", "--output", str(there))
    assert (status, there.read_text()) == (64, "mine")
    assert "is there already" in err
    assert nightduty("record", "127.0.0.1", "--output", str(tmp_path / "no" / "x.walk"))[0] == 64


def test_what_is_missing_is_said_in_the_file_and_aside(nightduty: Ran, tmp_path: Path) -> None:
    def silent_after(asked: Asked) -> list[bytes]:
        return [reply(asked, truthful(TREE, asked)[:3])] if asked.names[0] < (*SYSTEM, 3) else []

    with beside(faulty(silent_after)) as port:
        status, _, err = nightduty(*RECORD, port, "--output", "cut.walk")
    assert status == 1
    assert "Cut off, more is there: no answer in time" in err
    assert "# Cut off, more is there: no answer in time\n" in (tmp_path / "cut.walk").read_text()


def test_where_an_agent_lies_its_index_is_not_told(nightduty: Ran, tmp_path: Path) -> None:
    last = (1, 3, 6, 1, 2, 1, 4, 20, 1, 1, 10, 44, 55, 66)

    def lies(asked: Asked) -> list[bytes]:
        bindings = truthful(TREE, asked)
        return [reply(asked, [(n, v) if n <= last else (last, octets(b"again")) for n, v in bindings])]

    with beside(faulty(lies)) as port:
        status, _, err = nightduty(*RECORD, port, "--output", "x.walk")
    assert status == 1
    assert "Missing below 1.3.6.1.2.1.4.20.1.1: the device's SNMP agent answers wrongly" in err
    assert "10.44.55" not in err + (tmp_path / "x.walk").read_text()


def test_who_does_not_answer_leaves_no_file(nightduty: Ran, tmp_path: Path) -> None:
    with beside(faulty(lambda _: [])) as port:
        status, _, err = nightduty(*RECORD, port)
    assert (status, list(tmp_path.iterdir())) == (2, [])
    assert "127.0.0.1: nothing was read: no answer in time" in err


def test_only_what_is_below_the_roots_is_asked_for(nightduty: Ran, tmp_path: Path) -> None:
    with beside(faulty(honest(TREE))) as port:
        assert nightduty(*RECORD, port, "--root", ".1.3.6.1.2.1.31", "--output", "x.walk")[0] == 0
    lines = [line for line in (tmp_path / "x.walk").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert [line.partition("|")[0] for line in lines] == ["1.3.6.1.2.1.31.1.1.1.1.7", "1.3.6.1.2.1.31.1.1.1.18.7"]
    status, _, err = nightduty(*RECORD, "9", "--root", "ifTable")
    assert status == 64
    assert "ifTable is no identifier" in err


@pytest.mark.system
@pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed (Debian: apt-get install snmpd)")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param(("--community", "public"), id="version 2c"),
        pytest.param(
            (
                *("--user", "strong", "--auth", "sha256", "--auth-password", "authenticates"),
                *("--priv", "aes", "--priv-password", "encrypts well"),
            ),
            id="version 3",
        ),
    ],
)
def test_a_real_agent_is_recorded_and_reads_as_it_did(nightduty: Ran, tmp_path: Path, how: Sequence[str]) -> None:
    folder = tmp_path / "snmpd"
    folder.mkdir()

    @asynccontextmanager
    async def opened() -> AsyncIterator[int]:
        async with snmpd(folder, "sysName core-7.bank.example.cn\n") as port:
            yield port

    serve: Callable[[], AbstractAsyncContextManager[int]] = opened
    with beside(serve) as port:
        status, _, err = nightduty("record", "127.0.0.1", "--port", port, *how, "--output", "it.walk")
    assert (status, err.count("\n") > 3) == (0, True)
    text = (tmp_path / "it.walk").read_text("utf-8")
    for secret in ("core-7", "bank.example", "the night shift", "Room 3"):
        assert secret not in text
    assert not re.search(r"^1\.3\.6\.1\.6\.3\.(15|16)\.", text, re.MULTILINE)
    status, out, _ = nightduty("replay", "it.walk", "--json")
    seen = {each["parameter"] for each in json.loads(out)["look"]["readings"]}
    assert seen >= {"port_up", "memory_size", "disk_used", "uptime"}
