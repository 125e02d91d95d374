"""The command that looks at one device: against a faulty agent and a real snmpd, and what it prints."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
from rich.console import Console

from agent.cli import run
from agent.cli.look_sheet import print_look
from agent.cli.packets import Step, Teller
from collectors.snmp.port import Packet
from config.secret import Typed
from config.single import single
from duty.errors import SettingsError
from duty.readings import Fact, Gap, Look, Reading
from exporters.words import words
from tests.collectors.snmp.faulty_agent import GET, Asked, Behaviour, agent, honest, number, octets, reply, truthful
from tests.collectors.snmp.real_agent import SNMPD, snmpd

SYSTEM, IF, IFX = (1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 2, 1, 2, 2, 1), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
TREE = {
    (*SYSTEM, 1, 0): octets(b"Switch\x1b[31m \xe2\x80\xae evil"),
    (*SYSTEM, 3, 0): number(360_000, 0x43),
    (*SYSTEM, 5, 0): octets("核心".encode("gbk")),
    (*IFX, 1, 7): octets(b"Gi0/1"),
    (*IF, 8, 7): number(1),
    (*IF, 7, 7): number(1),
    (*IFX, 15, 7): number(1000, 0x42),
    (*IFX, 6, 7): number(2**64 - 1, 0x46),
    (*IFX, 18, 7): octets(b"\x1b]0;pwned\x07uplink [bold]x[/bold]"),
}
Ran = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent / "look"


@pytest.fixture
def nightduty(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    # A narrow terminal must cut no number.
    monkeypatch.setenv("COLUMNS", "40")

    def ran(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(["look", "127.0.0.1", "--timeout", "0.3", "--retries", "0", *given])
        return status, *capsys.readouterr()

    return ran


@contextmanager
def beside(opened: Callable[[], AbstractAsyncContextManager[int]]) -> Iterator[str]:
    """Serve in a loop of its own while the command runs in this thread; give the port as the command wants it."""
    ports: list[int] = []
    ready, over = Event(), Event()

    async def serve() -> None:
        async with opened() as port:
            ports.append(port)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(30)
        yield str(ports[0])
    finally:
        over.set()
        thread.join()


def faulty(behave: Behaviour) -> Callable[[], AbstractAsyncContextManager[int]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[int]:
        async with agent(behave) as heard:
            yield heard.port

    return opened


def test_shows_all_of_a_device_and_its_strings_harmlessly(nightduty: Ran) -> None:
    with beside(faulty(honest(TREE))) as port:
        status, out, err = nightduty("--port", port, "--lang", "en")
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    assert "\u202e" not in out
    for seen in ("answered, in", "核心", "1 h", "Gi0/1  up", "1 Gbit/s", "16 EiB", "\\x1b]0;pwned", "[bold]x"):
        assert seen in out
    assert "single values" in out


def test_the_story_of_the_packets_is_told_aside(nightduty: Ran) -> None:
    with beside(faulty(honest(TREE))) as port:
        status, out, err = nightduty("--port", port, "--debug", "--json", "--profile", "interfaces")
    assert status == 0
    said = json.loads(out)
    assert said["look"]["reached"]
    assert {step["title"] for step in said["steps"]} == {"scalars", "ports"}
    assert sum(step["asked"] for step in said["steps"]) >= 2
    assert "→  get  names: 6" in err
    assert "→  get bulk" in err
    assert "1.3.6.1.2.1.31.1.1.1.6.7 = 18446744073709551615" in err
    assert "1.3.6.1.2.1.1.4.0 = nothing here" in err
    assert "\x1b" not in err


def test_a_column_that_ends_in_a_fault_is_a_gap_and_a_status(nightduty: Ran) -> None:
    def loops(asked: Asked) -> list[bytes]:
        stuck = [(name, octets(b"again")) for name in asked.names]
        return [reply(asked, truthful(TREE, asked) if asked.kind == GET else stuck)]

    with beside(faulty(loops)) as port:
        status, out, _ = nightduty("--port", port, "--profile", "interfaces", "--lang", "en")
    assert status == 1
    assert "the device's SNMP agent answers wrongly" in out
    assert "Update the device's software" in out


def test_a_device_that_is_silent_says_so_and_what_to_do(nightduty: Ran) -> None:
    with beside(faulty(lambda asked: [])) as port:
        status, out, err = nightduty("--port", port, "--debug", "--community", "s3cret", "--lang", "en")
    assert status == 2
    assert "did not answer" in out
    assert "a wrong community looks the same" in out
    assert "←  silence" in err
    assert "s3cret" not in out + err


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        pytest.param(["--engine", "none"], 64, "none is not known; choose own or pysnmp", id="engine"),
        pytest.param(["--profile", "nonesuch"], 64, "--profile: no profile is called 'nonesuch'", id="profile"),
        pytest.param(["--user", "li", "--priv", "aes"], 64, "--priv: priv without auth", id="priv without auth"),
        pytest.param(
            ["--user", "li", "--auth", "sha"], 64, "--auth-password: auth without auth_password", id="no password"
        ),
        pytest.param(["--user", "li", "--auth", "rot13"], 64, "--auth: ", id="an algorithm that there is not"),
        pytest.param(["--snmp-version", "3"], 64, "--user: version 3 without a user", id="version 3 without a user"),
        pytest.param(["--auth", "sha"], 64, "--auth: version 2c has no auth", id="auth without a user"),
        pytest.param(["--community", "env:"], 64, "not a reference", id="a reference that is none"),
        pytest.param(["--community", "env:NOT_THERE"], 78, "the environment has no NOT_THERE", id="no such secret"),
    ],
)
def test_wrong_use_is_told_in_a_line(nightduty: Ran, given: list[str], status: int, said: str) -> None:
    found, out, err = nightduty(*given)
    assert (found, out) == (status, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_typed_secret_prints_as_little_as_one_by_reference() -> None:
    settings = single({"address": "192.0.2.1"}, {"community": Typed("s3cret")})
    assert "s3cret" not in repr(settings) + str(settings) + settings.model_dump_json()
    community = settings.credentials["device"].community
    assert community is not None
    assert community.reveal() == "s3cret"
    assert (Typed("a") == Typed("a"), Typed("a") == Typed("b")) == (True, False)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="address"):
        single({"address": "not an address"}, {"community": Typed("public")})


@pytest.mark.system
@pytest.mark.xdist_group("mounts")
@pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed (Debian: apt-get install snmpd)")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(["--community", "env:GOOD"], id="2c"),
        pytest.param(["--snmp-version", "1"], id="1"),
        pytest.param(
            [
                "--user",
                "strong",
                "--auth",
                "sha256",
                "--auth-password",
                "env:AUTH",
                "--priv",
                "aes",
                "--priv-password",
                "env:PRIV",
            ],
            id="3",
        ),
    ],
)
def test_looks_at_a_real_snmpd(
    nightduty: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str]
) -> None:
    monkeypatch.setenv("GOOD", "public")
    monkeypatch.setenv("AUTH", "authenticates")
    monkeypatch.setenv("PRIV", "encrypts well")
    with beside(lambda: snmpd(tmp_path)) as port:
        status, out, err = nightduty("--port", port, "--timeout", "10", "--lang", "zh", *given)
    assert (status, err) == (0, "")
    for seen in ("有应答", "Room 3", "the night shift", "端口", "lo    通"):
        assert seen in out


LOOK = Look(
    "device",
    datetime(2026, 11, 23, 19, 12, tzinfo=UTC),
    timedelta(seconds=1.25),
    True,
    (
        Reading("uptime", "", 93_600.0, "s"),
        Reading("cpu_used", "", 12.0, "%"),
        Reading("port_up", "Gi0/1", 1, "bool"),
        Reading("port_enabled", "Gi0/1", 1, "bool"),
        Reading("port_speed", "Gi0/1", 10**9, "bit/s"),
        Reading("port_full_duplex", "Gi0/1", 1, "bool"),
        Reading("port_in_total", "Gi0/1", 2**40, "B", 64),
        Reading("port_out_total", "Gi0/1", 2**30, "B", 64),
        Reading("port_in_errors_total", "Gi0/1", 12, "1", 32),
        Reading("optical_rx", "Gi0/1", -5.31, "dBm"),
        Reading("port_up", "Gi0/2", 0, "bool"),
        Reading("port_up", "Gi0/10", 0, "bool"),
        Reading("port_enabled", "Gi0/10", 0, "bool"),
    ),
    (
        Fact("name", "", "core-1"),
        Fact("object_id", "", "1.3.6.1.4.1.2011.2.23"),
        Fact("port_alias", "Gi0/1", "至核心"),
        Fact("port_index", "Gi0/1", "7"),
    ),
    (Gap("temperature", "", "not_offered"), Gap("port_in_total", "Gi0/2", "agent_fault")),
)
STEPS = (Step("scalars", timedelta(seconds=0.02), 1, 6), Step("ports", timedelta(seconds=1.2), 13, 650))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sheet_as_it_is_printed(language: str) -> None:
    paper = StringIO()
    print_look(Console(file=paper, width=160, highlight=False), LOOK, "192.0.2.1", STEPS, words(language))
    printed = "\n".join(line.rstrip() for line in paper.getvalue().splitlines()) + "\n"
    assert printed == (GOLDEN / f"sheet.{language}.txt").read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_story_as_it_is_printed(language: str) -> None:
    paper = StringIO()
    teller = Teller(words(language), Console(file=paper, width=160, highlight=False), debug=True)
    for packet in (
        Packet(10.0, "get", (("1.3.6.1.2.1.1.3.0", None),), size=43),
        Packet(10.3, "silence"),
        Packet(10.3, "get", (("1.3.6.1.2.1.1.3.0", None),), size=43),
        Packet(10.3125, "answer", (("1.3.6.1.2.1.1.3.0", 360_000),), size=46),
        Packet(10.4, "bulk", (("1.3.6.1.2.1.31.1.1.1.1", None),), rows=50, size=44),
        Packet(
            10.41, "answer", (("1.3.6.1.2.1.31.1.1.1.1.7", b"\x1b[2J" + "核".encode("gbk")), ("1.3", b"x" * 60_000))
        ),
        Packet(10.42, "answer", size=40, error="tooBig"),
        Packet(10.43, "report", error="credential_rejected"),
    ):
        teller.packet(packet)
    teller.step("scalars", timedelta(seconds=0.43))
    assert (teller.steps["scalars"].asked, teller.steps["scalars"].values) == (3, 3)
    printed = "\n".join(line.rstrip() for line in paper.getvalue().splitlines()) + "\n"
    assert printed == (GOLDEN / f"story.{language}.txt").read_text("utf-8")
