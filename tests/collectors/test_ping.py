"""Pings over real sockets: the loopback of this machine, and networks of their own that hold one device or none."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from collectors import icmp
from collectors.ping import EchoSocket, PingCollector
from config.schema import Settings
from duty.errors import CollectError
from duty.parameters import PARAMETERS
from duty.readings import Notes
from duty.targets import Target

BUDGET = timedelta(seconds=5)
SHORT = timedelta(milliseconds=400)
NEW_NETWORK = 0x40000000  # CLONE_NEWNET
T = TypeVar("T")
Reply = Callable[[icmp.Echo], Sequence[tuple[str, icmp.Echo]]]


async def look(*addresses: str, budget: timedelta = BUDGET) -> list[Notes | CollectError]:
    """Ping all of these at the same time."""
    collector = PingCollector(Settings())

    async def one(address: str) -> Notes | CollectError:
        notes = Notes()
        try:
            await collector.collect(Target(address, address, ("icmp",), "main"), notes, budget=budget, full=True)
        except CollectError as error:
            return error
        return notes

    try:
        return await asyncio.gather(*map(one, addresses))
    finally:
        await collector.close()


def numbers(seen: Notes | CollectError) -> dict[str, int | float]:
    assert isinstance(seen, Notes), seen
    return {reading.parameter: reading.value for reading in seen.readings}


def code(seen: Notes | CollectError) -> str:
    assert isinstance(seen, CollectError), seen
    return seen.code


def permitted(family: int) -> None:
    """Skip where this machine does not let us ping, or has no such loopback."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    except OSError:
        pytest.skip("this machine has no such loopback")
    (seen,) = asyncio.run(look("127.0.0.1"))
    if isinstance(seen, CollectError) and seen.code == "not_permitted":
        pytest.skip(str(seen))


def elsewhere(work: Callable[[], Coroutine[Any, Any, T]], *commands: str) -> T:
    """Do ``work`` in a network of its own, prepared by ``commands``. It is a thread's alone and goes with it."""
    libc = ctypes.CDLL(None, use_errno=True)

    def inside() -> T:
        if libc.unshare(NEW_NETWORK) != 0:
            pytest.skip(f"no network of our own: {os.strerror(ctypes.get_errno())}")
        for command in ("ip link set lo up", *commands):
            if shutil.which(command.split()[0]) is None:
                pytest.skip(f"{command.split()[0]} is not installed")
            done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
            if done.returncode != 0:
                pytest.skip(f"{command}: {done.stderr.strip()}")
        return asyncio.run(work())

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(inside).result()


def kernel(setting: str, value: str) -> None:
    """Set what the kernel does in the network that this thread is in."""
    Path("/proc/sys/net", setting).write_text(value)


@pytest.mark.parametrize(
    ("family", "address"),
    [pytest.param(socket.AF_INET, "127.0.0.1", id="IPv4"), pytest.param(socket.AF_INET6, "::1", id="IPv6")],
)
def test_what_answers_is_reached_without_loss(family: int, address: str) -> None:
    permitted(family)
    (seen,) = asyncio.run(look(address))
    assert isinstance(seen, Notes)
    assert seen.reached
    assert numbers(seen)["ping_loss"] == 0
    assert 0 < numbers(seen)["ping_time"] < 5
    assert {reading.parameter: reading.unit for reading in seen.readings} == {
        "ping_loss": PARAMETERS["ping_loss"],
        "ping_time": PARAMETERS["ping_time"],
    }


def test_a_thousand_targets_at_once_all_answer() -> None:
    permitted(socket.AF_INET)
    seen = asyncio.run(look(*(f"127.0.{n // 250}.{n % 250 + 1}" for n in range(1000)), budget=timedelta(seconds=10)))
    assert {numbers(each)["ping_loss"] for each in seen} == {0}


def test_no_reply_is_lost_however_many_requests_leave_in_one_turn_of_the_loop() -> None:
    permitted(socket.AF_INET)

    async def work() -> int:
        echoes = EchoSocket(socket.AF_INET)
        requests = [echoes.ask(f"127.1.{n // 250}.{n % 250 + 1}") for n in range(15_000)]
        answered, _ = await asyncio.wait([request.answer for request in requests], timeout=5)
        echoes.forget(requests)
        echoes.close()
        return len(answered)

    assert asyncio.run(work()) == 15_000


@pytest.mark.parametrize(
    ("family", "address"),
    [pytest.param(socket.AF_INET, "127.0.0.1", id="IPv4"), pytest.param(socket.AF_INET6, "::1", id="IPv6")],
)
def test_replies_to_others_take_no_room_of_ours(family: int, address: str) -> None:
    permitted(family)

    async def work() -> int:
        ours, others = EchoSocket(family), EchoSocket(family)
        requests = [ours.ask(address) for _ in range(20)]
        # All in one turn of the loop: ours cannot read meanwhile.
        foreign = [others.ask(address) for _ in range(15_000)]
        requests += [ours.ask(address) for _ in range(11)]
        answered, _ = await asyncio.wait([request.answer for request in requests], timeout=5)
        for opened, asked in ((ours, requests), (others, foreign)):
            opened.forget(asked)
            opened.close()
        return len(answered)

    assert asyncio.run(work()) == 31


def test_a_reply_that_lies_here_when_the_time_is_up_has_come() -> None:
    permitted(socket.AF_INET)

    async def work() -> list[bool]:
        echoes = EchoSocket(socket.AF_INET)
        requests = [echoes.ask("127.0.0.1") for _ in range(20)]
        echoes.forget(requests)
        echoes.close()
        return [request.answer.cancelled() for request in requests]

    assert not any(asyncio.run(work())), "nothing was read in between, and all lay in the buffer"


def test_our_own_lateness_is_not_the_networks() -> None:
    permitted(socket.AF_INET)

    def busy() -> None:
        time.sleep(0.3)

    async def work() -> float:
        echoes = EchoSocket(socket.AF_INET)
        request = echoes.ask("127.0.0.1")
        busy()
        try:
            return await request.answer
        finally:
            echoes.close()

    assert asyncio.run(work()) < 0.2


def test_a_name_is_resolved() -> None:
    permitted(socket.AF_INET)
    (seen,) = asyncio.run(look("localhost"))
    assert numbers(seen)["ping_loss"] == 0


async def test_a_name_that_is_no_name_is_not_found() -> None:
    (seen,) = await look("a" * 64 + ".example")
    assert code(seen) == "name_not_found"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_ordinary_user_may_ping_where_the_kernel_allows_it(address: str) -> None:
    async def work() -> list[Notes | CollectError]:
        kernel("ipv4/ping_group_range", "0 2147483647")
        drop_privileges()
        return await look(address, "127.0.0.1")

    assert [numbers(seen)["ping_loss"] for seen in elsewhere(work)] == [0, 0]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_without_permission_it_is_a_gap_that_says_what_is_needed(address: str) -> None:
    async def work() -> list[Notes | CollectError]:
        kernel("ipv4/ping_group_range", "1 0")
        drop_privileges()
        return await look(address)

    (seen,) = elsewhere(work)
    assert code(seen) == "not_permitted"
    assert "ping_group_range or CAP_NET_RAW" in str(seen)


def drop_privileges() -> None:
    """Give up this thread's capabilities, and no other thread's."""
    header, nothing = struct.pack("@Ii", 0x20080522, 0), bytes(24)
    assert ctypes.CDLL(None).capset(header, nothing) == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_silence_is_a_timeout(address: str) -> None:
    async def work() -> list[Notes | CollectError]:
        kernel("ipv4/icmp_echo_ignore_all", "1")
        kernel("ipv6/icmp/echo_ignore_all", "1")
        return await look(address, budget=SHORT)

    (seen,) = elsewhere(work)
    assert code(seen) == "timeout"


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8:1::9"])
def test_no_route_is_unreachable(address: str) -> None:
    (seen,) = elsewhere(lambda: look(address, budget=SHORT))
    assert code(seen) == "unreachable"


REJECTING = (
    "nft add table inet t",
    "nft add chain inet t in { type filter hook input priority 0 ; }",
    "nft add rule inet t in ip daddr 127.0.0.66 icmp type echo-request reject with icmp type host-unreachable",
    "nft add rule inet t in ip6 daddr 2001:db8::66 icmpv6 type echo-request reject with icmpv6 type addr-unreachable",
    "ip address add 2001:db8::66/128 dev lo nodad",
)


@pytest.mark.parametrize("privileged", [pytest.param(True, id="raw"), pytest.param(False, id="datagram")])
@pytest.mark.parametrize("address", ["127.0.0.66", "2001:db8::66"])
def test_what_the_network_says_is_told_of_that_target_alone(address: str, privileged: bool) -> None:
    well = [*(f"127.0.1.{n}" for n in range(1, 50)), "::1"]

    async def work() -> list[Notes | CollectError]:
        if not privileged:
            kernel("ipv4/ping_group_range", "0 2147483647")
            drop_privileges()
        return await look(address, *well, budget=timedelta(seconds=1))

    seen = elsewhere(work, *REJECTING)
    assert code(seen[0]) == "unreachable"
    assert [numbers(each)["ping_loss"] for each in seen[1:]] == [0] * len(well)


# A device by hand: the kernel of its network keeps silent, and the test answers in its place.

DEVICE = "127.0.0.66"


def device(reply: Reply) -> Notes | CollectError:
    """Ping a device that answers each request with what ``reply`` returns: from which address, which echo."""

    async def work() -> list[Notes | CollectError]:
        kernel("ipv4/icmp_echo_ignore_all", "1")
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as hearing:
            hearing.setblocking(False)

            def answer() -> None:
                echo = icmp.unpack(icmp.without_ip_header(hearing.recv(2048)))
                if echo is None or echo.kind != icmp.REQUEST[socket.AF_INET]:
                    return
                for source, answered in reply(echo):
                    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as saying:
                        saying.bind((source, 0))
                        saying.sendto(icmp.pack(socket.AF_INET, answered), ("127.0.0.1", 0))

            asyncio.get_running_loop().add_reader(hearing, answer)
            try:
                return await look(DEVICE, budget=SHORT)
            finally:
                asyncio.get_running_loop().remove_reader(hearing)

    (seen,) = elsewhere(work)
    return seen


def echoed(echo: icmp.Echo, *, ident: int = 0, sequence: int = 0, payload: bytes | None = None) -> icmp.Echo:
    """Make the right reply to ``echo``, with what is said here added to it."""
    return icmp.Echo(
        icmp.REPLY[socket.AF_INET],
        (echo.ident + ident) & 0xFFFF,
        (echo.sequence + sequence) & 0xFFFF,
        echo.payload if payload is None else payload,
    )


def test_a_right_reply_counts() -> None:
    assert numbers(device(lambda echo: [(DEVICE, echoed(echo))]))["ping_loss"] == 0


def test_a_reply_that_comes_twice_counts_once() -> None:
    assert numbers(device(lambda echo: [(DEVICE, echoed(echo))] * 2))["ping_loss"] == 0


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda echo: [("127.0.0.67", echoed(echo))], id="from another address"),
        pytest.param(lambda echo: [(DEVICE, echoed(echo, ident=1))], id="to another process"),
        pytest.param(lambda echo: [(DEVICE, echoed(echo, sequence=9))], id="to a request never made"),
        pytest.param(lambda echo: [(DEVICE, echoed(echo, payload=bytes(56)))], id="with a guessed payload"),
        pytest.param(lambda echo: [(DEVICE, echoed(echo, payload=b""))], id="without a payload"),
        pytest.param(lambda echo: [(DEVICE, icmp.Echo(13, 0, 0, b""))], id="another kind of message"),
        pytest.param(lambda echo: [], id="none at all"),
    ],
)
def test_a_reply_that_is_not_right_does_not_count(reply: Reply) -> None:
    assert code(device(reply)) == "timeout"


def test_one_reply_of_three_is_reached_with_loss() -> None:
    heard: list[icmp.Echo] = []

    def reply(echo: icmp.Echo) -> list[tuple[str, icmp.Echo]]:
        heard.append(echo)
        return [(DEVICE, echoed(echo))] if len(heard) == 2 else []

    seen = device(reply)
    assert isinstance(seen, Notes)
    assert seen.reached
    assert numbers(seen)["ping_loss"] == pytest.approx(200 / 3)
    assert numbers(seen)["ping_time"] > 0


def refusal(echo: icmp.Echo) -> icmp.Echo:
    """Make the message that ``echo`` cannot be delivered: in it, its IP header and first eight bytes (RFC 792)."""
    addresses = socket.inet_aton("127.0.0.1") + socket.inet_aton(DEVICE)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 84, 0, 0, 64, socket.IPPROTO_ICMP, 0) + addresses
    return icmp.Echo(3, 0, 0, header + icmp.pack(socket.AF_INET, echo)[:8])


def test_a_refusal_is_unreachable() -> None:
    assert code(device(lambda echo: [("127.0.0.1", refusal(echo))])) == "unreachable"


def test_a_refusal_is_hearsay_where_the_device_answers_after_it() -> None:
    heard: list[icmp.Echo] = []

    def reply(echo: icmp.Echo) -> list[tuple[str, icmp.Echo]]:
        heard.append(echo)
        return [("127.0.0.1", refusal(echo)), *((DEVICE, echoed(before)) for before in heard[-2:-1])]

    assert numbers(device(reply))["ping_loss"] == pytest.approx(100 / 3)
