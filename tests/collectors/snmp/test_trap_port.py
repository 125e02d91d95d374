"""The port for traps: what it reads in one go, what it could not read, and what stands in its way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from collectors.snmp.trap_port import DRAINED, Place, TrapPort
from duty.errors import NightdutyError


class Heard:
    """Keeps what comes, and answers what wants an answer."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.wanted = 0
        self.there = asyncio.Event()

    async def all_of(self, many: int) -> None:
        """Wait until so many have come."""
        self.wanted = many
        if len(self.data) < many:
            await asyncio.wait_for(self.there.wait(), 10)

    def __call__(self, data: bytes, sender: Place) -> bytes:
        self.data.append(data)
        if len(self.data) == self.wanted:
            self.there.set()
        return b"yes" if data == b"well?" else b""


@pytest.fixture
def mouth() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        yield sock


async def test_hears_and_answers(mouth: socket.socket) -> None:
    heard = Heard()
    port = _open(heard)
    mouth.sendto(b"", ("127.0.0.1", port.number))
    mouth.sendto(b"well?", ("127.0.0.1", port.number))
    await heard.all_of(2)
    assert mouth.recv(100) == b"yes"
    port.close()


async def test_however_much_has_come_others_have_their_turn_in_between(mouth: socket.socket) -> None:
    heard = Heard()
    port = _open(heard)
    for n in range(5 * DRAINED):
        mouth.sendto(b"%d" % n, ("127.0.0.1", port.number))
    most = turns = 0
    while len(heard.data) < 5 * DRAINED:
        before, turns = len(heard.data), turns + 1
        await asyncio.sleep(0)
        most = max(most, len(heard.data) - before)
    assert most == DRAINED
    assert turns > 5
    assert heard.data == [b"%d" % n for n in range(5 * DRAINED)]
    port.close()


async def test_what_the_kernel_had_no_room_for_is_counted(mouth: socket.socket) -> None:
    heard = Heard()
    port = _open(heard)
    sent = 0
    while not port.lost():
        for _ in range(1000):
            mouth.sendto(bytes(8000), ("127.0.0.1", port.number))
        sent += 1000
        assert sent < 100_000
    lost = port.lost()
    await heard.all_of(sent - lost)
    assert len(heard.data) + port.lost() == sent
    port.close()


async def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    port = _open(Heard())
    taken = f"127.0.0.1:{port.number}"
    with pytest.raises(NightdutyError, match=f"cannot listen on {taken}: Address already in use; free the port"):
        TrapPort(taken, Heard())
    port.close()


async def test_listens_to_both_families_at_once(mouth: socket.socket) -> None:
    heard = Heard()
    try:
        port = _open(heard, "[::]")
    except NightdutyError:
        pytest.skip("no IPv6 here")
    mouth.sendto(b"four", ("127.0.0.1", port.number))
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        six.sendto(b"six", ("::1", port.number))
    await heard.all_of(2)
    assert sorted(heard.data) == [b"four", b"six"]
    port.close()


def _open(heard: Heard, host: str = "127.0.0.1") -> TrapPort:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    return TrapPort(f"{host}:{number}", heard)
