"""A messenger on the loopback that keeps what it was sent and gives the answers that it was told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from duty.findings import Severity
from duty.people import Contact
from exporters.notify.port import Message

NOW = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
DEADLINE = timedelta(seconds=10)
SHORT = timedelta(milliseconds=300)
CANARY = "canary-7Hq2"
GROUP = Contact("group", "")

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def now() -> datetime:
    return NOW


def message(
    *,
    title: str = "【夜班值守】🔴严重|HZ1-CORE-01 核心交换机失联",
    lines: tuple[str, ...] = ("03:10 起,连续 3 次无应答", "影响:下联 214 台设备"),
    mention: tuple[str, ...] = (),
    links: tuple[tuple[str, str], ...] = (("详情", "https://duty.example.com/alerts/7"),),
    key: str = "7-1764000000-0-甲工-group",
    keyword: str = "【夜班值守】",
) -> Message:
    return Message(title, lines, "严重:CORE-01失联。A07", Severity.CRITICAL, keyword, mention, links, key)


@dataclass(slots=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """Gives its answers in turn, and the last one from then on."""

    answers: list[Answer]
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
            method, target, _ = head.split(" ", 2)
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Request(method, target, headers, body))
            answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
            await answer(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            writer.close()


@asynccontextmanager
async def receiving(*answers: Answer) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(answers))
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


def raw(answer: bytes) -> Answer:
    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return write


def status(code: int, body: str = "", *headers: str) -> Answer:
    content = body.encode()
    head = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(content)}", *headers]
    return raw("\r\n".join([*head, "", ""]).encode() + content)


def said(**document: Any) -> Answer:
    """Answer 200 with a JSON document."""
    return status(200, json.dumps(document, ensure_ascii=False))


async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the message and go away without a word."""


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin an answer that never comes to its body."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.02)
