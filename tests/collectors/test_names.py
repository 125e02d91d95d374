"""Names to addresses, with a resolver that may hang."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from collectors.names import Resolver, resolve
from duty.errors import CollectError


class HangingResolver:
    """Answers for names that it knows, and hangs for all others until it is let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = threading.Event()

    def __call__(self, host: str) -> str:
        self.asked.append(host)
        if host == "known":
            return "192.0.2.1"
        self.go.wait()
        return "192.0.2.99"


@pytest.fixture
def hanging() -> Iterator[HangingResolver]:
    hanging = HangingResolver()
    yield hanging
    hanging.go.set()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("192.0.2.7", "192.0.2.7", id="version 4"),
        pytest.param("2001:DB8::0007", "2001:db8::7", id="version 6, as the system writes it"),
    ],
)
async def test_an_address_is_its_own_answer(host: str, address: str) -> None:
    assert await resolve(host, budget=0) == address


async def test_asks_the_system_for_a_name() -> None:
    assert await resolve("localhost", budget=20) in ("127.0.0.1", "::1")


async def test_a_resolver_that_hangs_delays_nobody_else(hanging: HangingResolver) -> None:
    resolver = Resolver(hanging)
    with pytest.raises(CollectError, match="name_timeout: lost"):
        await resolver.resolve("lost", budget=0.01)
    assert await resolver.resolve("known", budget=20) == "192.0.2.1"


async def test_a_name_that_hangs_is_asked_for_once(hanging: HangingResolver) -> None:
    resolver = Resolver(hanging)
    for _ in range(5):
        with pytest.raises(CollectError, match="name_timeout"):
            await resolver.resolve("lost", budget=0.01)
    assert hanging.asked == ["lost"]


async def test_only_so_many_lookups_hang_at_a_time(hanging: HangingResolver) -> None:
    resolver = Resolver(hanging, most=3)
    for number in range(10):
        with pytest.raises(CollectError, match="name_timeout"):
            await resolver.resolve(f"lost{number}", budget=0.01)
    assert len(hanging.asked) == 3


async def test_a_late_answer_serves_who_still_waits(hanging: HangingResolver) -> None:
    resolver = Resolver(hanging)
    patient = asyncio.create_task(resolver.resolve("late", budget=20))
    with pytest.raises(CollectError, match="name_timeout"):
        await resolver.resolve("late", budget=0.01)
    hanging.go.set()
    assert await patient == "192.0.2.99"


async def test_an_address_is_remembered_for_a_while(hanging: HangingResolver) -> None:
    resolver = Resolver(hanging)
    assert {await resolver.resolve("known", budget=20) for _ in range(5)} == {"192.0.2.1"}
    assert hanging.asked == ["known"]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(socket.gaierror(socket.EAI_NONAME, "x"), "name_not_found", id="no such name"),
        pytest.param(socket.gaierror(socket.EAI_AGAIN, "x"), "name_timeout", id="the name server gave no answer"),
        pytest.param(UnicodeError("label too long"), "name_not_found", id="not a name at all"),
    ],
)
async def test_says_why_there_is_no_address(failure: Exception, code: str) -> None:
    def fail(host: str) -> str:
        raise failure

    with pytest.raises(CollectError, match=f"^{code}: host$"):
        await Resolver(fail).resolve("host", budget=20)
