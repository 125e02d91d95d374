"""Certificates of real servers on the loopback, by HTTPS and by plain TLS: good, expired, wrong, late, hostile."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from collectors import certificate
from collectors.names import resolve
from collectors.port import Collector
from collectors.reach import TcpCollector
from collectors.web import HttpCollector
from config.schema import AnyTarget, HttpTarget, Settings, TcpTarget
from duty.errors import CollectError
from duty.parameters import FACTS, PARAMETERS
from duty.readings import GAPS, Notes
from duty.targets import Target
from tests.collectors.authority import DAY, LOOPBACK, Signer, made, now, showing, trusted

BUDGET, SHORT = timedelta(seconds=10), timedelta(milliseconds=400)
DAY_S = DAY.total_seconds()
LOCALHOST = x509.DNSName("localhost")


class Server:
    """A TLS server that answers every request with a page, and keeps the name that each handshake told."""

    def __init__(self) -> None:
        self.port = 0
        self.names: list[str | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.read(4096):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass  # whoever asked has gone
        finally:
            writer.close()


@asynccontextmanager
async def serving(folder: Path, *chain: Signer, host: str = "127.0.0.1") -> AsyncIterator[Server]:
    server, context = Server(), showing(folder, *chain)
    context.sni_callback = lambda _socket, name, _context: server.names.append(name)
    async with await asyncio.start_server(server.serve, host, 0, ssl=context) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


async def look(
    kind: str,
    port: int,
    *,
    host: str = "127.0.0.1",
    ca: Path | None = None,
    verify: bool = True,
    budget: timedelta = BUDGET,
    full: bool = True,
    notes: Notes | None = None,
) -> Notes:
    target: AnyTarget
    collector: Collector
    if kind == "http":
        target = HttpTarget(kind="http", name="it", url=f"https://{host}:{port}/", verify=verify, ca=ca)
        collector = HttpCollector(Settings(targets=(target,)))
    else:
        target = TcpTarget(kind="tcp", name="it", address=host, port=port, tls=True, verify=verify, ca=ca)
        collector = TcpCollector(Settings(targets=(target,)))
    notes = Notes() if notes is None else notes
    try:
        await collector.collect(Target("it", host, (kind,), "main"), notes, budget=budget, full=full)
    finally:
        await collector.close()
    return notes


def days(notes: Notes) -> float | None:
    """Return the days that are left, to a tenth."""
    left = [reading.value for reading in notes.readings if reading.parameter == "certificate_left"]
    return round(left[0] / DAY_S, 1) if left else None


def facts(notes: Notes) -> dict[str, str]:
    return {f.parameter: f.text for f in notes.facts if f.parameter.startswith("certificate_")}


KINDS = pytest.mark.parametrize("kind", ["http", "tcp"])


@KINDS
async def test_a_good_certificate_is_read_from_the_connection_itself(kind: str, tmp_path: Path) -> None:
    root = made(subject="root of the tests", authority=True)
    leaf = made(LOOPBACK, x509.DNSName("www.example.com"), signer=root)
    async with serving(tmp_path, leaf) as server:
        notes = await look(kind, server.port, ca=trusted(tmp_path, root))
    assert notes.reached
    assert notes.gaps == []
    assert days(notes) == 60
    assert [round(r.value / DAY_S) for r in notes.readings if r.parameter == "certificate_life"] == [90]
    assert all(reading.unit == PARAMETERS[reading.parameter] for reading in notes.readings)
    said = facts(notes)
    assert said.keys() <= FACTS
    assert said["certificate_names"] == "127.0.0.1, www.example.com"
    assert said["certificate_issuer"] == "CN=root of the tests"
    assert int(said["certificate_serial"], 16) == leaf.certificate.serial_number
    assert datetime.fromisoformat(said["certificate_ends"]) == leaf.certificate.not_valid_after_utc
    assert len(server.names) == 1, "no second handshake"


@KINDS
async def test_the_watch_reads_the_time_and_leaves_the_words(kind: str, tmp_path: Path) -> None:
    leaf = made(LOOPBACK)
    async with serving(tmp_path, leaf) as server:
        notes = await look(kind, server.port, ca=trusted(tmp_path, leaf), full=False)
    assert days(notes) == 60
    assert facts(notes) == {}


@KINDS
async def test_an_expired_certificate_is_reached_and_read(kind: str, tmp_path: Path) -> None:
    root = made(authority=True, begins=-400 * DAY)
    leaf = made(LOOPBACK, begins=-93 * DAY, ends=-3 * DAY, signer=root)
    async with serving(tmp_path, leaf) as server:
        notes = await look(kind, server.port, ca=trusted(tmp_path, root))
    assert notes.reached, "else the alert would be that it does not answer"
    assert days(notes) == -3
    assert {(gap.code, gap.seen) for gap in notes.gaps} == {("tls_failed", "certificate has expired")}
    assert {gap.parameter for gap in notes.gaps} <= {"http_status", "http_time", "http_bytes", "tcp"}
    assert len(server.names) == 2


@KINDS
async def test_an_expired_one_above_it_is_not_told_as_the_servers_own(kind: str, tmp_path: Path) -> None:
    root = made(authority=True, begins=-400 * DAY, ends=-3 * DAY)
    leaf = made(LOOPBACK, signer=root)
    notes = Notes()
    async with serving(tmp_path, leaf) as server:
        with pytest.raises(CollectError, match="tls_failed: certificate has expired"):
            await look(kind, server.port, ca=trusted(tmp_path, root), notes=notes)
    assert not notes.reached
    assert days(notes) == 60


@KINDS
@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        pytest.param(made(LOOPBACK), "self-signed certificate", id="self-signed"),
        pytest.param(made(LOOPBACK, signer=made(authority=True)), "unable to get local issuer", id="unknown signer"),
        pytest.param(
            made(LOOPBACK, begins=-90 * DAY, ends=-3 * DAY), "self-signed certificate", id="self-signed and expired"
        ),
    ],
)
async def test_what_nobody_vouches_for_is_not_reached_but_read(
    kind: str, leaf: Signer, said: str, tmp_path: Path
) -> None:
    notes = Notes()
    async with serving(tmp_path, leaf) as server:
        with pytest.raises(CollectError, match=f"tls_failed: {said}"):
            await look(kind, server.port, notes=notes)
    assert not notes.reached
    assert days(notes) == round((leaf.certificate.not_valid_after_utc - now()) / DAY, 1)
    assert facts(notes)["certificate_names"] == "127.0.0.1"


@KINDS
async def test_one_of_another_name_or_of_tomorrow_is_refused(kind: str, tmp_path: Path) -> None:
    for leaf, said in (
        (made(x509.DNSName("elsewhere.example")), "IP address mismatch"),
        (made(LOOPBACK, begins=DAY), "certificate is not yet valid"),
    ):
        async with serving(tmp_path, leaf) as server:
            with pytest.raises(CollectError, match=f"tls_failed: {said}"):
                await look(kind, server.port, ca=trusted(tmp_path, leaf))


@KINDS
async def test_without_verifying_it_is_watched_all_the_same(kind: str, tmp_path: Path) -> None:
    async with serving(tmp_path, made(LOOPBACK, begins=-90 * DAY, ends=-3 * DAY)) as server:
        notes = await look(kind, server.port, verify=False)
    assert notes.reached
    assert notes.gaps == []
    assert days(notes) == -3


@KINDS
async def test_the_name_is_told_to_the_server_and_the_chain_is_followed(kind: str, tmp_path: Path) -> None:
    root = made(subject="root", authority=True)
    between = made(subject="between", authority=True, signer=root)
    leaf = made(LOCALHOST, ends=6 * DAY, signer=between)
    async with serving(tmp_path, leaf, between, host=await resolve("localhost", budget=5)) as server:
        notes = await look(kind, server.port, host="localhost", ca=trusted(tmp_path, root))
    assert days(notes) == 6, "that of the server, not those above it"
    assert facts(notes)["certificate_issuer"] == "CN=between"
    assert server.names == ["localhost"]


@KINDS
async def test_the_name_is_told_in_the_second_handshake_too(kind: str, tmp_path: Path) -> None:
    leaf = made(LOCALHOST, begins=-90 * DAY, ends=-3 * DAY)
    async with serving(tmp_path, leaf, host=await resolve("localhost", budget=5)) as server:
        notes = await look(kind, server.port, host="localhost", ca=trusted(tmp_path, leaf))
    assert days(notes) == -3
    assert server.names == ["localhost", "localhost"]


@KINDS
async def test_a_signer_that_cannot_be_read_calls_somebody(kind: str, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("no certificate")
    async with serving(tmp_path, made(LOOPBACK)) as server:
        with pytest.raises(CollectError, match=r"tls_failed: .*none\.pem: No such file"):
            await look(kind, server.port, ca=tmp_path / "none.pem")
        with pytest.raises(CollectError, match=r"tls_failed: .*rubbish\.pem: "):
            await look(kind, server.port, ca=rubbish)


async def test_a_port_without_tls_is_said_so() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        with pytest.raises(CollectError, match=r"tls_failed: (WRONG_VERSION_NUMBER|RECORD_LAYER|the handshake)"):
            await look("tcp", server.sockets[0].getsockname()[1])


async def test_a_port_that_closes_in_the_handshake_is_said_so() -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    async with await asyncio.start_server(close, "127.0.0.1", 0) as server:
        with pytest.raises(CollectError, match="tls_failed: the handshake broke off"):
            await look("tcp", server.sockets[0].getsockname()[1])


@KINDS
async def test_a_handshake_that_never_ends_is_a_timeout(kind: str) -> None:
    gone = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        gone.set()
        writer.close()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        began = asyncio.get_running_loop().time()
        with pytest.raises(CollectError, match="timeout"):
            await look(kind, server.sockets[0].getsockname()[1], budget=SHORT)
        assert asyncio.get_running_loop().time() - began < 5
        async with asyncio.timeout(5):
            await gone.wait()


@KINDS
async def test_a_second_handshake_that_never_ends_costs_no_more_than_the_budget(kind: str, tmp_path: Path) -> None:
    context = showing(tmp_path, made(LOOPBACK))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The first one is answered, by hand; then nothing more is said to anybody.
        try:
            if not met.is_set():
                met.set()
                await writer.start_tls(context)
            while await reader.read(4096):
                pass
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    met = asyncio.Event()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        notes = Notes()
        with pytest.raises(CollectError, match="tls_failed: self-signed"):
            await look(kind, server.sockets[0].getsockname()[1], budget=SHORT, notes=notes)
    assert days(notes) is None


async def test_no_connection_is_left_open(tmp_path: Path) -> None:
    async with serving(tmp_path, made(LOOPBACK)) as server:
        for _ in range(5):
            await look("tcp", server.port, verify=False)
        for _ in range(100):
            if len(asyncio.all_tasks()) == 1:
                break
            await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks()) == 1, "each serving task has seen its end"


# Certificates by hand, for what no builder makes.


def noted(der: bytes) -> Notes:
    notes = Notes()
    with warnings.catch_warnings():
        # cryptography grumbles at what breaks RFC 5280, and reads it all the same.
        warnings.simplefilter("ignore")
        certificate.note(notes, der, full=True)
    return notes


def der_of(signer: Signer) -> bytes:
    return signer.certificate.public_bytes(serialization.Encoding.DER)


HOSTILE = "evil\x1b[31m\u202e\u0000\n" + "A" * 30


@pytest.mark.parametrize(
    "name",
    [HOSTILE, "=cmd|'/c calc'!A0", "<script>alert(1)</script>", "证书", ","],
    ids=["control", "formula", "markup", "zh", "comma"],
)
def test_hostile_subjects_are_words_and_no_more(name: str) -> None:
    for signer in (made(subject=name), made(x509.DNSName("a.example"), signer=made(subject=name, authority=True))):
        for text in facts(noted(der_of(signer))).values():
            assert text.isprintable()
            assert len(text) <= 255


def test_a_thousand_names_are_twenty() -> None:
    many = made(*(x509.DNSName(f"n{n}.example") for n in range(1000)))
    names = facts(noted(der_of(many)))["certificate_names"]
    assert names.startswith("n0.example, n1.example")
    assert len(names) <= 255


def test_a_certificate_without_names_is_called_by_its_subject() -> None:
    assert facts(noted(der_of(made(subject="old"))))["certificate_names"] == "CN=old"


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"nonsense" * 100])
def test_what_is_no_certificate_is_a_gap(der: bytes) -> None:
    notes = noted(der)
    assert notes.readings == []
    assert [gap.code for gap in notes.gaps] == ["malformed"]


GOOD = der_of(made(LOOPBACK, LOCALHOST, subject="fuzz"))


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_certificate_with_wrong_bytes_is_read_or_a_gap(changes: list[tuple[int, int]]) -> None:
    der = bytearray(GOOD)
    for place, byte in changes:
        der[place] = byte
    notes = noted(bytes(der))
    assert {gap.code for gap in notes.gaps} <= GAPS
    assert bool(notes.gaps) != any(r.parameter == "certificate_left" for r in notes.readings)
    assert all(fact.text.isprintable() for fact in notes.facts)
