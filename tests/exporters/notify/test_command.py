"""A program of this machine that rings: what it is given, and what its end means."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.channels import CommandChannel
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.command import CommandNotifier
from exporters.notify.port import Receipt
from tests.exporters.notify.receiver import DEADLINE, SHORT, message, now

Write = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path) -> Write:
    """Write a program and return its path."""

    def write(script: str) -> Path:
        path = tmp_path / "ring"
        path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
        path.chmod(0o700)
        return path

    return write


async def ring(path: Path, *arguments: str, address: str = "13800000001", deadline: timedelta = DEADLINE) -> Receipt:
    channel = CommandChannel(kind="command", path=str(path), arguments=arguments)
    return await CommandNotifier(channel, now).send(Contact("siren", address), message(), deadline=deadline)


def runs(pid: int) -> bool:
    """Say whether a process is there, and does not merely wait to be forgotten."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    for _ in range(500):
        if not runs(pid):
            return
        await asyncio.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} goes on")


async def test_it_gets_its_arguments_the_address_and_the_message(program: Write, tmp_path: Path) -> None:
    path = program(f'printf "%s|" "$@" > {tmp_path}/arguments; cat > {tmp_path}/message; pwd > {tmp_path}/where')
    receipt = await ring(path, "--volume", "a b; $(touch x)")
    assert receipt.text == "exit 0"
    assert (tmp_path / "arguments").read_text() == "--volume|a b; $(touch x)|13800000001|"
    assert json.loads((tmp_path / "message").read_text())["sms"] == "严重:CORE-01失联。A07"
    assert (tmp_path / "where").read_text() == "/\n"


async def test_without_an_address_it_gets_its_arguments_alone(program: Write, tmp_path: Path) -> None:
    await ring(program(f"echo $# > {tmp_path}/count"), "one", address="")
    assert (tmp_path / "count").read_text() == "1\n"


async def test_the_environment_of_the_agent_is_not_handed_on(
    program: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "canary-7Hq2")
    await ring(program(f"env > {tmp_path}/environment"))
    assert "canary" not in (tmp_path / "environment").read_text()


@pytest.mark.parametrize(
    ("script", "code", "permanent", "seen"),
    [
        pytest.param("exit 75", "busy", False, "exit 75", id="temporary"),
        pytest.param("echo no modem >&2; exit 1", "refused", True, "exit 1 no modem", id="refused, with its words"),
        pytest.param("kill -9 $$", "refused", True, "exit -9", id="killed"),
        pytest.param("printf 'a\\033[31m\\nb' >&2; exit 2", "refused", True, "exit 2 a\ufffd[31m b", id="cleaned"),
    ],
)
async def test_what_its_end_means(program: Write, script: str, code: str, permanent: bool, seen: str) -> None:
    with pytest.raises(NotifyError) as caught:
        await ring(program(script))
    assert (caught.value.code, caught.value.permanent, caught.value.seen) == (code, permanent, seen)


async def test_what_it_says_without_end_is_bounded_and_does_not_hold_it(program: Write) -> None:
    with pytest.raises(NotifyError) as caught:
        await ring(program("head -c 3000000 /dev/zero | tr '\\0' x >&2; exit 1"))
    assert caught.value.seen.startswith("exit 1 xxx")
    assert len(caught.value.seen) < 250


async def test_one_that_closes_its_voice_and_goes_on_costs_no_processor(program: Write) -> None:
    began = time.process_time()
    await ring(program("exec 2>&-; sleep 0.5"))
    assert time.process_time() - began < 0.4


async def test_at_the_deadline_it_is_killed_with_all_that_it_started(program: Write, tmp_path: Path) -> None:
    path = program(
        f"trap '' TERM; sleep 600 & echo $! > {tmp_path}/child.part; mv {tmp_path}/child.part {tmp_path}/child; wait"
    )
    with pytest.raises(NotifyError, match=r"timeout: not at an end after 1 s") as caught:
        await ring(path, deadline=timedelta(seconds=1))
    assert not caught.value.permanent
    await gone(int((tmp_path / "child").read_text()))


async def test_one_that_nobody_waits_for_any_more_is_killed(program: Write, tmp_path: Path) -> None:
    path = program(f"echo $$ > {tmp_path}/part; mv {tmp_path}/part {tmp_path}/pid; sleep 600")
    ringing = asyncio.create_task(ring(path))
    for _ in range(1000):
        if (tmp_path / "pid").exists():
            break
        await asyncio.sleep(0.01)
    ringing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ringing
    await gone(int((tmp_path / "pid").read_text()))


async def test_what_it_leaves_running_does_not_hold_the_answer(program: Write, tmp_path: Path) -> None:
    path = program(f"sleep 600 & echo $! > {tmp_path}/child; exit 0")
    try:
        assert (await ring(path)).text == "exit 0"
    finally:
        os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


async def test_one_that_never_reads_its_message_rings_all_the_same(program: Write) -> None:
    assert (await ring(program("exit 0"))).text == "exit 0"


async def test_one_that_is_not_there_is_refused_for_good(tmp_path: Path) -> None:
    with pytest.raises(NotifyError, match="refused: No such file or directory") as caught:
        await ring(tmp_path / "nothing")
    assert caught.value.permanent


async def test_one_that_may_not_be_started_is_refused_for_good(program: Write) -> None:
    path = program("exit 0")
    path.chmod(0o600)
    with pytest.raises(NotifyError, match="refused: Permission denied") as caught:
        await ring(path)
    assert caught.value.permanent


@pytest.mark.parametrize("address", ["--config=/tmp/x", "-", "a\0b"])
async def test_an_address_is_never_an_option(program: Write, tmp_path: Path, address: str) -> None:
    with pytest.raises(NotifyError, match="address_wrong") as caught:
        await ring(program(f"touch {tmp_path}/rung"), address=address, deadline=SHORT)
    assert caught.value.permanent
    assert not (tmp_path / "rung").exists()
