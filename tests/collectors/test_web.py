"""Pages of real servers on the loopback: good, wrong, slow, huge, hostile."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from collectors.names import resolve
from collectors.web import HttpCollector
from config.schema import HttpTarget, Settings
from duty.errors import CollectError
from duty.parameters import FACTS, PARAMETERS
from duty.readings import Notes
from duty.targets import Target

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BUDGET = timedelta(seconds=10)
SHORT = timedelta(milliseconds=300)


class Site:
    """A server that gives one answer to everybody, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.names: list[str | None] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answer(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.close()


@asynccontextmanager
async def serving(
    answer: Answer, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Site]:
    site = Site(answer)
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: site.names.append(name)
    server = await asyncio.start_server(site.serve, host, 0, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site


def saying(raw: bytes) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return answer


def page(body: bytes, *, status: str = "200 OK", header: str = "") -> Answer:
    return saying(f"HTTP/1.1 {status}\r\n{header}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body)


async def look(
    url: str,
    *,
    budget: timedelta = BUDGET,
    status: tuple[int, ...] = (200,),
    contains: str = "",
    verify: bool = True,
    notes: Notes | None = None,
) -> Notes:
    page = HttpTarget(name="page", kind="http", url=url, status=status, contains=contains, verify=verify)
    notes = Notes() if notes is None else notes
    collector = HttpCollector(Settings(targets=(page,)))
    try:
        await collector.collect(Target("page", "", ("http",), "main"), notes, budget=budget, full=True)
    finally:
        await collector.close()
    return notes


def numbers(notes: Notes) -> dict[str, int | float]:
    return {reading.parameter: reading.value for reading in notes.readings}


def gaps(notes: Notes) -> dict[str, str]:
    return {gap.parameter: gap.code for gap in notes.gaps}


async def test_a_good_page_is_seen_whole() -> None:
    async with serving(page(b"all is well", header="Server: nginx/1.26\r\n")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/health?deep=1", contains="is well")
    seen = numbers(notes)
    assert notes.reached
    assert 0 < seen.pop("http_time") < 10
    assert seen == {"http_status": 200, "http_status_good": 1, "http_bytes": 11, "http_match": 1}
    assert {fact.parameter: fact.text for fact in notes.facts} == {
        "resolved_address": "127.0.0.1",
        "server": "nginx/1.26",
    }
    assert notes.gaps == []
    assert all(reading.unit == PARAMETERS[reading.parameter] for reading in notes.readings)
    assert {fact.parameter for fact in notes.facts} <= FACTS
    assert site.requests[0].startswith("GET /health?deep=1 HTTP/1.1\r\n")


async def test_a_wrong_status_is_reached_and_not_good() -> None:
    async with serving(page(b"", status="503 Service Unavailable")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/")
    assert notes.reached
    assert numbers(notes)["http_status"] == 503
    assert numbers(notes)["http_status_good"] == 0


async def test_a_status_that_is_expected_is_good() -> None:
    async with serving(page(b"", status="401 Unauthorized")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/", status=(200, 401))
    assert numbers(notes)["http_status_good"] == 1


async def test_a_redirect_is_not_followed() -> None:
    async with serving(page(b"")) as elsewhere:
        away = page(b"", status="302 Found", header=f"Location: http://127.0.0.1:{elsewhere.port}/\r\n")
        async with serving(away) as site:
            notes = await look(f"http://127.0.0.1:{site.port}/")
    assert numbers(notes)["http_status"] == 302
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("body", "contains", "match"),
    [
        pytest.param(b"<b>error 42</b>", "is well", 0, id="not there"),
        pytest.param("系统运行正常".encode(), "运行正常", 1, id="Chinese in UTF-8"),
        pytest.param("系统运行正常".encode("gb18030"), "运行正常", 1, id="Chinese in GB 18030"),
        pytest.param(b"", "is well", 0, id="an empty page"),
    ],
)
async def test_the_words_are_looked_for(body: bytes, contains: str, match: int) -> None:
    async with serving(page(body)) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/", contains=contains)
    assert numbers(notes)["http_match"] == match


async def test_no_words_wanted_is_no_match_and_no_gap() -> None:
    async with serving(page(b"hello")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/")
    assert "http_match" not in numbers(notes)
    assert notes.gaps == []


async def test_a_dripping_page_is_cut_and_what_came_is_kept() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nServer: slow\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(drip) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/", budget=SHORT, contains="well")
    assert notes.reached
    assert numbers(notes) == {"http_status": 200, "http_status_good": 1}
    assert [fact.text for fact in notes.facts] == ["127.0.0.1", "slow"]
    assert gaps(notes) == {"http_time": "timeout", "http_bytes": "timeout", "http_match": "timeout"}


async def test_words_that_came_before_the_cut_are_a_match() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nall is well")
        await reader.read()

    async with serving(stall) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/", budget=SHORT, contains="is well")
    assert numbers(notes)["http_match"] == 1
    assert gaps(notes) == {"http_time": "timeout", "http_bytes": "timeout"}


async def test_a_server_that_says_nothing_is_a_timeout() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(mute) as site:
        with pytest.raises(CollectError, match=r"timeout: no whole answer in 0\.3 s"):
            await look(f"http://127.0.0.1:{site.port}/", budget=SHORT)


async def test_no_more_than_64_kilobytes_of_a_huge_page_are_read() -> None:
    sent = 0

    async def huge(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(1000):
            writer.write(bytes(100_000))
            await writer.drain()
            sent += 100_000

    async with serving(huge) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/", contains="well")
    assert numbers(notes)["http_bytes"] == 65536
    assert numbers(notes)["http_match"] == 0
    assert notes.gaps == []
    assert sent < 100_000_000


async def test_a_packed_page_is_not_unpacked() -> None:
    async with serving(page(b"not gzip at all", header="Content-Encoding: gzip\r\n")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/")
    assert numbers(notes)["http_bytes"] == 15
    assert "accept-encoding: identity" in site.requests[0].lower()


async def test_a_page_that_breaks_off_has_its_status() -> None:
    async with serving(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/", contains="well")
    assert numbers(notes) == {"http_status": 200, "http_status_good": 1}
    assert gaps(notes) == {"http_time": "malformed", "http_bytes": "malformed", "http_match": "malformed"}


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another protocol"),
        pytest.param(b"\x00\xff" * 5000, id="noise"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, id="a header without end"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", id="a negative length"),
    ],
)
async def test_what_is_not_http_is_malformed(raw: bytes) -> None:
    async with serving(saying(raw)) as site:
        with pytest.raises(CollectError, match="malformed"):
            await look(f"http://127.0.0.1:{site.port}/")


async def test_what_the_server_calls_itself_is_cleaned() -> None:
    async with serving(page(b"", header="Server: evil\x9b31m\xad" + "A" * 5000 + "\r\n")) as site:
        notes = await look(f"http://127.0.0.1:{site.port}/")
    (server,) = [fact.text for fact in notes.facts if fact.parameter == "server"]
    assert server.isprintable()
    assert len(server) <= 255


async def test_cookies_of_one_look_do_not_come_back_in_the_next() -> None:
    wanted = HttpTarget(name="page", kind="http", url="http://127.0.0.1/", status=(200,))
    async with serving(page(b"", header="Set-Cookie: a=b\r\n")) as site:
        wanted = wanted.model_copy(update={"url": f"http://127.0.0.1:{site.port}/"})
        collector = HttpCollector(Settings(targets=(wanted,)))
        for _ in range(2):
            await collector.collect(Target("page", "", ("http",), "main"), Notes(), budget=BUDGET, full=True)
        await collector.close()
    assert len(site.requests) == 2
    assert "cookie" not in site.requests[1].lower()


async def test_a_closed_port_is_refused() -> None:
    async with serving(page(b"")) as site:
        pass
    with pytest.raises(CollectError, match="refused"):
        await look(f"http://127.0.0.1:{site.port}/")


async def test_a_name_that_is_no_name_is_not_found() -> None:
    with pytest.raises(CollectError, match="name_not_found"):
        await look(f"http://{'a' * 64}.example/")


async def test_a_url_that_httpx_refuses_is_said_so() -> None:
    with pytest.raises(CollectError, match="malformed: Invalid"):
        await look("http://\u200d.example/")


async def test_the_name_is_resolved_once_and_still_told_to_the_server() -> None:
    address = await resolve("localhost", budget=5)
    async with serving(page(b""), host=address) as site:
        notes = await look(f"http://localhost:{site.port}/")
    assert notes.facts[0].text == address
    assert f"host: localhost:{site.port}\r\n" in site.requests[0].lower()


# TLS: a certificate of its own for each test, trusted or not.


def certified(folder: Path, *names: x509.GeneralName) -> tuple[ssl.SSLContext, Path]:
    """Make a server's context with a self-signed certificate, and the file to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nightduty test")])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    trust, secret = folder / "trust.pem", folder / "key.pem"
    trust.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust, secret)
    return context, trust


LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


async def test_a_certificate_that_nobody_vouches_for_fails(tmp_path: Path) -> None:
    context, _ = certified(tmp_path, LOOPBACK)
    async with serving(page(b""), context) as site:
        with pytest.raises(CollectError, match="tls_failed: self-signed certificate"):
            await look(f"https://127.0.0.1:{site.port}/")
    assert site.requests == []


async def test_it_is_taken_where_the_operator_said_not_to_verify(tmp_path: Path) -> None:
    context, _ = certified(tmp_path, LOOPBACK)
    async with serving(page(b""), context) as site:
        notes = await look(f"https://127.0.0.1:{site.port}/", verify=False)
    assert numbers(notes)["http_status"] == 200


async def test_a_trusted_certificate_is_checked_for_the_name_not_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trust = certified(tmp_path, x509.DNSName("localhost"))
    monkeypatch.setenv("SSL_CERT_FILE", str(trust))
    async with serving(page(b""), context, host=await resolve("localhost", budget=5)) as site:
        notes = await look(f"https://localhost:{site.port}/")
    assert numbers(notes)["http_status"] == 200
    assert site.names == ["localhost"]


async def test_a_trusted_certificate_of_another_name_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, trust = certified(tmp_path, x509.DNSName("elsewhere.example"))
    monkeypatch.setenv("SSL_CERT_FILE", str(trust))
    async with serving(page(b""), context, host=await resolve("localhost", budget=5)) as site:
        with pytest.raises(CollectError, match="tls_failed: Hostname mismatch"):
            await look(f"https://localhost:{site.port}/")


async def test_a_server_that_wants_a_certificate_of_ours_fails(tmp_path: Path) -> None:
    context, trust = certified(tmp_path, LOOPBACK)
    context.load_verify_locations(trust)
    context.verify_mode = ssl.CERT_REQUIRED

    def refuse(listener: socket.socket) -> None:
        # By hand, for asyncio closes at once, and the reset overtakes the alert.
        accepted, _ = listener.accept()
        with context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False) as secured:
            with suppress(ssl.SSLError):
                secured.do_handshake()
            secured.shutdown(socket.SHUT_WR)
            while socket.socket.recv(secured, 4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        refusing = asyncio.create_task(asyncio.to_thread(refuse, listener))
        with pytest.raises(CollectError, match="tls_failed: TLSV13_ALERT_CERTIFICATE_REQUIRED"):
            await look(f"https://127.0.0.1:{listener.getsockname()[1]}/", verify=False)
        await refusing


async def test_a_plain_server_at_an_https_address_fails() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        with pytest.raises(CollectError, match="tls_failed"):
            await look(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/", verify=False)
