"""Pages of metrics of real servers on the loopback: good, wrong, slow, huge, hostile."""

from __future__ import annotations

import asyncio
import base64
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.exposition import ExpositionCollector
from collectors.exposition.body import MOST
from config.schema import ExpositionTarget, Settings
from config.secret import Secret
from duty.errors import CollectError
from duty.readings import Notes
from duty.targets import Target
from tests.collectors.authority import DAY, LOOPBACK, made, showing, trusted

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
BUDGET, SHORT = timedelta(seconds=10), timedelta(milliseconds=600)
TEXT = b'node_load1 0.5\nnode_memory_MemTotal_bytes 8e9\nnode_network_mtu_bytes{device="eth0"} 1500\n'


class Server:
    """A server that gives one answer to everybody, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
            await self.answer(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.close()


def page(body: bytes, *, status: str = "200 OK", header: str = "") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\n{header}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    return answer


@asynccontextmanager
async def serving(answer: Answer, **context: object) -> AsyncIterator[Server]:
    server = Server(answer)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0, **context) as listening:  # type: ignore[arg-type]
        server.port = listening.sockets[0].getsockname()[1]
        yield server


async def look(
    port: int,
    *,
    scheme: str = "http",
    budget: timedelta = BUDGET,
    notes: Notes | None = None,
    **options: object,
) -> Notes:
    url = f"{scheme}://127.0.0.1:{port}/metrics"
    wanted = ExpositionTarget.model_validate({"kind": "exposition", "name": "it", "url": url, **options})
    collector, notes = ExpositionCollector(Settings(targets=(wanted,))), Notes() if notes is None else notes
    try:
        await collector.collect(Target("it", url, ("exposition",), "main"), notes, budget=budget, full=True)
    finally:
        await collector.close()
    return notes


def numbers(notes: Notes) -> dict[tuple[str, str], int | float]:
    return {(reading.parameter, reading.instance): reading.value for reading in notes.readings}


SEEN = {("load_1", ""): 0.5, ("memory_size", ""): 8_000_000_000, ("port_mtu", "eth0"): 1500}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page(TEXT), id="plain"),
        pytest.param(page(gzip.compress(TEXT), header="Content-Encoding: gzip\r\n"), id="packed"),
    ],
)
async def test_a_page_becomes_readings(answer: Answer) -> None:
    async with serving(answer) as server:
        notes = await look(server.port)
    assert notes.reached
    assert numbers(notes) == SEEN
    assert {gap.code for gap in notes.gaps} == {"not_offered"}
    assert [fact.text for fact in notes.facts] == ["127.0.0.1"]
    assert "accept-encoding: gzip\r\n" in server.requests[0].lower()
    assert "authorization" not in server.requests[0].lower()


async def test_a_token_and_a_password_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS", "hunter2 密码")
    monkeypatch.setenv("TOKEN", "abc.def")
    async with serving(page(TEXT)) as server:
        await look(server.port, token=Secret("env:TOKEN"))
        await look(server.port, user="night", password=Secret("env:METRICS"))
    bearer, basic = (
        next(line for line in request.splitlines() if line.lower().startswith("authorization"))
        for request in server.requests
    )
    assert bearer.split(": ")[1] == "Bearer abc.def"
    assert base64.b64decode(basic.split()[2]).decode() == "night:hunter2 密码"


@pytest.mark.parametrize("token", ["hunter2\nX-Evil: 1", "hunter2密码"])
async def test_a_secret_that_cannot_be_sent_is_not_repeated(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", token)
    with pytest.raises(CollectError, match="credential_rejected: env:TOKEN has characters") as caught:
        await look(9, token=Secret("env:TOKEN"))
    assert "hunter2" not in str(caught.value)


async def test_a_secret_that_is_not_there_calls_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    with pytest.raises(CollectError, match="credential_rejected: the environment has no TOKEN"):
        await look(9, token=Secret("env:TOKEN"))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param("401 Unauthorized", "credential_rejected: status 401", id="who are you"),
        pytest.param("403 Forbidden", "credential_rejected: status 403", id="not you"),
        pytest.param("503 Service Unavailable", "malformed: status 503", id="ill"),
        pytest.param("204 No Content", "malformed: status 204", id="nothing"),
    ],
)
async def test_another_status_is_not_reached(status: str, said: str) -> None:
    async with serving(page(b"", status=status)) as server:
        with pytest.raises(CollectError, match=said):
            await look(server.port)


async def test_a_redirect_takes_the_token_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hunter2")
    async with serving(page(TEXT)) as elsewhere:
        away = page(b"", status="302 Found", header=f"Location: http://127.0.0.1:{elsewhere.port}/\r\n")
        async with serving(away) as server:
            with pytest.raises(CollectError, match="malformed: status 302"):
                await look(server.port, token=Secret("env:TOKEN"))
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html><body>welcome to nginx</body></html>", id="another page"),
        pytest.param(b"go_goroutines 7\n", id="another program's"),
        pytest.param(b"node_load1 x\n", id="nonsense alone"),
        pytest.param(bytes(range(256)) * 100, id="noise"),
    ],
)
async def test_a_page_without_what_the_map_knows_is_not_the_exporter(body: bytes) -> None:
    async with serving(page(body)) as server:
        with pytest.raises(CollectError, match="malformed: no sample that the map node_exporter knows"):
            await look(server.port)


async def test_what_came_of_a_page_that_stalls_is_kept() -> None:
    async def stall(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + TEXT + b"node_load5 1")
        await writer.drain()
        await asyncio.sleep(30)

    async with serving(stall) as server:
        notes = await look(server.port, budget=SHORT)
    assert numbers(notes) == SEEN, "a number that may be half of one is left out"
    assert [(gap.parameter, gap.code) for gap in notes.gaps] == [("exposition", "timeout")]


async def test_a_server_that_says_nothing_is_a_timeout() -> None:
    async def mute(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serving(mute) as server:
        with pytest.raises(CollectError, match="timeout"):
            await look(server.port, budget=SHORT)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_page_without_end_is_cut_and_what_came_is_kept(packed: bool) -> None:
    long = TEXT + b"# nothing\n" * (2 * MOST // 10)
    body, header = (gzip.compress(long), "Content-Encoding: gzip\r\n") if packed else (long, "")
    async with serving(page(body, header=header)) as server:
        notes = await look(server.port)
    assert numbers(notes) == SEEN
    assert [(gap.parameter, gap.code) for gap in notes.gaps] == [("exposition", "row_cap")]


async def test_a_page_of_200_000_samples_holds_nobody_up() -> None:
    body = TEXT + b"".join(b'node_cpu_seconds_total{cpu="%d",mode="idle"} 1\n' % n for n in range(60_000))
    longest, last = 0.0, asyncio.get_running_loop().time()

    async def pulse() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0.001)
            now = asyncio.get_running_loop().time()
            longest, last = max(longest, now - last), now

    async with serving(page(body)) as server:
        beating = asyncio.create_task(pulse())
        notes = await look(server.port)
        beating.cancel()
    assert numbers(notes)["load_1", ""] == 0.5
    assert longest < 1, "others had their turn in between"


async def test_a_certificate_is_watched_here_too(tmp_path: Path) -> None:
    leaf = made(LOOPBACK, ends=6 * DAY)
    async with serving(page(TEXT), ssl=showing(tmp_path, leaf)) as server:
        notes = await look(server.port, scheme="https", ca=trusted(tmp_path, leaf))
    assert round(numbers(notes)["certificate_left", ""] / 86400) == 6


async def test_an_expired_certificate_is_reached_and_nothing_else_is_known(tmp_path: Path) -> None:
    leaf = made(LOOPBACK, begins=-90 * DAY, ends=-DAY)
    async with serving(page(TEXT), ssl=showing(tmp_path, leaf)) as server:
        notes = await look(server.port, scheme="https", ca=trusted(tmp_path, leaf), services=("nginx.service",))
    assert notes.reached
    assert {parameter for parameter, _ in numbers(notes)} == {"certificate_left", "certificate_life"}
    assert [(gap.parameter, gap.code) for gap in notes.gaps] == [("exposition", "tls_failed")]


async def test_a_closed_port_is_refused() -> None:
    async with serving(page(TEXT)) as server:
        pass
    with pytest.raises(CollectError, match="refused"):
        await look(server.port)
