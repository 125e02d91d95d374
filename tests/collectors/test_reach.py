"""TCP ports of the loopback: open, closed, silent."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from collectors.reach import TcpCollector, gap_code
from config.schema import Settings, TcpTarget
from duty.errors import CollectError
from duty.parameters import PARAMETERS
from duty.readings import Notes
from duty.targets import Target


async def look(address: str, port: int, *, budget: timedelta = timedelta(seconds=5)) -> Notes:
    collector = TcpCollector(Settings(targets=(TcpTarget(name="door", kind="tcp", address=address, port=port),)))
    notes = Notes()
    await collector.collect(Target("door", address, ("tcp",), "main"), notes, budget=budget, full=True)
    await collector.close()
    return notes


def listening(family: int, address: str, backlog: int = 8) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.bind((address, 0))
    opened.listen(backlog)
    return opened


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port whose queue of connections is full: Linux drops what else comes, and says nothing."""
    with ExitStack() as stack:
        server = stack.enter_context(listening(socket.AF_INET, "127.0.0.1", backlog=0))
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("family", "address"),
    [pytest.param(socket.AF_INET, "127.0.0.1", id="IPv4"), pytest.param(socket.AF_INET6, "::1", id="IPv6")],
)
async def test_an_open_port_is_reached_and_timed(family: int, address: str) -> None:
    with listening(family, address) as server:
        notes = await look(address, server.getsockname()[1])
    assert notes.reached
    (reading,) = notes.readings
    assert (reading.parameter, reading.unit) == ("tcp_time", PARAMETERS["tcp_time"])
    assert 0 < reading.value < 5
    assert [(fact.parameter, fact.text) for fact in notes.facts] == [("resolved_address", address)]


async def test_the_connection_is_let_go_at_once() -> None:
    with listening(socket.AF_INET, "127.0.0.1") as server:
        await look("127.0.0.1", server.getsockname()[1])
        server.setblocking(False)
        accepted, _ = await asyncio.get_running_loop().sock_accept(server)
        with accepted:
            assert await asyncio.get_running_loop().sock_recv(accepted, 1) == b""


async def test_a_closed_port_is_refused() -> None:
    with listening(socket.AF_INET, "127.0.0.1") as server:
        port = server.getsockname()[1]
    with pytest.raises(CollectError, match=rf"refused: 127\.0\.0\.1 port {port}: Connection refused"):
        await look("127.0.0.1", port)


async def test_a_silent_port_is_a_timeout(silent_port: int) -> None:
    with pytest.raises(CollectError, match=r"timeout: .* no answer"):
        await look("127.0.0.1", silent_port, budget=timedelta(milliseconds=200))


async def test_a_name_that_is_no_name_is_not_found() -> None:
    with pytest.raises(CollectError, match="name_not_found"):
        await look("a" * 64 + ".example", 80)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(errno.EHOSTUNREACH, "unreachable", id="no such host on its network"),
        pytest.param(errno.ENETUNREACH, "unreachable", id="no route"),
        pytest.param(errno.EPERM, "not_permitted", id="our own firewall"),
        pytest.param(errno.ETIMEDOUT, "timeout", id="the kernel gave up first"),
        pytest.param(errno.ECONNREFUSED, "refused", id="closed"),
    ],
)
def test_what_the_network_says_has_a_code(number: int, code: str) -> None:
    assert gap_code(OSError(number, "")) == code


def test_our_own_shortage_is_not_the_targets_fault() -> None:
    with pytest.raises(OSError, match="too many open files"):
        gap_code(OSError(errno.EMFILE, "too many open files"))
